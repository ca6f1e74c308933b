package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

// defaultStateLease is how long a lock of a remote store lasts without being
// renewed.
const defaultStateLease = 2 * time.Minute

// stateAccess is what a remote store is opened with: its address and the
// resolved secrets, which are handed on and kept nowhere else.
type stateAccess struct {
	URL                string   // as it was given; it holds no password
	Parsed             *url.URL // the same
	Username, Password string   // empty when there are none
	Headers            http.Header
	Roots              *x509.CertPool // nil: the system's
	Endpoint, Region   string         // s3

	LockAddress, UnlockAddress string // http; empty: the store finds them
	LockMethod, UnlockMethod   string

	Codec     state.Codec // what the state is written and read with
	Lease     time.Duration
	Now       func() time.Time
	UserAgent string
	Env       func(string) string                                                  // the environment, for what a kind of store usually finds there
	Dial      func(ctx context.Context, network, address string) (net.Conn, error) // nil: the net package's
}

// stateSettings resolves what the fleet file says of a state's place, or the
// environment where it says nothing. A setting of the fleet file belongs to
// its url: it is never sent to another one.
type stateSettings struct {
	file    spec.State
	secrets *secrets
	missing *multierror.Error
}

// stateVariable names the variable of a key, such as
// KKTCTL_STATE_LOCK_ADDRESS for lockAddress.
func stateVariable(key string) string {
	var b strings.Builder
	for _, r := range key {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return "KKTCTL_STATE_" + strings.ToUpper(b.String())
}

// secret gives the value of a key whose value is a secret.
func (s *stateSettings) secret(ref spec.Secret, key string) string {
	if ref.IsZero() {
		return s.variable(key)
	}
	v, err := s.secrets.value(ref, "state."+key)
	s.note(err)
	return v
}

// plain gives the value of a key that holds no secret.
func (s *stateSettings) plain(v, key string) string { return cmp.Or(v, s.variable(key)) }

// address gives the address of a service. One in the environment has to pass
// what one in the fleet file has passed, and is not shown when it does not: a
// password may stand in it.
func (s *stateSettings) address(v, key string) string {
	if v != "" {
		return v
	}
	if v = s.variable(key); v == "" {
		return ""
	}
	if err := spec.CheckBaseURL(v); err != nil {
		s.note(diag.Diagnostic{
			Summary: stateVariable(key) + " " + err.Error(),
			Hint:    "write it as https://host/path; credentials are given by KKTCTL_STATE_USERNAME, KKTCTL_STATE_PASSWORD and KKTCTL_STATE_HEADERS",
		})
		return ""
	}
	return strings.TrimRight(v, "/")
}

// variable reads a value from the environment: itself, or a reference to it.
func (s *stateSettings) variable(key string) string {
	name := stateVariable(key)
	v := s.secrets.env(name)
	ref, ok := spec.SecretReference(v)
	if !ok {
		return v
	}
	v, err := s.secrets.value(ref, name)
	s.note(err)
	return v
}

func (s *stateSettings) note(err error) {
	if err != nil {
		s.missing = multierror.Append(s.missing, err)
	}
}

// headers gives the headers of the fleet file, or those of
// KKTCTL_STATE_HEADERS, one a line.
func (s *stateSettings) headers() http.Header {
	h := http.Header{}
	for _, name := range sortedKeys(s.file.Headers) {
		v, err := s.secrets.value(s.file.Headers[name], "state.headers."+name)
		s.note(err)
		h.Set(name, v)
	}
	if len(s.file.Headers) > 0 {
		return h
	}
	for line := range strings.Lines(s.variable("headers")) {
		name, v, found := strings.Cut(strings.TrimSpace(line), ":")
		if found && name != "" {
			h.Add(name, strings.TrimSpace(v))
		}
	}
	return h
}

// roots gives the store's roots of trust; nil means the system's.
func (s *stateSettings) roots() *x509.CertPool {
	ref := s.file.CABundle
	if ref.IsZero() {
		path := s.secrets.env(stateVariable("caBundle"))
		if path == "" {
			return nil
		}
		ref = spec.Secret{Kind: spec.SecretFile, Name: strings.TrimPrefix(path, "file:")}
	}
	pool, err := rootsOf(ref, "state.caBundle", s.secrets)
	s.note(err)
	return pool
}

// stateAccess resolves everything that a remote store needs; all that is
// missing is told at once.
func (a *App) stateAccess(g *globals, p statePlace) (stateAccess, error) {
	lease, err := a.stateLease()
	if err != nil {
		return stateAccess{}, err
	}
	parsed, err := url.Parse(p.location)
	if err != nil {
		return stateAccess{}, fmt.Errorf("the state's URL cannot be read")
	}
	s := stateSettings{file: p.settings, secrets: &secrets{dir: p.dir, env: a.Env}}
	access := stateAccess{
		URL: p.location, Parsed: parsed, Headers: s.headers(), Roots: s.roots(),
		Username: s.secret(s.file.Username, "username"), Password: s.secret(s.file.Password, "password"),
		Endpoint: s.address(s.file.Endpoint, "endpoint"), Region: s.plain(s.file.Region, "region"),
		LockAddress: s.address(s.file.LockAddress, "lockAddress"), UnlockAddress: s.address(s.file.UnlockAddress, "unlockAddress"),
		LockMethod: s.plain(s.file.LockMethod, "lockMethod"), UnlockMethod: s.plain(s.file.UnlockMethod, "unlockMethod"),
		Lease: lease, Now: a.Now, UserAgent: "kktctl/" + version, Env: a.Env, Dial: a.Dial,
	}
	notes := s.secrets.notes
	if exposedEndpoint(p.location) && p.settings.URL == "" { // one in the fleet file is warned about there
		notes = append(notes, diag.Diagnostic{
			Severity: diag.Warning, Summary: p.given + ": credentials and the state are sent over plain http, to another machine", Hint: "use https://",
		})
	}
	a.showDiagnostics(g, notes)
	return access, s.missing.ErrorOrNil()
}

// stateLease gives the term of a lock of a remote store.
func (a *App) stateLease() (time.Duration, error) {
	d, err := a.envDuration("KKTCTL_STATE_LEASE")
	if err != nil {
		return 0, err
	}
	if d = cmp.Or(d, defaultStateLease); d < time.Second {
		return 0, diag.Diagnostic{Summary: fmt.Sprintf("KKTCTL_STATE_LEASE is %s, which is too short to renew a lock in", d), Hint: "set it to 1s or more"}
	}
	return d, nil
}
