package objectstore_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/objectstore"
	"github.com/kktctl/kktctl/state/statetest"
)

// backend is where a test server keeps its objects.
type backend = gofakes3.Backend

const (
	bucket = "states"
	key    = "fleets/sever.kktstate"
	term   = time.Minute
)

// quiet keeps the test server from logging.
var quiet = gofakes3.DiscardLog()

// serve starts an S3 server that honours conditions.
func serve(t testing.TB) (endpoint string, b backend) {
	t.Helper()
	b = s3mem.New()
	if err := b.CreateBucket(bucket); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(gofakes3.New(b, gofakes3.WithLogger(quiet)).Server())
	t.Cleanup(srv.Close)
	return srv.URL, b
}

// options are those of every test.
func options(endpoint string) objectstore.Options {
	return objectstore.Options{
		Bucket: bucket, Key: key, Endpoint: endpoint, AccessKey: "AKIDTEST", SecretKey: "secret-canary",
		Term: term, Pauses: []time.Duration{0, 0, 0},
	}
}

func open(t testing.TB, o objectstore.Options) *objectstore.Store {
	t.Helper()
	s, err := objectstore.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// place is an empty place in a server of its own.
func place(t *testing.T) statetest.Place {
	endpoint, b := serve(t)
	clock := statetest.NewClock()
	o := options(endpoint)
	o.Clock = clock.Now
	return statetest.Place{
		Open: func() state.Store { return open(t, o) },
		Term: term,
		Pass: clock.Pass,
		Faulty: func(f *statetest.Faults) state.Store {
			o := o
			o.Wrap = f.Transport
			return open(t, o)
		},
		Damage: func(t *testing.T, n int) bool { return damage(t, b, n) },
	}
}

func TestStore(t *testing.T) { statetest.TestPlaces(t, place) }

// object is one stored object.
type object struct {
	key  string
	data []byte
}

func objects(t testing.TB, b backend) []object {
	t.Helper()
	list, err := b.ListBucket(bucket, &gofakes3.Prefix{HasPrefix: true, Prefix: key}, gofakes3.ListBucketPage{})
	if err != nil {
		t.Fatal(err)
	}
	var all []object
	for _, c := range list.Contents {
		o, err := b.GetObject(bucket, c.Key, nil)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(o.Contents)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, object{c.Key, data})
	}
	return all
}

func put(t testing.TB, b backend, key string, data []byte) {
	t.Helper()
	if _, err := b.PutObject(bucket, key, map[string]string{}, bytes.NewReader(data), int64(len(data)), nil); err != nil {
		t.Fatal(err)
	}
}

// damage alters each object that belongs to the state in four ways. One of the
// generation before may be damaged without notice.
func damage(t *testing.T, b backend, n int) bool {
	t.Helper()
	all := objects(t, b)
	var mine []object
	head := ""
	for _, o := range all {
		if o.key == key {
			head = string(o.data)
		}
	}
	_, before, _ := strings.Cut(head, `"before"`)
	for _, o := range all {
		if !strings.Contains(before, strings.TrimPrefix(o.key, key+".")) {
			mine = append(mine, o)
		}
	}
	if n >= 4*len(mine) {
		return false
	}
	o := mine[n/4]
	switch data := bytes.Clone(o.data); n % 4 {
	case 0:
		if _, err := b.DeleteObject(bucket, o.key); err != nil {
			t.Fatal(err)
		}
	case 1:
		put(t, b, o.key, data[:len(data)/2])
	case 2:
		data[len(data)/3] ^= 4
		put(t, b, o.key, data)
	case 3:
		put(t, b, o.key, nil)
	}
	return true
}

func TestMain(m *testing.M) {
	statetest.Main(m, func(location string) (state.Store, error) {
		return objectstore.New(options(location))
	})
}

// TestHerd has some die with the lock: the server's clock is turned then, which
// is the one that decides.
func TestHerd(t *testing.T) {
	b := s3mem.New()
	if err := b.CreateBucket(bucket); err != nil {
		t.Fatal(err)
	}
	var ahead atomic.Int64
	h := gofakes3.New(b, gofakes3.WithLogger(quiet)).Server()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(time.Duration(ahead.Load())).UTC().Format(http.TimeFormat))
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	statetest.Herd(t, statetest.HerdOptions{
		Place: statetest.Place{
			Open: func() state.Store { return open(t, options(srv.URL)) },
			Term: term,
			Pass: func(_ *testing.T, d time.Duration) { ahead.Add(int64(d)) },
		},
		Location: srv.URL,
		Deaths:   true,
	})
}

