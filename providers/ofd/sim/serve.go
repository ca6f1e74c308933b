package sim

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// maxBody bounds what a call may send.
const maxBody = 4 << 20

// request is a call as the core sees it.
type request struct {
	method string
	path   []string // in lower case, for routes
	raw    []string // as sent, for values
	query  url.Values
	kind   string // media type
	body   []byte
	header http.Header

	group      string               // of the client certificate, for calls of Ferma
	connection *tls.ConnectionState // nil without TLS
	authority  *Authority           // of client certificates; nil without TLS
}

// ServeHTTP answers a call of the API or, under /_sim/, a control call.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/_sim" || strings.HasPrefix(r.URL.Path, "/_sim/") {
		s.control(w, r)
		return
	}
	fault := s.takeFault(r)
	status, kind := 0, ""
	if fault != nil {
		kind = fault.Kind
	}
	defer func() { s.called(r, &status, kind) }()
	if kind == FaultRefuse {
		s.spoil(w, r, fault, reply{})
		return
	}
	req, err := read(w, r)
	if err != nil {
		rep := failed(http.StatusBadRequest, "тело запроса не прочитано")
		status = rep.status
		rep.write(w)
		return
	}
	req.authority = s.trusted()
	status = s.respond(w, r, req, fault)
}

func (s *Service) respond(w http.ResponseWriter, r *http.Request, req request, fault *activeFault) int {
	switch {
	case fault == nil:
		rep := s.answer(req, nil)
		rep.write(w)
		return rep.status
	case fault.Kind == FaultStaleRead:
		rep := s.answer(req, fault.frozen)
		rep.write(w)
		return rep.status
	case fault.before():
		return s.spoil(w, r, fault, s.would(req, fault))
	}
	return s.spoil(w, r, fault, s.answer(req, nil))
}

// answer has the effect of a call. A frozen core answers from its old state.
func (s *Service) answer(req request, frozen *core) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	if frozen != nil {
		frozen.now = s.clock()
		return frozen.route(req)
	}
	s.begin()
	rep := s.route(req)
	if s.dirty {
		s.changed()
	}
	return rep
}

// would gives the answer that a call would have, without its effect.
func (s *Service) would(req request, f *activeFault) reply {
	if !f.spoilsAnswer() {
		return reply{}
	}
	s.mu.Lock()
	copied := s.freeze()
	s.mu.Unlock()
	return s.answer(req, copied)
}

// called writes a call down, also one that was aborted.
func (s *Service) called(r *http.Request, status *int, fault string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, Call{At: At(s.clock()), Method: r.Method, Path: r.URL.Path, Status: *status, Fault: fault})
	if fault != "" {
		fault = " (" + fault + ")"
	}
	s.logf("call %s %s %d%s", r.Method, r.URL.Path, *status, fault)
}

func read(w http.ResponseWriter, r *http.Request) (request, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return request{}, err
	}
	path := strings.Trim(r.URL.Path, "/")
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // a bad one is no JSON
	return request{
		method: r.Method,
		path:   strings.Split(strings.ToLower(path), "/"),
		raw:    strings.Split(path, "/"),
		query:  r.URL.Query(),
		kind:   kind,
		body:   body,
		header: r.Header,

		connection: r.TLS,
	}, nil
}

func (s *Service) trusted() *Authority {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.authority
}

// enterprise tells which enterprise the client certificate of a call stands
// for. Ferma answers 401 when there is an error.
func (q request) enterprise() (string, error) {
	if q.authority == nil || q.connection == nil {
		return "", errors.New("no client certificate: this service is not served with TLS")
	}
	return q.authority.groupOf(q.connection)
}

// decode reads a JSON body strictly: a field that the documents do not have
// is a misspelled one.
func (q request) decode(v any) error {
	if q.kind != "application/json" {
		return errors.New("ожидается Content-Type application/json")
	}
	d := json.NewDecoder(bytes.NewReader(q.body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return errors.New("тело запроса не разобрано: " + clip(strings.TrimPrefix(err.Error(), "json: ")))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("после тела запроса есть лишнее")
	}
	return nil
}
