package partner

import (
	"context"
	"errors"
	"net/http"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

const bookPath = "/api/integration/v2/kkt/book"

// BookRequest books a till with an activation code (004 §3).
type BookRequest struct {
	Serial         string `json:"KktSerialNumber"`
	FN             string `json:"FnSerialNumber"`
	ActivationCode string `json:"ActivationCode"`
}

// BookResult is how a booking was taken.
type BookResult struct {
	Status string // its values are not documented; without secrets, on one line
}

type bookWire struct {
	Status httpapi.String
}

// Book books a till that is to be registered (004 §3). What that takes of the
// code is not documented; nothing takes it back.
func (c *Client) Book(ctx context.Context, request BookRequest) (BookResult, error) {
	var out bookWire
	call := httpapi.Call{
		Op: "book", Method: http.MethodPost, Path: bookPath, Token: c.token, Body: request, Out: &out,
		Check: func() error {
			if out.Status == "" {
				return errors.New("the answer has no Status")
			}
			return nil
		},
		Secrets: []string{request.ActivationCode},
	}
	if err := request.validate(); err != nil {
		return BookResult{}, httpapi.WithOutcome(call, httpapi.OutcomeNotSent, err)
	}
	if err := c.api.Mutate(ctx, call); err != nil {
		return BookResult{}, err
	}
	token, err := c.token.Token(ctx) // that the call was made with
	if err != nil {
		return BookResult{}, nil //nolint:nilerr // it is booked: a word less is told of it
	}
	return BookResult{Status: httpapi.Clean(httpapi.Redact(string(out.Status), request.ActivationCode, token))}, nil
}

func (r BookRequest) validate() error {
	switch {
	case r.Serial == "":
		return errors.New("the factory number is empty")
	case r.FN == "":
		return errors.New("the FN is empty")
	case r.ActivationCode == "":
		return errors.New("the activation code is empty")
	}
	return nil
}
