package orangedata

import (
	"errors"
	"net/http"
	"strings"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// Why the service did not take a receipt, or has no status of it. They are
// found in an error with errors.Is.
var (
	// ErrRefused says that the body or its signature did not please: 400.
	ErrRefused = errors.New("the service refused the receipt")
	// ErrCertificate says that the client's certificate was not taken: 401.
	ErrCertificate = errors.New("the service refused the client certificate")
	// ErrQueueFull says that nothing was accepted, and that the same receipt
	// can be sent again after httpapi.Error.RetryAfter: 503.
	ErrQueueFull = errors.New("the queue of the service is full, nothing was accepted")
	// ErrNotFound says that no receipt with this id is known: 400 of a status.
	ErrNotFound = errors.New("the service knows no such receipt")
)

var errShape = errors.New("the answer has not the shape that the documents promise")

// Refusal is an answer that says no, with what the service listed (003 §2.1).
type Refusal struct {
	Messages []string // the service's own, without control characters
	Reason   error    // one of the errors above
}

// Error names the reason and what the service said.
func (r *Refusal) Error() string {
	if len(r.Messages) == 0 {
		return r.Reason.Error()
	}
	return r.Reason.Error() + ": " + strings.Join(r.Messages, "; ")
}

// Unwrap gives the reason.
func (r *Refusal) Unwrap() error { return r.Reason }

// refusal reads the answers that say no in the document's shape; nil means
// that the answer is another one. A proxy's page does not prove that nothing
// was done: 400 lists errors, 503 says when to come again.
func refusal(a httpapi.Answer, badRequest error) *Refusal {
	messages, listed := listedErrors(a)
	if a.RefusesCertificate() {
		return &Refusal{Messages: messages, Reason: ErrCertificate}
	}
	switch a.Status {
	case http.StatusBadRequest:
		if listed || errors.Is(badRequest, ErrNotFound) && empty(a) {
			return &Refusal{Messages: messages, Reason: badRequest}
		}
	case http.StatusServiceUnavailable:
		if a.RetryAfter > 0 {
			return &Refusal{Messages: messages, Reason: ErrQueueFull}
		}
	}
	return nil
}

// listedErrors reads {"errors": [...]}.
func listedErrors(a httpapi.Answer) (messages []string, ok bool) {
	const most = 20
	var body struct {
		Errors httpapi.List[httpapi.String] `json:"errors"`
	}
	if a.Decode(&body) != nil {
		return nil, false
	}
	for _, e := range body.Errors[:min(most, len(body.Errors))] {
		if m := httpapi.Clean(string(e)); m != "" {
			messages = append(messages, m)
		}
	}
	return messages, len(messages) > 0
}

func empty(a httpapi.Answer) bool { return strings.TrimSpace(string(a.Body)) == "" }
