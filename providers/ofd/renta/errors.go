package renta

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// Reason is a reason of a refusal, by its name in 001, tables 7 and 9. It is
// found in an error with errors.Is.
type Reason string

// The reasons.
const (
	ErrInnKppIncorrect     Reason = "InnKppIncorrect"
	ErrAuthorization       Reason = "AuthorizationError"
	ErrKktBelongAnotherInn Reason = "KktBelongAnotherInn"
	ErrRnFnIncorrect       Reason = "RnFnIncorrect"
	ErrOfdInnUnknown       Reason = "OfdInnUnknown"
	ErrWrongDate           Reason = "WrongDate"
	ErrInnNotFound         Reason = "InnNotFound"
)

// Error explains the reason.
func (r Reason) Error() string {
	switch r {
	case ErrInnKppIncorrect:
		return "the INN or the KPP is wrong"
	case ErrAuthorization:
		return "authorisation failed"
	case ErrKktBelongAnotherInn:
		return "the till belongs to another INN"
	case ErrRnFnIncorrect:
		return "the RNM or the FN number is malformed"
	case ErrOfdInnUnknown:
		return "the INN of the OFD is unknown"
	case ErrWrongDate:
		return "the date is wrong"
	case ErrInnNotFound:
		return "this account has no organisation with that INN"
	}
	return string(r)
}

// reasonOf finds a reason by the message, case and separators aside. The
// codes are not looked at: the example's disagree with the table's.
func reasonOf(message string) (Reason, bool) {
	for _, r := range [...]Reason{
		ErrInnKppIncorrect, ErrAuthorization, ErrKktBelongAnotherInn, ErrRnFnIncorrect,
		ErrOfdInnUnknown, ErrWrongDate, ErrInnNotFound,
	} {
		if fold(message) == fold(string(r)) {
			return r, true
		}
	}
	return "", false
}

func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// Problem is one entry of an answer's Errors. Its texts are free of control
// characters.
type Problem struct {
	Code    string // not to be relied upon
	Message string
}

// Error explains the problem.
func (p *Problem) Error() string {
	if reason, ok := reasonOf(p.Message); ok {
		return fmt.Sprintf("%v (%s)", reason, p.Message)
	}
	if p.Message == "" {
		return "Renta gave the error code " + p.Code
	}
	return p.Message
}

// Is matches a Reason by the message.
func (p *Problem) Is(target error) bool {
	reason, ok := reasonOf(p.Message)
	return ok && target == reason
}

// withReasons adds the reasons that a failure's messages name.
func withReasons(err error) error {
	e, ok := errors.AsType[*httpapi.Error](err)
	if !ok {
		return err
	}
	for _, message := range e.Messages {
		if reason, ok := reasonOf(message); ok {
			return fmt.Errorf("%w: %w", err, reason)
		}
	}
	return err
}
