package main

import (
	"crypto/tls"
	"net/http"
	"time"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/httpstore"
)

// openHTTPStore opens a state at http:// or https://, by Terraform's HTTP
// state protocol.
func openHTTPStore(access stateAccess) (state.Store, error) {
	return httpstore.Open(httpstore.Config{
		Address: access.URL, Username: access.Username, Password: access.Password, Headers: access.Headers,
		LockAddress: access.LockAddress, UnlockAddress: access.UnlockAddress,
		LockMethod: access.LockMethod, UnlockMethod: access.UnlockMethod,
		Term: access.Lease, Now: access.Now, UserAgent: access.UserAgent, Version: version,
		Transport: access.transport(), Codec: access.Codec,
	})
}

// transport is how a store is reached over HTTP: through the environment's
// proxy, with the declared roots of trust.
func (s stateAccess) transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = http.ProxyFromEnvironment
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: s.Roots}
	t.ResponseHeaderTimeout = time.Minute
	if s.Dial != nil {
		t.DialContext = s.Dial
	}
	return t
}
