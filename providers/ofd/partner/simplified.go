package partner

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// The statuses of a simplified registration (004 §7.2.1, table 15). They are
// words of its own, not those of an application.
const (
	SimplifiedProcessing = "PROCESSING"
	SimplifiedRejected   = "REJECTED" // the card was not found: it may only be early
	SimplifiedSuccess    = "SUCCESS"
	SimplifiedError      = "ERROR"
)

// SimplifiedRequest starts a simplified registration or re-registration (004
// §7.2): of an application that was made before, by its id alone, or of a till
// that has its РНМ, by the five numbers of table 14.
type SimplifiedRequest struct {
	ApplicationID string `json:"ApplicationId,omitempty"`

	RegNumber string `json:"RegNumber,omitempty"` // РНМ
	FN        string `json:"FnNumber,omitempty"`
	Document  string `json:"DocumentNumber,omitempty"` // number of the till's report
	INN       string `json:"Inn,omitempty"`            // of the client
	Purpose   string `json:"Purpose,omitempty"`        // not Unregistration
}

func (r SimplifiedRequest) validate() error {
	if r.ApplicationID != "" {
		if r != (SimplifiedRequest{ApplicationID: r.ApplicationID}) {
			return errors.New("an application is named by its id alone")
		}
		return checkID("application", r.ApplicationID)
	}
	switch {
	case r.Purpose != PurposeRegistration && r.Purpose != PurposeReregistration:
		return fmt.Errorf("the purpose %q has no simplified process", r.Purpose)
	case r.Document == "":
		return errors.New("the number of the till's report is empty")
	}
	return errors.Join(
		checkDigits("RNM", r.RegNumber, 16), checkDigits("FN", r.FN, 16), checkDigits("INN", r.INN, 10, 12),
	)
}

// StartSimplified starts a simplified registration (004 §7.2). The service
// charges for it, so that it is sent once. What it gives is an application,
// also when none was named.
func (c *Client) StartSimplified(ctx context.Context, request SimplifiedRequest) (Application, error) {
	out := new(applicationWire)
	call := httpapi.Call{
		Op: "start the simplified registration", Method: http.MethodPost, Path: registrationPath + "/simplified",
		Token: c.token, Body: request, Out: out,
		Check: func() error {
			if request.ApplicationID != "" {
				return out.checkID(request.ApplicationID)
			}
			return checkID("application", string(out.ID))
		},
	}
	if err := request.validate(); err != nil {
		return Application{}, httpapi.WithOutcome(call, httpapi.OutcomeNotSent, err)
	}
	if err := c.api.Mutate(ctx, call); err != nil {
		return Application{}, err
	}
	return out.public(), nil
}

// simplifiedWire is the answer of 004 §7.2.1. Its DownloadUrl carries a token
// and is not read: the card is had from the address that the document names.
type simplifiedWire struct {
	Status httpapi.String
}

// SimplifiedStatus tells how the simplified registration of an application
// stands: one of the words of table 15, as received.
func (r *Reader) SimplifiedStatus(ctx context.Context, id string) (string, error) {
	var out simplifiedWire
	call := httpapi.Call{
		Op:    "read the simplified registration " + id,
		Path:  registrationPath + "/" + httpapi.Segment(id) + "/simplified/status",
		Token: r.token, Out: &out,
		Check: func() error {
			if out.Status == "" {
				return errors.New("the answer has no status")
			}
			return nil
		},
	}
	if err := checkID("application", id); err != nil {
		return "", httpapi.WithOutcome(call, httpapi.OutcomeNotSent, err)
	}
	err := r.api.Get(ctx, call)
	return string(out.Status), err
}

// CheckApplicationID tells whether a person's word can be the id of an
// application.
func CheckApplicationID(id string) error { return checkID("application", id) }