// TestIgnoredConditions: a store that writes whatever it is told is refused
// before anything of the state is written there.
func TestIgnoredConditions(t *testing.T) {
	for name, ignored := range map[string][]string{
		"both": {"If-Match", "If-None-Match"}, "If-Match": {"If-Match"}, "If-None-Match": {"If-None-Match"},
	} {
		t.Run(name, func(t *testing.T) {
			b := s3mem.New()
			if err := b.CreateBucket(bucket); err != nil {
				t.Fatal(err)
			}
			h := gofakes3.New(b, gofakes3.WithLogger(quiet)).Server()
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				for _, header := range ignored {
					r.Header.Del(header)
				}
				h.ServeHTTP(w, r)
			}))
			t.Cleanup(srv.Close)
			_, err := open(t, options(srv.URL)).Lock(t.Context(), state.LockRequest{Holder: "anna"})
			if err == nil || !strings.Contains(err.Error(), "conditional writes") {
				t.Fatalf("got %v, want a refusal", err)
			}
			if left := objects(t, b); len(left) > 0 {
				t.Fatalf("%d objects are left, such as %s", len(left), left[0].key)
			}
		})
	}
}

// TestProbeOnce: the head remembers that the store was tried out.
func TestProbeOnce(t *testing.T) {
	endpoint, _ := serve(t)
	var calls atomic.Int64
	o := options(endpoint)
	o.Wrap = counted(&calls)
	lock := func() int64 {
		before := calls.Load()
		s := open(t, o)
		lease, err := s.Lock(t.Context(), state.LockRequest{Holder: "anna"})
		if err != nil {
			t.Fatal(err)
		}
		n := calls.Load() - before
		if err := s.Unlock(t.Context(), lease); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if first, second := lock(), lock(); second != 2 || first <= second {
		t.Fatalf("%d calls to lock at first, then %d: want more, then 2", first, second)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func counted(n *atomic.Int64) func(http.RoundTripper) http.RoundTripper {
	return func(rt http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			n.Add(1)
			return rt.RoundTrip(r)
		})
	}
}

// TestCalls: an append is one call, renewing is one call.
func TestCalls(t *testing.T) {
	endpoint, _ := serve(t)
	var calls atomic.Int64
	o := options(endpoint)
	o.Wrap = counted(&calls)
	s, lease, _ := begin(t, o)
	before := calls.Load()
	if err := s.Append(t.Context(), lease, entries(1)); err != nil {
		t.Fatal(err)
	}
	if err := s.Renew(t.Context(), lease); err != nil {
		t.Fatal(err)
	}
	if n := calls.Load() - before; n != 2 {
		t.Fatalf("%d calls to append and to renew, want 2", n)
	}
}

func begin(t testing.TB, o objectstore.Options) (*objectstore.Store, *state.Lease, *state.Snapshot) {
	t.Helper()
	s := open(t, o)
	lease, err := s.Lock(context.Background(), state.LockRequest{Holder: "anna", Operation: "apply"})
	if err != nil {
		t.Fatal(err)
	}
	snap := state.NewSnapshot("sever")
	if err := s.Init(context.Background(), lease, snap); err != nil {
		t.Fatal(err)
	}
	return s, lease, snap
}

func entries(n int) []state.Entry {
	var all []state.Entry
	for range n {
		all = append(all, state.Entry{Event: "phase", Address: "kkts.a", Resource: statetest.Resource("00307404867358", n)})
	}
	return all
}

// TestLongJournal: a journal is kept in few objects however long it is, is
// read back as it was written, and what is not needed any more is removed.
func TestLongJournal(t *testing.T) {
	endpoint, b := serve(t)
	o := options(endpoint)
	s, lease, model := begin(t, o)
	for range 300 {
		e := entries(8)
		if err := s.Append(t.Context(), lease, e); err != nil {
			t.Fatal(err)
		}
		for i := range e {
			model.Apply(e[i])
		}
	}
	got, _, err := open(t, o).Load(t.Context())
	if err != nil || got.Serial != model.Serial {
		t.Fatalf("loaded: %v; want serial %d", err, model.Serial)
	}
	history, err := s.History(t.Context())
	if err != nil || len(history) != 2400 {
		t.Fatalf("%d entries in the history, %v", len(history), err)
	}
	for range 3 {
		if err := s.Compact(t.Context(), lease, got); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(objects(t, b)); n != 3 { // the head and two snapshots
		t.Fatalf("%d objects are left", n)
	}
}

// TestLostHead: a head that is gone is not an empty place.
func TestLostHead(t *testing.T) {
	endpoint, b := serve(t)
	begin(t, options(endpoint))
	if _, err := b.DeleteObject(bucket, key); err != nil {
		t.Fatal(err)
	}
	other := open(t, options(endpoint))
	if _, _, err := other.Load(t.Context()); err == nil || !strings.Contains(err.Error(), "is missing") {
		t.Fatalf("loaded: %v", err)
	}
	if _, err := other.Lock(t.Context(), state.LockRequest{}); err == nil {
		t.Fatal("a lock was given where the head is gone")
	}
}

// TestErrors: what a person sees when the store was set up wrongly.
func TestErrors(t *testing.T) {
	answer := func(status int, code string) string {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/xml")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code><Message>"+strings.Repeat("long ", 1000)+"</Message></Error>")
		}))
		t.Cleanup(srv.Close)
		return srv.URL
	}
	for _, c := range []struct {
		status int
		code   string
		want   string
	}{
		{404, "NoSuchBucket", "the bucket states does not exist"},
		{403, "AccessDenied", "rights to get, put, delete and list"},
		{403, "InvalidAccessKeyId", "does not know these credentials"},
		{403, "SignatureDoesNotMatch", "does not know these credentials"},
		{400, "AuthorizationHeaderMalformed", "state.region"},
		{503, "SlowDown", "SlowDown"},
	} {
		_, err := open(t, options(answer(c.status, c.code))).Lock(t.Context(), state.LockRequest{})
		if c.code == "SlowDown" && err != nil && len(err.Error()) < 1000 {
			continue // the code need not be told
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.code, err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), "canary") || len(err.Error()) > 1000) {
			t.Errorf("%s: the message is too long or has a secret: %.2000v", c.code, err)
		}
	}
}

