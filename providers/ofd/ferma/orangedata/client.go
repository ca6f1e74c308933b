package orangedata

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// The paths as 003 prints them.
const (
	documentsPath   = "/api/v2/documents/"
	correctionsPath = "/api/v1/corrections"
	statusPart      = "/status/"
)

// statusExpired is the service's own: the document expired before processing.
const statusExpired = 524

// Reader reads. It has no method that changes anything, and needs no signing
// key: GETs are not signed.
type Reader struct {
	api *httpapi.Client
}

// NewReader makes a Reader. The transport shows the client's certificate.
func NewReader(api *httpapi.Client) *Reader { return &Reader{api: api} }

// Client sends receipts and reads their statuses. Each sending method makes
// one attempt; its error says what is known, see httpapi.OutcomeOf. After an
// unknown outcome the same receipt may be sent again: the service prints an id
// once.
type Client struct {
	*Reader
	key *rsa.PrivateKey
}

// New makes a Client. The key signs the bodies of requests.
func New(api *httpapi.Client, key *rsa.PrivateKey) *Client {
	return &Client{Reader: NewReader(api), key: key}
}

// Send queues a receipt (003 §2.1).
func (c *Client) Send(ctx context.Context, receipt Receipt) (Submission, error) {
	return c.post(ctx, "send the receipt", documentsPath, receipt, receipt.Validate())
}

// Correct queues a correction (003 §2.3).
func (c *Client) Correct(ctx context.Context, correction Correction) (Submission, error) {
	return c.post(ctx, "send the correction", correctionsPath, correction, correction.Validate())
}

func (c *Client) post(ctx context.Context, op, path string, value any, problems []Problem) (Submission, error) {
	var out Submission
	call := httpapi.Call{Op: op, Method: http.MethodPost, Path: path}
	call.Judge = func(a httpapi.Answer) (httpapi.Outcome, error) {
		known, outcome, err := submitted(a)
		out.Known = known
		return outcome, err
	}
	err := firstProblem(problems)
	if err == nil {
		err = c.sign(&call, value)
	}
	if err != nil {
		return out, httpapi.WithOutcome(call, httpapi.OutcomeNotSent, err)
	}
	if err := c.api.Mutate(ctx, call); err != nil {
		return Submission{}, err
	}
	return out, nil
}

// sign puts the body into the call, and the signature over its every byte.
func (c *Client) sign(call *httpapi.Call, value any) error {
	if c.key == nil {
		return errors.New("there is no signing key")
	}
	body, err := Encode(value)
	if err != nil {
		return err
	}
	signature, err := Sign(c.key, body)
	if err != nil {
		return err
	}
	call.Body, call.Header = body, http.Header{"X-Signature": {signature}}
	return nil
}

// Encode gives the bytes of a Receipt or Correction as they are sent: UTF-8,
// without the escapes of HTML.
func Encode(value any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return nil, fmt.Errorf("the request cannot be encoded: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// submitted judges the answer to a POST. Only 201 and 409 say that the receipt
// is in the queue; their bodies are empty.
func submitted(a httpapi.Answer) (known bool, outcome httpapi.Outcome, err error) {
	switch a.Status {
	case http.StatusCreated:
		return false, 0, nil
	case http.StatusConflict:
		return true, 0, nil
	}
	if r := refusal(a, ErrRefused); r != nil {
		return false, httpapi.OutcomeRefused, r
	}
	return false, httpapi.OutcomeUnknown, errShape
}

func firstProblem(problems []Problem) error {
	switch n := len(problems); n {
	case 0:
		return nil
	case 1:
		return errors.New(problems[0].String())
	default:
		return fmt.Errorf("%s, and %d more problems", problems[0], n-1)
	}
}

// Status reads how far a receipt or a correction is (003 §2.2, which §2.3
// names for corrections too).
func (r *Reader) Status(ctx context.Context, inn, id string) (Status, error) {
	var out Status
	err := r.api.Get(ctx, httpapi.Call{
		Op:    "read the status of the receipt",
		Path:  documentsPath + httpapi.Segment(inn) + statusPart + httpapi.Segment(id),
		Judge: func(a httpapi.Answer) (httpapi.Outcome, error) { return out.read(a, inn, id) },
	})
	if err != nil {
		return Status{}, err
	}
	return out, nil
}

// read judges the answer to a status. The document has to be the one that was
// asked for: another's would prove nothing.
func (s *Status) read(a httpapi.Answer, inn, id string) (httpapi.Outcome, error) {
	*s = Status{}
	switch {
	case a.Status == http.StatusAccepted:
		s.State = Queued
		return 0, nil
	case a.Status == statusExpired && empty(a): // a proxy's 524 has a page
		s.State = Expired
		return 0, nil
	case a.Status == http.StatusOK:
		var body documentWire
		if err := a.Decode(&body); err != nil {
			return httpapi.OutcomeUnknown, err
		}
		document := body.public()
		if err := document.proves(inn, id); err != nil {
			return httpapi.OutcomeUnknown, err
		}
		s.State, s.Document = Done, document
		return 0, nil
	}
	if r := refusal(a, ErrNotFound); r != nil {
		return httpapi.OutcomeRefused, r
	}
	return httpapi.OutcomeUnknown, errShape
}

// proves tells whether the document can be the one that was asked for.
func (d *Document) proves(inn, id string) error {
	zeros := func(s string) string { return strings.TrimLeft(s, "0") } // one sent as a number has lost them
	switch {
	case d.ID == "" || d.Number == 0 && d.Sign == "":
		return errShape
	case d.ID != id || d.CompanyINN != "" && zeros(d.CompanyINN) != zeros(inn):
		return errors.New("the answer is about another receipt")
	}
	return nil
}
