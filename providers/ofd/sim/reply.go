package sim

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// reply is an answer before it is written.
type reply struct {
	status int
	body   []byte
	header http.Header
}

func (r reply) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	for k, v := range r.header {
		h[k] = v
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body) // a client that has gone is no trouble of the service
}

// jsonReply answers with any value, without escaping what HTML would need.
func jsonReply(status int, v any) reply {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return reply{status: http.StatusInternalServerError, body: []byte(`{"Status":"Failed"}`)}
	}
	return reply{status: status, body: bytes.TrimRight(b.Bytes(), "\n")}
}

// data is the envelope {Data, Success} of the partner API.
func data(v any) reply {
	return jsonReply(http.StatusOK, struct {
		Data    any
		Success bool
	}{v, true})
}

// failed is the envelope of 004 §6.1.
func failed(status int, message string) reply { return failedWith(status, status, message) }

// failedWith is failed with a code of its own.
func failedWith(status, code int, message string) reply {
	type failure struct {
		Code    int
		Message string
	}
	return jsonReply(status, struct {
		Status string
		Error  failure
	}{"Failed", failure{code, message}})
}

// rentaData is the envelope {Data, Status} of document 001.
func rentaData(v any) reply {
	return jsonReply(http.StatusOK, struct {
		Status  string
		Data    any
		Elapsed string
	}{"Success", v, "00:00:00.0156250"})
}

// rentaFailed is the envelope of document 001 for what is not 200.
func rentaFailed(status int, message string) reply {
	return jsonReply(status, struct {
		Errors  []string
		Status  string
		Elapsed string
	}{[]string{message}, "Failed", "00:00:00.0156250"})
}

// emptyObject is what a refused login is answered with.
func emptyObject(status int) reply { return reply{status: status, body: []byte("{}")} }
