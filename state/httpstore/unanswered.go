package httpstore

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
)

// unsent is a call that did nothing: no connection was made, or it was a
// reading. It is tried again like one that is errLost, and says only why.
type unsent struct{ err error }

// Error gives the cause.
func (e *unsent) Error() string { return e.err.Error() }

// Unwrap gives the cause.
func (e *unsent) Unwrap() error { return e.err }

// Is has it handled as errLost.
func (e *unsent) Is(target error) bool { return target == errLost }

// unanswered puts a call without an answer into words.
func unanswered(method string, err error) error {
	var untrusted *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var dial *net.OpError
	switch {
	case errors.As(err, &untrusted) || errors.As(err, &authority):
		return &unsent{fmt.Errorf("the server's certificate is not trusted: %w\nhint: if that is the server, name who signs its certificates by state.caBundle in the fleet file, or by KKTCTL_STATE_CA_BUNDLE", err)}
	case errors.As(err, &dial) && dial.Op == "dial":
		return &unsent{fmt.Errorf("the server cannot be reached: %w", err)}
	case method == http.MethodGet:
		return &unsent{fmt.Errorf("the server gives no answer: %w", err)}
	}
	return fmt.Errorf("%w: %w", errLost, err)
}

// isPage tells an answer that is a page for people, such as a login.
func isPage(data []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(data), []byte("<")) }
