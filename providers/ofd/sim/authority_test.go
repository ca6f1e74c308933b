package sim

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func newAuthority(t *testing.T) *Authority {
	t.Helper()
	a, err := NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func clientOf(t *testing.T, a *Authority, group string) tls.Certificate {
	t.Helper()
	c, err := a.Client(group)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// secure serves a world with TLS and gives a caller with the certificates.
func secure(t *testing.T, w *World, a *Authority, shown ...tls.Certificate) (*Service, func(method, path, body string) (*http.Response, error)) {
	t.Helper()
	s := New(w, Options{Now: start})
	t.Cleanup(func() { _ = s.Close() })
	url, err := s.StartTLS("127.0.0.1:0", a)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: a.Pool(), Certificates: shown}}
	return s, func(method, path, body string) (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), method, url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		return transport.RoundTrip(req)
	}
}

// TestTLSServesThePartnerWithoutACertificate looks that only Ferma asks for
// one, and that a bad one is no trouble elsewhere.
func TestTLSServesThePartnerWithoutACertificate(t *testing.T) {
	ours, foreign := newAuthority(t), newAuthority(t)
	for name, shown := range map[string][]tls.Certificate{
		"none": nil, "foreign": {clientOf(t, foreign, "")}, "ours": {clientOf(t, ours, "")},
	} {
		_, call := secure(t, nil, ours, shown...)
		res, err := call(http.MethodGet, codePath+"?AuthToken="+DefaultAPIKey, "")
		if err != nil {
			t.Fatal(name, err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", name, res.Status)
		}
	}
}

// TestCertificatesOfFerma looks at who is let in to the routes of Ferma.
func TestCertificatesOfFerma(t *testing.T) {
	ours, foreign := newAuthority(t), newAuthority(t)
	old, err := ours.ClientUntil("", time.Now().Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	server, err := ours.Server()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name   string
		shown  tls.Certificate
		status int
		group  string
	}{
		{"ours", clientOf(t, ours, ""), http.StatusOK, DefaultGroup},
		{"of another enterprise", clientOf(t, ours, "other"), http.StatusOK, "other"},
		{"none", tls.Certificate{}, http.StatusUnauthorized, ""},
		{"foreign", clientOf(t, foreign, ""), http.StatusUnauthorized, ""},
		{"run out", old, http.StatusUnauthorized, ""},
		{"of a server", server, http.StatusUnauthorized, ""},
	} {
		q := request{authority: ours, connection: &tls.ConnectionState{}}
		if row.shown.Leaf != nil {
			q.connection.PeerCertificates = append(q.connection.PeerCertificates, row.shown.Leaf)
		}
		seen := ""
		rep := newCore(&World{}, start(), nil).handle(route{ferma: true, handle: func(_ *core, q request) reply {
			seen = q.group
			return emptyObject(http.StatusOK)
		}}, q)
		if rep.status != row.status || seen != row.group {
			t.Errorf("%s: status %d, group %q", row.name, rep.status, seen)
		}
	}
	rep := newCore(&World{}, start(), nil).handle(route{ferma: true}, request{})
	if rep.status != http.StatusUnauthorized {
		t.Errorf("without TLS: %d", rep.status)
	}
}

func TestAuthorityIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "certs")
	first, err := OpenAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenAuthority(dir)
	if err != nil || !again.certificate.Equal(first.certificate) {
		t.Fatalf("another authority: %v", err)
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, FileClient), filepath.Join(dir, FileClientKey))
	if err != nil {
		t.Fatal(err)
	}
	if group, err := again.groupOf(&tls.ConnectionState{PeerCertificates: []*x509.Certificate{pair.Leaf}}); err != nil || group != DefaultGroup {
		t.Errorf("group %q, %v", group, err)
	}
	one, err := first.SigningKey()
	if err != nil {
		t.Fatal(err)
	}
	if other, err := again.SigningKey(); err != nil || !one.Equal(other) {
		t.Errorf("another signing key: %v", err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f.Name(), info.Mode(), err)
		}
	}
}

// TestForeignFilesAreLeftAlone looks that real keys are not written over.
func TestForeignFilesAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, FileClientKey)
	if err := os.WriteFile(path, []byte("real"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenAuthority(dir); err == nil || !strings.Contains(err.Error(), "not a folder of the sandbox") {
		t.Errorf("no refusal: %v", err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("files: %v, %v", files, err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "real" {
		t.Errorf("%q %v", data, err)
	}
}
