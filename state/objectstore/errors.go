package objectstore

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/minio/minio-go/v7"

	"github.com/kktctl/kktctl/state"
)

// answer gives status and code of an error that the store answered with; 0
// when there was no answer.
func answer(err error) (status int, code string) {
	var e minio.ErrorResponse
	if !errors.As(err, &e) {
		return 0, ""
	}
	return e.StatusCode, e.Code
}

// passing tells whether the same call may go better a moment later.
func passing(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, state.ErrCorrupt) {
		return false
	}
	switch status, _ := answer(err); status {
	case 0: // no answer
		return true
	case http.StatusConflict, http.StatusTooManyRequests:
		return true
	default:
		return status >= http.StatusInternalServerError && status != http.StatusNotImplemented
	}
}

// explain puts an error into words for whoever set the store up.
func (s *Store) explain(what, name string, err error) error {
	if err == nil {
		return nil
	}
	status, code := answer(err)
	hint := ""
	var unknown *net.DNSError
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(err, &unknown):
		hint = "name the address of the service by state.endpoint in the fleet file, or by KKTCTL_STATE_ENDPOINT; without one it is Amazon's"
	case errors.As(err, &untrusted):
		hint = "if that is the service, name who signs its certificates by state.caBundle in the fleet file, or by KKTCTL_STATE_CA_BUNDLE"
	case code == minio.NoSuchBucket:
		hint = "the bucket " + s.bucket + " does not exist at " + s.endpoint + ": make it, or check state.endpoint and state.region"
	case code == "InvalidAccessKeyId" || code == "SignatureDoesNotMatch" || status == http.StatusUnauthorized:
		hint = "the store does not know these credentials: check state.username (access key) and state.password (secret key), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
	case code == "AuthorizationHeaderMalformed" || code == "PermanentRedirect" || status == http.StatusMovedPermanently:
		hint = "the bucket is in another region: set state.region"
	case status == http.StatusForbidden:
		hint = "the credentials need the rights to get, put, delete and list objects under " + s.location
	case status == http.StatusPreconditionFailed:
		hint = "the store refused a name that was never used before: try again"
	}
	if hint != "" {
		hint = "\nhint: " + hint
	}
	return fmt.Errorf("%s %s in the bucket %s at %s: %w%s", what, s.name(name), s.bucket, s.endpoint, short(err), hint)
}

// shortened is an error whose text comes from a server, and is cut.
type shortened struct{ err error }

const maxText = 300

// Error gives the text.
func (e shortened) Error() string { return fmt.Sprintf("%.*s", maxText, e.err.Error()) }

// Unwrap gives the error.
func (e shortened) Unwrap() error { return e.err }

func short(err error) error { return shortened{err} }
