package checkonline

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

const receiptPath = "/api/kkt/cloud/sync/receipt"

// Client prints receipts.
type Client struct {
	api *httpapi.Client
}

// New makes a Client. The transport shows the client certificate.
func New(api *httpapi.Client) *Client { return &Client{api: api} }

// Send has a receipt printed, and answers when it is (002, POST
// /api/kkt/cloud/sync/receipt). It makes one attempt; OutcomeOf tells what its
// error says of the receipt. Send it again under the same RequestID only: the
// service then gives the answer of the receipt that it has printed.
func (c *Client) Send(ctx context.Context, r Receipt) (*Answer, error) {
	r = r.prepared()
	var answer *Answer
	call := httpapi.Call{
		Op: "print a receipt", Method: http.MethodPost, Path: receiptPath, Body: r,
		Judge: func(a httpapi.Answer) (httpapi.Outcome, error) {
			var outcome Outcome
			var err error
			answer, outcome, err = judge(r, a)
			return outcome.transport(), err
		},
	}
	if problems := r.Validate(); len(problems) > 0 {
		return nil, httpapi.WithOutcome(call, httpapi.OutcomeNotSent, errors.New(problems[0].String()))
	}
	if err := c.api.Mutate(ctx, call); err != nil {
		return nil, err
	}
	return answer, nil
}

// judge reads the answer to a receipt. An error of the service comes with HTTP
// 500, and carries JSON all the same.
func judge(r Receipt, a httpapi.Answer) (*Answer, Outcome, error) {
	if a.RefusesCertificate() {
		return nil, OutcomeRefused, ErrCertificate
	}
	w, err := decode(a)
	if err != nil {
		return nil, OutcomeUnknown, err
	}
	if id := string(w.RequestID); id != "" && id != r.RequestID {
		return nil, OutcomeUnknown, fmt.Errorf("%w: RequestId is %s", ErrOther, quote(id))
	}
	if failure := w.failure(); failure != nil {
		return nil, failure.Outcome, failure
	}
	if err := w.check(r, a.Status); err != nil {
		return nil, OutcomeUnknown, err
	}
	answer := w.public(a.Body)
	if total := r.Total(); answer.GrandTotal != 0 && answer.GrandTotal != total {
		answer.Doubts = append(answer.Doubts, fmt.Sprintf("the till printed %s roubles, the receipt costs %s",
			roubles(answer.GrandTotal), roubles(total)))
	}
	return answer, 0, nil
}

// check tells whether an answer without an error proves that a receipt was
// printed. With FullResponse its shape is not documented: the till's own word
// that there was no error has to do.
func (w answerWire) check(r Receipt, status int) error {
	switch {
	case status != http.StatusOK:
		return fmt.Errorf("%w: HTTP %d without an error", ErrShape, status)
	case w.Response == nil:
		return fmt.Errorf("%w: there is no Response", ErrShape)
	case r.FullResponse:
		return nil
	case w.RequestID == "" || w.FiscalSign == "" || w.FiscalSign == "0" || w.FiscalDocNumber == "":
		return fmt.Errorf("%w: there is no fiscal document", ErrShape)
	}
	return nil
}
