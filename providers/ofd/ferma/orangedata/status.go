package orangedata

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Submission says what became of a receipt that was sent: it is in the queue.
type Submission struct {
	// Known says that the service had a receipt with this id before (409): it
	// is not printed twice, and its status is to be read.
	Known bool
}

// State is how far a receipt is (003 §2.2).
type State string

// The states.
const (
	Queued  State = "queued"  // 202: not printed yet
	Done    State = "done"    // 200: printed
	Expired State = "expired" // 524: never printed; send it under a new id
)

// Status is what the service says of a receipt.
type Status struct {
	State    State
	Document *Document // when Done
}

// Document is a receipt as it was printed (003 table 2). Its texts are free of
// control characters.
type Document struct {
	ID           string
	DeviceSerial string // deviceSN: factory number of the till
	DeviceRNM    string // deviceRN: its РНМ
	FN           string // fsNumber
	OFDName      string
	OFDWebsite   string
	OFDINN       string
	FNSWebsite   string
	CompanyINN   string
	CompanyName  string
	Number       int64 // of the fiscal document (ФД)
	Shift        int64
	Index        int64           // of the receipt in the shift
	ProcessedAt  time.Time       // the till's own time
	Content      json.RawMessage // as the service repeats it: hostile text
	Change       string          // roubles
	Sign         string          // fp: fiscal sign (ФП)
}

// What the service says of a receipt that it did not take. They are found in
// an error with errors.Is.
var (
	// ErrRefused says that the body did not please the service: 400.
	ErrRefused = errors.New("the service refused the receipt")
	// ErrCertificate says that the client's certificate was not taken: 401.
	ErrCertificate = errors.New("the service refused the client certificate")
	// ErrQueueFull says that nothing was accepted, and that the same receipt
	// can be sent again after a while: 503 with Retry-After.
	ErrQueueFull = errors.New("the queue of the service is full")
	// ErrNotFound says that no receipt with this id is known: 400 of a status.
	ErrNotFound = errors.New("the service knows no such receipt")
)

// Refusal is an answer that lists errors (003 §2.1).
type Refusal struct {
	Status   int
	Messages []string // the service's own, without control characters
	reason   error
}

// Unwrap gives one of the errors above.
func (r *Refusal) Unwrap() error { return r.reason }

// Error names the reason and what the service said.
func (r *Refusal) Error() string {
	if len(r.Messages) == 0 {
		return r.reason.Error()
	}
	return r.reason.Error() + ": " + strings.Join(r.Messages, "; ")
}
