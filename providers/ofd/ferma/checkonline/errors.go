package checkonline

import (
	"errors"
	"fmt"
	"strings"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// Outcome is what is known of a receipt whose sending failed.
type Outcome uint8

// The outcomes. The zero value is the one that is safe to assume.
const (
	// OutcomeUnknown: it may have been printed. The same receipt is sent again
	// under the same RequestID, and its answer tells.
	OutcomeUnknown Outcome = iota
	// OutcomeInProgress: the service has it and is not done (FCEError 24). It
	// is asked again under the same RequestID.
	OutcomeInProgress
	// OutcomeTemporary: it was not printed; the same receipt may be printed
	// later, under the same RequestID.
	OutcomeTemporary
	// OutcomeNotSent: it failed before a byte was sent.
	OutcomeNotSent
	// OutcomeRefused: it was not printed and will not be as it is.
	OutcomeRefused
)

// String names the outcome.
func (o Outcome) String() string {
	switch o {
	case OutcomeInProgress:
		return "in progress"
	case OutcomeTemporary:
		return "refused for now"
	case OutcomeNotSent:
		return "not sent"
	case OutcomeRefused:
		return "refused"
	default:
		return "unknown"
	}
}

// Repeatable tells whether the same receipt can be sent again, under the same
// RequestID and no other.
func (o Outcome) Repeatable() bool { return o != OutcomeRefused }

// Settled tells whether it is known that the receipt was not printed.
func (o Outcome) Settled() bool {
	return o == OutcomeRefused || o == OutcomeNotSent || o == OutcomeTemporary
}

// What an answer can say besides codes. They are found with errors.Is.
var (
	// ErrCertificate says that the client certificate was missing or not taken.
	ErrCertificate = errors.New("the service refused the client certificate")
	// ErrOther says that the answer is about another receipt.
	ErrOther = errors.New("the answer is about another receipt")
	// ErrShape says that the answer is not what the document promises.
	ErrShape = errors.New("the answer has not the shape that the document promises")
)

// Error is an answer with errors. Both of its layers may have one: the service
// (FCEError) and the till (Response.Error).
type Error struct {
	Service     int      // FCEError, 002 table 3; 0 for none
	Device      int      // Response.Error; 0 for none
	Description string   // ErrorDescription, the service's own words
	Messages    []string // Response.ErrorMessages, the till's own words
	// Fatal is the service's word that the same request will fail again.
	Fatal bool
	// Upstream is the HTTP status that the service got itself.
	Upstream int
	Outcome  Outcome
}

// Error names the codes in English, with the service's own words.
func (e *Error) Error() string {
	return e.text(func(c Code) string { return c.English }, "service", "till")
}

// Russian names the codes in Russian, with the service's own words.
func (e *Error) Russian() string {
	return e.text(func(c Code) string { return c.Russian }, "сервис", "касса")
}

func (e *Error) text(word func(Code) string, service, till string) string {
	var parts []string
	if e.Service != 0 {
		c, _ := ServiceCode(e.Service)
		parts = append(parts, fmt.Sprintf("%s %d: %s", service, e.Service, word(c)))
	}
	if e.Device != 0 {
		c, _ := DeviceCode(e.Device)
		parts = append(parts, fmt.Sprintf("%s %d: %s", till, e.Device, word(c)))
	}
	for _, said := range append([]string{e.Description}, e.Messages...) {
		if said = strings.TrimSpace(said); said != "" {
			parts = append(parts, said)
		}
	}
	return strings.Join(parts, "; ")
}

// outcome judges both codes: what is least known wins. Fatal takes the hope
// from an error that would pass by itself.
func (e *Error) outcome() Outcome {
	known := OutcomeRefused
	if e.Service != 0 {
		c, _ := ServiceCode(e.Service)
		known = min(known, c.Outcome)
	}
	if e.Device != 0 {
		c, _ := DeviceCode(e.Device)
		known = min(known, c.Outcome)
	}
	if e.Fatal && known == OutcomeTemporary {
		known = OutcomeRefused
	}
	return known
}

// transport is the outcome in the words of all calls.
func (o Outcome) transport() httpapi.Outcome {
	switch o {
	case OutcomeRefused, OutcomeTemporary:
		return httpapi.OutcomeRefused
	case OutcomeNotSent:
		return httpapi.OutcomeNotSent
	}
	return httpapi.OutcomeUnknown
}

// OutcomeOf tells what is known of the receipt that err came from.
func OutcomeOf(err error) Outcome {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Outcome
	}
	switch httpapi.OutcomeOf(err) {
	case httpapi.OutcomeNotSent:
		return OutcomeNotSent
	case httpapi.OutcomeRefused:
		return OutcomeRefused
	}
	return OutcomeUnknown
}
