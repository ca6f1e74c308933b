package ofd

import (
	"crypto/rsa"
	"crypto/tls"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// FermaAccess opens one of Ferma's services: CheckOnline (document 002) or
// Orange Data (document 003).
type FermaAccess struct {
	Certificate *tls.Certificate // nil: the service is not used
	SigningKey  *rsa.PrivateKey  // of Orange Data, for X-Signature
}

// IsZero tells whether the service cannot be used.
func (a FermaAccess) IsZero() bool { return a.Certificate == nil }

// ClientCertificate makes a client certificate of PEM texts. Its errors hold
// nothing of the key.
func ClientCertificate(certificate, key []byte) (*tls.Certificate, error) {
	return httpapi.Certificate(certificate, key)
}

// fermaTransport makes the transport of one of Ferma's services. It keeps the
// pace of all calls; an endpoint that overrides the fleet's takes these too.
func (c *Config) fermaTransport(endpoint string, access FermaAccess) (*httpapi.Client, error) {
	if c.override != "" {
		endpoint = c.override
	}
	return c.transportTo(endpoint, access.Certificate)
}