// TestCredentials: the usual places, when none are declared.
func TestCredentials(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(file, []byte("[default]\naws_access_key_id = FROMFILE\naws_secret_access_key = x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	endpoint, _ := serve(t)
	for want, env := range map[string]map[string]string{
		"AKIDTEST":   {},
		"FROMENV":    {"AWS_ACCESS_KEY_ID": "FROMENV", "AWS_SECRET_ACCESS_KEY": "x"},
		"FROMFILE":   {"AWS_SHARED_CREDENTIALS_FILE": file},
		"/eu-north/": {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-north"},
	} {
		o := options(endpoint)
		if len(env) > 0 {
			o.AccessKey, o.SecretKey = "", ""
		}
		o.Getenv = func(name string) string { return env[name] }
		var header string
		o.Wrap = func(rt http.RoundTripper) http.RoundTripper {
			return roundTrip(func(r *http.Request) (*http.Response, error) {
				header = r.Header.Get("Authorization")
				return rt.RoundTrip(r)
			})
		}
		if _, err := open(t, o).LockInfo(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(header, want) {
			t.Errorf("signed as %q, want %s", header, want)
		}
	}
}

// TestUnanswered: an append gets no answer, and neither do the readings after
// it. Once the state was loaded, what is still on its way comes to nothing.
func TestUnanswered(t *testing.T) {
	endpoint, _ := serve(t)
	o := options(endpoint)
	o.Pauses = []time.Duration{} // one try each
	f := &statetest.Faults{}
	o.Wrap = f.Transport
	s, lease, _ := begin(t, o)
	f.Always(statetest.LostRequest)
	f.At(1, statetest.Late)
	if err := s.Append(t.Context(), lease, entries(1)); err == nil {
		t.Fatal("acknowledged without an answer")
	}
	f.Always(statetest.Pass)
	if err := s.Append(t.Context(), lease, entries(1)); err == nil || !strings.Contains(err.Error(), "has to be loaded first") {
		t.Fatalf("written on top of what is not known: %v", err)
	}
	snap, _, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if f.Deliver() == 0 {
		t.Fatal("nothing was on its way")
	}
	again, _, err := open(t, options(endpoint)).Load(t.Context())
	if err != nil || again.Serial != snap.Serial {
		t.Fatalf("serial %d was loaded, then %d (%v)", snap.Serial, again.Serial, err)
	}
	if err := s.Append(t.Context(), lease, entries(1)); err != nil {
		t.Fatal(err)
	}
}

// TestLostHeadUnlisted: where it cannot be told whether other objects are
// there, a head that is gone is no empty place either.
func TestLostHeadUnlisted(t *testing.T) {
	endpoint, b := serve(t)
	begin(t, options(endpoint))
	if _, err := b.DeleteObject(bucket, key); err != nil {
		t.Fatal(err)
	}
	o := options(endpoint)
	o.Wrap = func(rt http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Query().Has("list-type") {
				body := io.NopCloser(strings.NewReader("<Error><Code>AccessDenied</Code></Error>"))
				return &http.Response{StatusCode: http.StatusForbidden, Header: http.Header{}, Request: r, Body: body}, nil
			}
			return rt.RoundTrip(r)
		})
	}
	s := open(t, o)
	if snap, _, err := s.Load(t.Context()); err == nil || !strings.Contains(err.Error(), "list objects") {
		t.Errorf("loaded %v, %v", snap, err)
	}
	if _, err := s.Lock(t.Context(), state.LockRequest{Holder: "boris"}); err == nil {
		t.Error("a lock was given")
	}
}

// TestUnansweredRenewal: a renewal that was cut off keeps nobody from writing.
func TestUnansweredRenewal(t *testing.T) {
	endpoint, _ := serve(t)
	o := options(endpoint)
	var hold atomic.Bool
	entered := make(chan struct{})
	o.Wrap = func(rt http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPut && hold.CompareAndSwap(true, false) {
				close(entered)
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return rt.RoundTrip(r)
		})
	}
	s, lease, snap := begin(t, o)
	hold.Store(true)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Renew(ctx, lease) }()
	<-entered
	cancel()
	if err := <-done; err == nil {
		t.Fatal("renewed without an answer")
	}
	if err := s.Compact(t.Context(), lease, snap); err != nil {
		t.Fatal(err)
	}
}
