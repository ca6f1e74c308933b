// Package objectstore keeps a state in a bucket of an S3-compatible store:
//
//	KEY                       the head: who holds the lock, the journal's end, and
//	                          which of the other objects belong to the state
//	KEY.snapshot-EPOCH-ID     a snapshot
//	KEY.journal-EPOCH-ID      a part of a journal
//	KEY.probe-ID              for a moment, when the store is tried out
//
// All but the head are written under names that were never used before. What
// is written there counts from the moment that the head names it, and the head
// is replaced on condition that it is still the one that was read (If-Match).
// So each change of the state happens at one instant or not at all, and taking
// over the lock, which replaces the head, refuses whatever the former holder
// sends later.
//
// A refused condition is never taken for somebody else's write before the head
// was read again, nor for success: a request that was sent twice meets its own
// effect.
package objectstore

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/kktctl/kktctl/state"
)

// DefaultTerm is how long a lock lasts without being renewed.
const DefaultTerm = 2 * time.Minute

// Options say where the state is and how the store is spoken to.
type Options struct {
	Bucket, Key string
	// Endpoint is the store's address, such as https://s3.example; empty:
	// Amazon's. A path in it is refused.
	Endpoint string
	Region   string // empty: AWS_REGION, or us-east-1
	// AccessKey and SecretKey sign the requests. When both are empty, they come
	// from AWS_ACCESS_KEY_ID and its like, or from the shared credentials file.
	AccessKey, SecretKey string
	Getenv               func(string) string // nil: there is no environment

	Term      time.Duration // of a lock; 0: DefaultTerm
	Roots     *x509.CertPool
	UserAgent string
	Dial      func(ctx context.Context, network, address string) (net.Conn, error)
	// Wrap puts something around the transport; for tests.
	Wrap func(http.RoundTripper) http.RoundTripper
	// Clock decides when a lock has run out; nil: the Date of the store's
	// answers, so that the clocks of the holders need not agree.
	Clock func() time.Time
	// Pauses are waited for before a call is tried again; nil: some 2 s in all.
	// A call is tried once more than there are pauses.
	Pauses []time.Duration
	Codec  state.Codec
}

// Store is a state in a bucket.
type Store struct {
	bucket, key string
	location    string
	endpoint    string
	core        minio.Core
	base        *http.Transport
	clock       *serverClock
	term        time.Duration
	pauses      []time.Duration
	codec       state.Codec
	appends     state.Appends

	mu      sync.Mutex // held for every write; guards what follows
	at      *version   // the head as last written or read under the lock; nil: to be read
	unknown *version   // a write on top of it has no known outcome: nothing is written before a Load
	renewed bool       // what is unknown is a renewal only: no Load is needed to go on
}

var (
	_ state.Store     = (*Store)(nil)
	_ state.Historian = (*Store)(nil)
)

// Parse gives bucket and key of a URL such as s3://bucket/path/sever.kktstate.
func Parse(u *url.URL) (bucket, key string, err error) {
	bucket, key = u.Host, strings.TrimPrefix(u.Path, "/")
	switch {
	case bucket == "" || key == "" || strings.HasSuffix(key, "/"):
		return "", "", errors.New("an s3 state is at s3://BUCKET/KEY, such as s3://our-states/sever.kktstate")
	case u.RawQuery != "" || u.Fragment != "":
		return "", "", errors.New("an s3 state's URL has no ? and no #: endpoint and region stand beside it (state.endpoint, state.region)")
	case len(key) > maxKey:
		return "", "", fmt.Errorf("the key of an s3 state is at most %d bytes long", maxKey)
	}
	return bucket, key, nil
}

// maxKey leaves room for what is added to the key; a name has 1024 bytes.
const maxKey = 900

// New gives the store of a state. It calls nothing; the state need not exist.
func New(o Options) (*Store, error) {
	s := &Store{
		bucket: o.Bucket, key: o.Key, location: "s3://" + o.Bucket + "/" + o.Key,
		term: o.Term, codec: o.Codec, pauses: o.Pauses,
	}
	if s.term == 0 {
		s.term = DefaultTerm
	}
	if s.pauses == nil {
		s.pauses = []time.Duration{100 * time.Millisecond, 400 * time.Millisecond, 1600 * time.Millisecond}
	}
	s.appends.Commit = s.commit
	return s, s.connect(o)
}

// Location gives the URL.
func (s *Store) Location() string { return s.location }

// Close gives back idle connections. A lock that is held runs out.
func (s *Store) Close() error {
	s.base.CloseIdleConnections()
	return nil
}

// exclusive runs f while no other goroutine of this store writes.
func (s *Store) exclusive(ctx context.Context, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return f()
}

// Init writes the first snapshot.
func (s *Store) Init(ctx context.Context, lease *state.Lease, snap *state.Snapshot) error {
	data, err := s.codec.Encode(snap)
	if err != nil {
		return err
	}
	return s.exclusive(ctx, func() error {
		return s.change(ctx, lease, func(next *head) error {
			if next.Lineage != "" {
				return fmt.Errorf("there is a state already at %s", s.location)
			}
			return s.begin(ctx, next, snap, data)
		})
	})
}

// Append numbers the entries and makes them durable.
func (s *Store) Append(ctx context.Context, lease *state.Lease, entries []state.Entry) error {
	return s.appends.Add(ctx, lease, entries)
}
