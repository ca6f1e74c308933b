package partner

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// signRequest is the body of 004 §7.4.
type signRequest struct {
	DocumentID string `json:"DocumentId"`
	Signature  string `json:"Signature"`
}

func (r PayRequest) validate() error {
	if err := checkDigits("INN", r.INN, 10, 12); err != nil {
		return err
	}
	switch {
	case len(r.INN) == 10 && r.KPP == "":
		return errors.New("a legal entity needs its KPP")
	case r.ActivationCode == "":
		return errors.New("the activation code is empty")
	case r.RNM == "":
		return errors.New("the RNM is empty")
	case r.Email == "":
		return errors.New("the email is empty")
	}
	return nil
}

func (s Signatory) validate() error {
	if s.LastName == "" || s.GivenName == "" || s.Position == "" {
		return errors.New("the signatory needs a last name, a given name and a position")
	}
	return nil
}

// validate checks what a new application must hold.
func (r ApplicationRequest) validate() error {
	switch r.Purpose {
	case PurposeRegistration, PurposeReregistration, PurposeUnregistration:
	default:
		return fmt.Errorf("unknown purpose %q", r.Purpose)
	}
	if r.CompanyDetails == nil || r.KKTDetails == nil {
		return errors.New("an application needs a company and a till")
	}
	if v := r.KKTDetails.FormatVersion; v < FFD105 || v > FFD12 {
		return fmt.Errorf("format version %d is not one of 2 to 4", v)
	}
	return checkDigits("INN", r.CompanyDetails.INN, 10, 12)
}

// validatePut checks what changes an application.
func (r ApplicationRequest) validatePut() error {
	if r.Purpose != "" {
		return errors.New("the purpose of an application cannot be changed")
	}
	if r.KKTDetails == nil {
		return nil
	}
	if v := r.KKTDetails.FormatVersion; v != 0 && (v < FFD105 || v > FFD12) {
		return fmt.Errorf("format version %d is not one of 2 to 4", v)
	}
	return nil
}

// whole gives a copy whose usage modes, reasons and address are written with all their
// fields, also the false ones.
func (r ApplicationRequest) whole() ApplicationRequest {
	if r.KKTDetails == nil {
		return r
	}
	till := *r.KKTDetails
	if till.UsageMode != nil {
		usage := *till.UsageMode
		usage.whole = true
		till.UsageMode = &usage
	}
	if till.Address != nil {
		address := *till.Address
		address.whole = true
		till.Address = &address
	}
	if till.ReregistrationReasons != nil {
		reasons := *till.ReregistrationReasons
		reasons.whole = true
		till.ReregistrationReasons = &reasons
	}
	r.KKTDetails = &till
	return r
}

func checkSignature(documentID, signature string) error {
	if err := checkID("document", documentID); err != nil {
		return err
	}
	if signature == "" {
		return errors.New("the signature is empty")
	}
	if _, err := base64.StdEncoding.Strict().DecodeString(signature); err != nil || strings.ContainsAny(signature, "\r\n") {
		return errors.New("the signature is not base64 on one line")
	}
	return nil
}

// checkID lets only what looks like a UUID into a path.
func checkID(what, id string) error {
	if len(id) < 8 || len(id) > 64 {
		return fmt.Errorf("the id of the %s is not a UUID", what)
	}
	for _, r := range id {
		if !strings.ContainsRune("0123456789abcdefABCDEF-", r) {
			return fmt.Errorf("the id of the %s is not a UUID", what)
		}
	}
	return nil
}

// CheckAgreementID tells whether a text has the form of an OfdAgreementId. §5.1
// calls it a string; applications give its form, a UUID (004 table 10), as do
// all examples.
func CheckAgreementID(id string) error {
	if u, err := uuid.Parse(id); err != nil || !strings.EqualFold(u.String(), id) {
		return errors.New("the id of the agreement is not a UUID, such as 999ae9fc-edaa-43fd-ba93-f999e3ed841f")
	}
	return nil
}

// checkDigits wants that many digits and nothing else. Check digits are not
// this package's business: numbers from the wire may be masked.
func checkDigits(what, s string, lengths ...int) error {
	if strings.Trim(s, "0123456789") == "" {
		for _, n := range lengths {
			if len(s) == n {
				return nil
			}
		}
	}
	return fmt.Errorf("the %s must have %v digits", what, lengths)
}
