package ofd

import (
	"errors"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
	"github.com/kktctl/kktctl/spec/diag"
)

// What the credentials of a fleet are called.
const (
	roleKey          = "partner API key"
	rolePartnerLogin = "partner login"
	roleRenta        = "Renta login"
)

// placed says of a credential that was refused where the fleet declares it;
// any other error gets its hint.
func (c *Config) placed(err error) error {
	e, ok := errors.AsType[*httpapi.Error](err)
	if !ok || e.Refused == "" || c.Fleet == nil {
		return withHint(err)
	}
	d := diag.Diagnostic{Severity: diag.Error, Summary: err.Error(), Hint: e.Hint}
	switch p := c.Fleet.Provider; e.Refused {
	case roleKey:
		d.Pos = p.Partner.APIKey.Pos
	case rolePartnerLogin:
		d.Pos = p.Partner.Login.Pos
	case roleRenta:
		d.Pos = p.Renta.Login.Pos
	}
	return placedError{d, err}
}

// placedError is an error with its place in the fleet file.
type placedError struct {
	told  diag.Diagnostic
	cause error
}

func (e placedError) Error() string { return e.told.Error() }

func (e placedError) Unwrap() []error { return []error{e.told, e.cause} }
