package httpapi

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// certificateHint is what a person can do about a certificate that a service
// did not take.
const certificateHint = "the service did not take the client certificate: check that it is the one of this service and has not run out"

// Certificate makes a client certificate of PEM texts. Its errors hold nothing
// of the key.
func Certificate(certificate, key []byte) (*tls.Certificate, error) {
	if !bytes.Contains(certificate, []byte("-----BEGIN ")) {
		return nil, errors.New("the certificate is not PEM: a .p12 or .pfx file is converted with " +
			"openssl pkcs12 -in FILE -nodes -out BOTH.pem, and that file is both certificate and key")
	}
	if encrypted(key) {
		return nil, errors.New("the key is encrypted: decrypt it first, as openssl pkey -in KEY -out PLAIN does")
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return nil, fmt.Errorf("no client certificate: %w", err)
	}
	return &pair, nil
}

// encrypted tells a key that takes a passphrase, in either of its forms.
func encrypted(key []byte) bool {
	for block, rest := pem.Decode(key); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "" {
			return true
		}
	}
	return bytes.Contains(key, []byte("BEGIN ENCRYPTED PRIVATE KEY"))
}

// RefusesCertificate tells an answer that says that the client certificate is
// missing or was not taken: 401 (document 003), or the page with which a web
// server before the service says so. It comes before anything is done.
func (a Answer) RefusesCertificate() bool {
	const most = 4 << 10
	page := strings.ToLower(string(a.Body[:min(most, len(a.Body))]))
	return a.Status == http.StatusUnauthorized ||
		a.Status == http.StatusBadRequest && strings.HasPrefix(strings.TrimSpace(page), "<") && strings.Contains(page, "ssl certificate")
}

// tlsConfig shows the certificate to whoever asks for one, whatever issuers
// the service names: one that is left out silently cannot be explained. Some
// servers ask only after they have read the request, in a second handshake of
// TLS 1.2: with a certificate that is let happen, once.
func tlsConfig(config Config) *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: config.RootCAs}
	if certificate := config.Certificate; certificate != nil {
		c.Renegotiation = tls.RenegotiateOnceAsClient
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return certificate, nil }
	}
	return c
}

// refusesCertificate tells the alerts with which a service ends a handshake
// because of the client's certificate. With TLS 1.3 they come after the
// request was written, which nobody has read then.
func refusesCertificate(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	if !ok || op.Op != "remote error" || op.Err == nil {
		return false
	}
	text := op.Err.Error()
	return strings.HasPrefix(text, "tls: ") &&
		(strings.Contains(text, "certificate") || text == "tls: access denied" || text == "tls: handshake failure")
}

// untrusted tells that the service's own certificate was not accepted here.
// The handshake ends with it: no byte of the request has left.
func untrusted(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}

// untrustedHint is what a person can do about it.
const untrustedHint = "the service's certificate is not trusted here: check the endpoint, or name the PEM file of the authority that issued it as provider.caBundle"
