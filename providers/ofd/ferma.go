package ofd

import (
	"cmp"
	"crypto/rsa"
	"crypto/tls"
	"errors"

	"github.com/kktctl/kktctl/providers/ofd/ferma/checkonline"
	"github.com/kktctl/kktctl/providers/ofd/ferma/orangedata"
	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// FermaAccess opens one of Ferma's services: CheckOnline (document 002) or
// Orange Data (document 003).
type FermaAccess struct {
	Certificate *tls.Certificate // nil: the service is not used
	SigningKey  *rsa.PrivateKey  // of Orange Data, for X-Signature
}

// DefaultCheckOnline is where CheckOnline is unless the fleet says otherwise
// (document 002).
const DefaultCheckOnline = "https://ferma-c.ofd.ru"

// DefaultOrangeData is where Orange Data is unless the fleet says otherwise
// (document 003).
const DefaultOrangeData = "https://ferma-o.ofd.ru"

// IsZero tells whether the service cannot be used.
func (a FermaAccess) IsZero() bool { return a.Certificate == nil }

// ClientCertificate makes a client certificate of PEM texts. Its errors hold
// nothing of the key.
func ClientCertificate(certificate, key []byte) (*tls.Certificate, error) {
	return httpapi.Certificate(certificate, key)
}

// NewCheckOnline makes the client of Ferma CheckOnline.
func NewCheckOnline(c Config) (*checkonline.Client, error) {
	c.defaults()
	return c.checkOnline()
}

// checkOnline makes the client that shares the pace of all calls.
func (c *Config) checkOnline() (*checkonline.Client, error) {
	if c.CheckOnline.IsZero() {
		return nil, errors.New("provider.ferma.checkonline is not declared: a client certificate is needed")
	}
	api, err := c.fermaTransport(cmp.Or(c.Fleet.Provider.CheckOnline.Endpoint, DefaultCheckOnline), c.CheckOnline)
	if err != nil {
		return nil, err
	}
	return checkonline.New(api), nil
}

// orangeData makes the client that shares the pace of all calls.
func (c *Config) orangeData() (*orangedata.Client, error) {
	api, err := c.fermaTransport(cmp.Or(c.Fleet.Provider.OrangeData.Endpoint, DefaultOrangeData), c.OrangeData)
	if err != nil {
		return nil, err
	}
	return orangedata.New(api, c.OrangeData.SigningKey), nil
}

// fermaTransport makes the transport of one of Ferma's services. It keeps the
// pace of all calls; an endpoint that overrides the fleet's takes these too.
func (c *Config) fermaTransport(endpoint string, access FermaAccess) (*httpapi.Client, error) {
	if c.override != "" {
		endpoint = c.override
	}
	return c.transportTo(endpoint, access.Certificate)
}
