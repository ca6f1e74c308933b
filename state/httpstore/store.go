// Package httpstore keeps a state behind Terraform's HTTP state protocol: GET
// gives the document, POST with ?ID=LOCK replaces it, LOCK and UNLOCK (or the
// methods and addresses of GitLab) take and give back the lock.
//
// The protocol has one document and one lock id, so that all else is made of
// these two:
//
//   - The document holds snapshot and journal, the fencing epoch and the record
//     of the lock: holder, term, epoch. Every write replaces it whole; writes
//     that come together are committed together.
//   - The server refuses a write that names another lock id than the one held.
//     That is the fence: a holder whose lock was taken over has the wrong id,
//     and so has whatever it had sent before. A server that does not check the
//     id is refused at first use.
//   - A lock id carries when the lock runs out, and the record in the document
//     when it was last renewed. Who finds both past gives the lock back in the
//     holder's name and takes it.
//   - When the answer to a write is lost, the lock is first taken anew under
//     another id, so that the lost write cannot arrive any more; then the
//     document is read, and written again if need be. Between giving back and
//     taking, another process may get the lock: the write then fails.
//
// The clock is the server's, as its answers tell it in Date: between two bounds,
// the later of which begins terms, and the earlier of which ends them.
package httpstore

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/kktctl/kktctl/state"
)

// Config says where a state is and how it is reached.
type Config struct {
	Address            string // http(s) URL without login, query and fragment
	Username, Password string // basic auth; none when both are empty
	Headers            http.Header
	// The lock's addresses and methods. Empty: Address with LOCK and UNLOCK, or
	// for a GitLab address its /lock with POST and DELETE. The addresses hold no
	// login, query or fragment either.
	LockAddress, UnlockAddress string
	LockMethod, UnlockMethod   string

	Term      time.Duration // of the lock; 0 means 2 minutes
	UserAgent string
	Version   string            // of the program, for who looks at the lock
	Transport http.RoundTripper // nil: http.DefaultTransport
	Now       func() time.Time  // nil: time.Now; only what passes by it counts, where the server tells a Date
	Codec     state.Codec
}

// DefaultTerm is how long a lock lasts without being renewed.
const DefaultTerm = 2 * time.Minute

// Store is a state behind an HTTP server.
type Store struct {
	c      Config
	client *http.Client
	codec  state.Codec
	clock  clock

	appends state.Appends

	mu   sync.Mutex // held for everything that writes or locks; guards held
	held *holding   // the lock that this store holds; nil when it holds none
}

var (
	_ state.Store     = (*Store)(nil)
	_ state.Historian = (*Store)(nil)
)

// gitlabForm is the address of a state that GitLab manages.
var gitlabForm = regexp.MustCompile(`/api/v4/projects/[^/]+/terraform/state/[^/]+$`)

// Open gives the store of the state at an address. It calls nothing.
func Open(c Config) (*Store, error) {
	if err := checkAddress("the address of the state", c.Address); err != nil {
		return nil, err
	}
	c.Address = strings.TrimRight(c.Address, "/")
	c.fill()
	for _, a := range []string{c.LockAddress, c.UnlockAddress} {
		if err := checkAddress("the address of the lock", a); err != nil {
			return nil, err
		}
	}
	s := &Store{
		c: c, codec: c.Codec, clock: clock{now: c.Now},
		client: &http.Client{
			Transport: c.Transport, Timeout: callTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	s.appends.Commit = s.commit
	return s, nil
}

// checkAddress refuses what a secret may stand in; addresses are printed.
func checkAddress(what, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New(what + " is not an http or https address")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return errors.New(what + " must hold no login, query or fragment")
	}
	return nil
}

// fill puts the defaults in place.
func (c *Config) fill() {
	set := func(s *string, otherwise string) {
		if *s == "" {
			*s = otherwise
		}
	}
	if gitlabForm.MatchString(c.Address) && c.LockAddress == "" {
		set(&c.LockAddress, c.Address+"/lock")
		set(&c.LockMethod, http.MethodPost)
		set(&c.UnlockMethod, http.MethodDelete)
	}
	set(&c.LockAddress, c.Address)
	set(&c.UnlockAddress, c.LockAddress)
	set(&c.LockMethod, "LOCK")
	set(&c.UnlockMethod, "UNLOCK")
	if c.Term <= 0 {
		c.Term = DefaultTerm
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
}

// Location gives the address.
func (s *Store) Location() string { return s.c.Address }

// Close lets go of connections. A lock that is held stays so until its term
// is over.
func (s *Store) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

// Load reads the state. A store that does not know what became of its last
// write makes sure of it first.
func (s *Store) Load(ctx context.Context) (*state.Snapshot, []string, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	if err := s.recover(ctx); err != nil {
		return nil, nil, err
	}
	doc, err := s.get(ctx)
	if err != nil || doc == nil {
		return nil, nil, err
	}
	snap, _, err := s.decode(doc)
	return snap, nil, err
}

// History gives the entries of the journal and of the one before it.
func (s *Store) History(ctx context.Context) ([]state.Entry, error) {
	doc, err := s.get(ctx)
	if err != nil || doc == nil {
		return nil, err
	}
	var all []state.Entry
	before, err := unpackAll(doc.Content.Before)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.c.Address, err)
	}
	now, err := doc.Content.journal()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.c.Address, err)
	}
	for _, journal := range [][]byte{before, now} {
		if len(journal) == 0 {
			continue
		}
		j, err := s.codec.DecodeJournal(journal)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.c.Address, err)
		}
		all = append(all, j.Entries...)
	}
	return all, nil
}
