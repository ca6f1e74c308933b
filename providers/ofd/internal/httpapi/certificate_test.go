package httpapi

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// selfSigned makes a certificate that is its own authority.
func selfSigned(t *testing.T) (certificate, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})
}

func certificate(t *testing.T) *tls.Certificate {
	t.Helper()
	c, err := Certificate(selfSigned(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// demanding serves whoever has the certificate that it trusts.
func demanding(t *testing.T, trusted *tls.Certificate, version uint16) (url string, roots *x509.CertPool) {
	t.Helper()
	server := httptest.NewUnstartedServer(reply(200, `{"Data":{},"Success":true}`))
	pool := x509.NewCertPool()
	pool.AddCert(trusted.Leaf)
	server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool, MaxVersion: version}
	server.Config.ErrorLog = discardLog()
	server.StartTLS()
	t.Cleanup(server.Close)
	roots = x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return server.URL, roots
}

// TestClientCertificate looks that the certificate is shown, also by calls
// that change something, and that a call which a service ended because of it
// is known not to have happened.
func TestClientCertificate(t *testing.T) {
	good, bad := certificate(t), certificate(t)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		url, roots := demanding(t, good, version)
		for name, shown := range map[string]*tls.Certificate{"good": good, "bad": bad, "none": nil} {
			client, record := newClient(t, Config{BaseURL: url, RootCAs: roots, Certificate: shown})
			read := client.Get(t.Context(), Call{Op: "look", Path: "/x"})
			write := client.Mutate(t.Context(), Call{Op: "change", Method: http.MethodPost, Path: "/x", Body: []byte(`{}`)})
			if name == "good" {
				if read != nil || write != nil {
					t.Errorf("%x %s: %v, %v", version, name, read, write)
				}
				continue
			}
			outcome := OutcomeOf(write)
			if version == tls.VersionTLS13 && outcome == OutcomeUnknown {
				continue // the connection was cut before the alert was read
			}
			if read == nil || outcome != OutcomeNotSent {
				t.Errorf("%x %s: %v, %v (%v)", version, name, read, write, outcome)
			}
			if len(record.sleeps) > 0 && version == tls.VersionTLS12 {
				t.Errorf("%x %s: read again", version, name)
			}
			if e, ok := errors.AsType[*Error](write); !ok || !strings.Contains(e.Hint, "client certificate") {
				t.Errorf("%x %s: no hint: %+v", version, name, e)
			}
		}
	}
}

// TestAlertsAboutTheCertificate tells them from what else breaks off a call.
func TestAlertsAboutTheCertificate(t *testing.T) {
	for text, want := range map[string]bool{
		"tls: bad certificate": true, "tls: unknown certificate authority": true, "tls: certificate required": true,
		"tls: access denied": true, "tls: handshake failure": true, "tls: internal error": false, "connection reset by peer": false,
	} {
		err := fmt.Errorf("reading: %w", &net.OpError{Op: "remote error", Err: errors.New(text)})
		if got := refusesCertificate(err); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if refusesCertificate(&net.OpError{Op: "local error", Err: errors.New("tls: bad certificate")}) {
		t.Error("our own alert about the service's certificate")
	}
}

// TestPagesAboutTheCertificate tells them from other pages.
func TestPagesAboutTheCertificate(t *testing.T) {
	const page = "<html>\r\n<head><title>400 No required SSL certificate was sent</title></head>"
	for _, row := range []struct {
		status int
		body   string
		want   bool
	}{
		{401, "", true},
		{401, "<html>", true},
		{400, page, true},
		{400, " " + page, true},
		{400, `{"errors":["no SSL certificate"]}`, false},
		{200, page, false},
		{500, page, false},
		{400, "<html>Bad Request", false},
		{403, "<html>", false},
	} {
		if got := (Answer{Status: row.status, Body: []byte(row.body)}).RefusesCertificate(); got != row.want {
			t.Errorf("%d %q: %v", row.status, row.body, got)
		}
	}
}

func TestCertificateIsExplained(t *testing.T) {
	cert, key := selfSigned(t)
	other, otherKey := selfSigned(t)
	for _, row := range []struct {
		name      string
		cert, key []byte
		want      string
	}{
		{"of another key", cert, otherKey, "does not match"},
		{"no key", cert, other, "private key"},
		{"nothing", nil, key, "not PEM"},
		{"PKCS#12", []byte("0\x82\x0a"), key, "openssl pkcs12"},
		{"a key alone", key, key, "no client certificate"},
		{"encrypted", cert, []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"), "decrypt it"},
		{"encrypted of old", cert, []byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMAAA\n-----END RSA PRIVATE KEY-----\n"), "decrypt it"},
	} {
		_, err := Certificate(row.cert, row.key)
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
	if c, err := Certificate(cert, key); err != nil || c.Leaf == nil {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestJudge looks that a service with envelopes of its own is read by its
// client, whatever the status is.
func TestJudge(t *testing.T) {
	own := errors.New("the client's own")
	client, _ := serve(t, reply(500, `{"FCEError":24,"Errors":["x"]}`))
	var seen Answer
	call := Call{Op: "print", Method: http.MethodPost, Path: "/x", Body: []byte(`{"a" : 1}`), Judge: func(a Answer) (Outcome, error) {
		seen = a
		return OutcomeRefused, own
	}}
	err := client.Mutate(t.Context(), call)
	if !errors.Is(err, own) || OutcomeOf(err) != OutcomeRefused {
		t.Errorf("%v, %v", err, OutcomeOf(err))
	}
	var decoded struct{ FCEError Int }
	if err := seen.Decode(&decoded); err != nil || seen.Status != 500 || decoded.FCEError != 24 {
		t.Errorf("%+v %v", seen, err)
	}
	call.Judge = func(Answer) (Outcome, error) { return OutcomeUnknown, nil }
	if err := client.Mutate(t.Context(), call); err != nil {
		t.Error(err)
	}
	if err := (Answer{Body: []byte("<html>")}).Decode(&decoded); err == nil {
		t.Error("a page was decoded")
	}
}

// TestBodyAndHeaderAsTheyAre looks that signed bytes reach the service
// unchanged, with the headers of the call.
func TestBodyAndHeaderAsTheyAre(t *testing.T) {
	var got, signature, kind string
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got, signature, kind = readAll(t, r), r.Header.Get("X-Signature"), r.Header.Get("Content-Type")
		reply(200, `{"Data":{},"Success":true}`)(w, r)
	})
	const body = "{ \"b\":1,\n\"a\":\"<&>\" }\n"
	call := Call{Op: "print", Method: http.MethodPost, Path: "/x", Body: []byte(body), Header: http.Header{"x-signature": {"abc"}}}
	if err := client.Mutate(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if got != body || signature != "abc" || kind != "application/json; charset=utf-8" {
		t.Errorf("%q %q %q", got, signature, kind)
	}
}
