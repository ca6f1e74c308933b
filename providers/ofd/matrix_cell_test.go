package ofd_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/state"
)

// surroundings are what the cells share: hosts that a call may be led to.
type surroundings struct {
	closed    string // an address where nobody listens
	distrust  string // a TLS server whose certificate nobody trusts
	stranger  string // another host, which must never be called
	strangers atomic.Int64
	ferma     *fermaKeys
}

func newSurroundings(t *testing.T) *surroundings {
	t.Helper()
	env := &surroundings{ferma: newFermaKeys(t)}
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { env.strangers.Add(1) }))
	t.Cleanup(other.Close)
	distrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	distrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	distrusted.StartTLS()
	t.Cleanup(distrusted.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	env.closed, env.distrust, env.stranger = l.Addr().String(), distrusted.Listener.Addr().String(), other.URL
	must(t, l.Close())
	return env
}

// cell is one fault on one call at one moment.
type cell struct {
	env  *surroundings
	ctx  context.Context
	e    endpoint
	t    trouble
	when string
	calm *cell // the same without a fault

	mu       sync.Mutex
	failures []string
	lines    []string

	b     *bench
	sends int    // of the endpoint
	end   string // the world and the state at the end
	seen  string // what the client saw and did until it could read again

	own   atomic.Int64 // calls of the endpoint that were begun
	ended atomic.Int64 // and those that came back
	done  atomic.Bool  // the connection was spoilt
}

// The cell is a tester.

func (c *cell) Helper() {}

func (c *cell) Errorf(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures = append(c.failures, fmt.Sprintf(format, args...))
}

func (c *cell) Fatalf(format string, args ...any) {
	c.Errorf(format, args...)
	runtime.Goexit()
}

func (c *cell) Logf(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, fmt.Sprintf(format, args...))
}

func (c *cell) check(err error) {
	if err != nil {
		c.Fatalf("%v", err)
	}
}

// guard runs f so that Fatalf ends it alone.
func (c *cell) guard(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
	if c.b != nil {
		_ = c.b.svc.Close()
	}
}

// try is apply for a service that may not even be read.
func (b *bench) try() (*apply.Report, error) {
	s, err := apply.Open(b.ctx, b.store, b.fleet.Name, state.LockRequest{Holder: "tester", Operation: "apply"}, b.now)
	if err != nil {
		return nil, err
	}
	rep, err := b.tryIn(s)
	return rep, errors.Join(err, s.Close(b.ctx))
}

func (b *bench) tryIn(s *apply.Session) (*apply.Report, error) {
	p, err := ofd.New(b.config())
	if err != nil {
		return nil, err
	}
	plan, err := b.tryPlan(p, s.Snapshot())
	if err != nil {
		return nil, err
	}
	return s.Run(b.ctx, b.fleet, plan, p, apply.Options{
		Wait: b.wait, PollInterval: time.Millisecond, QuietPeriod: b.quiet, Codes: b.codes,
	})
}

func (c *cell) undisturbed() {
	c.b = c.e.build(c)
	c.b.wait = 20 * time.Second
	c.b.converge(3)
	c.judge()
	if c.sends <= c.e.skip {
		c.Fatalf("%s was never called", c.e.name)
	}
}

// run is a cell: the fault, what the client makes of it while it can conclude
// nothing, and the end.
func (c *cell) run() {
	c.b = c.e.build(c)
	c.b.tweak = c.equip
	c.put()
	c.b.wait, c.b.quiet = 0, time.Hour
	c.until(12, c.struck)
	c.seen = c.sight()
	if c.t.stale {
		c.outwait()
	}
	c.b.wait, c.b.quiet = 2*time.Second, time.Millisecond
	c.saySo()
	c.until(8, c.empty)
	c.judge()
	c.compare()
}

// put arms the fault.
func (c *cell) put() {
	f := c.t.fault
	f.Method, f.Path, f.Skip, f.When, f.Location = c.e.method, c.e.path, c.e.skip, c.when, c.env.stranger
	if c.t.dial != "" || c.t.stale {
		if c.t.dial != "" && c.when == sim.Before {
			return
		}
		f.Kind = sim.FaultEOF
	}
	if !c.t.answered {
		c.check(c.b.svc.Fault(f))
	}
}

// until applies until done, and takes errors for what they are: a till that
// waits for another try.
func (c *cell) until(times int, done func() bool) {
	for range times {
		rep, err := c.b.try()
		if err != nil {
			c.Logf("apply: %v", err)
		}
		if rep != nil {
			c.Logf("summary: %+v", rep.Summary)
			if rep.Summary.Unknown > 0 && !c.e.person {
				c.Fatalf("unknown, though readings decide: %+v", rep.Steps)
			}
		}
		if done() {
			return
		}
	}
	c.Fatalf("no end after %d applies", times)
}

func (c *cell) empty() bool {
	plan, err := c.b.tryPlanNow()
	return err == nil && !plan.HasChanges()
}

// struck tells whether the fault has happened, as far as the client can see.
func (c *cell) struck() bool {
	if c.t.dial != "" && c.when == sim.Before {
		return c.done.Load()
	}
	return int(c.ended.Load()) > c.e.skip
}

// judge reads the ledger: nothing twice, and no call sent more often than its
// effect allows.
func (c *cell) judge() {
	c.b.t = c
	c.b.noDuplicates()
	c.sends, c.end = c.sent(), c.picture()
}

// sent counts what the client tried; without a fault, what arrived.
func (c *cell) sent() int {
	n := int(c.ended.Load())
	if c.calm != nil {
		return n
	}
	for _, k := range c.b.svc.Calls() {
		if k.Method == c.e.method && glob(c.e.path).MatchString(strings.TrimRight(k.Path, "/")) {
			n++
		}
	}
	return n
}

func glob(p string) *regexp.Regexp {
	return regexp.MustCompile("(?i)^" + strings.ReplaceAll(regexp.QuoteMeta(p), `\*`, ".*") + "$")
}

// compare holds the end against the undisturbed run.
func (c *cell) compare() {
	if d := cmp.Diff(c.calm.end, c.end); d != "" {
		c.Errorf("the end is another one than without a fault (-calm +now):\n%s", d)
	}
	want := c.calm.sends
	switch {
	case c.e.name == "login":
		return // a process logs in anew; nothing comes of it
	case c.e.repeatable && c.t.stale: // a refused repetition may end the draft: it is made anew, which costs nothing
		return
	case c.t.answered:
	case c.when == sim.Before, c.e.drafts, c.e.sameID: // it was proved not to have happened
		want++
	case c.e.repeatable && c.sends == want+1:
		return
	}
	if c.sends != want {
		c.Errorf("%d sends of %s, want %d", c.sends, c.e.name, want)
	}
	c.orphans()
}

// orphans wants a draft that may have been made to be told of, and no other.
func (c *cell) orphans() {
	snap, _, err := c.b.store.Load(c.ctx)
	c.check(err)
	want := 0
	if c.e.drafts && !c.t.answered && !(c.t.dial != "" && c.when == sim.Before) {
		want = 1
	}
	if got := snap.Resources[c.subject()].Orphans; len(got) != want {
		c.Errorf("orphans: %v, want %d", got, want)
	}
}

// picture is the world and the state at the end, without what differs between
// any two runs: times, ids, drafts and counts of polls.
func (c *cell) picture() string {
	w := c.b.svc.Snapshot()
	snap, _, err := c.b.store.Load(c.ctx)
	c.check(err)
	if n := len(snap.Intents); n > 0 {
		c.Errorf("%d intents are open at the end", n)
	}
	r := snap.Resources[c.subject()]
	r.Orphans = nil
	if r.Order != nil {
		r.Order.Link, r.Order.Told = "", false // it is not told a second time
	}
	if r.Cabinet != nil {
		r.Cabinet.Told = false // a person's word may be corrected
	}
	if r.Booking != nil {
		r.Booking.Status = "" // the words of an answer go with it when it is lost
	}
	effects := map[string]int{}
	for _, e := range c.b.svc.Ledger() {
		if e.OK && e.Kind != sim.EffectLogin && e.Kind != sim.EffectPut && e.Kind != sim.EffectPrepare && e.Kind != sim.EffectCreate {
			effects[e.Kind]++
		}
	}
	b, err := json.MarshalIndent([]any{w.Tills, w.Codes, w.Bookings, w.Members, w.PayStatuses, w.Cabinets, w.Orders, w.CheckReceipts, w.OrangeReceipts, r, effects}, "", " ")
	c.check(err)
	return masked(string(b))
}

// masked leaves out times, ids and addresses of servers.
func masked(s string) string {
	s = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)?`).ReplaceAllString(s, "TIME")
	s = regexp.MustCompile(`[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`).ReplaceAllString(s, "UUID")
	s = regexp.MustCompile(`[0-9a-f]{32,}`).ReplaceAllString(s, "HEX")
	s = regexp.MustCompile(`"[0-9a-f]{16}"`).ReplaceAllString(s, `"RUN"`)                                          // of the history
	s = regexp.MustCompile(`": "[0-9a-f]{6}"`).ReplaceAllString(s, `": "KEYED"`)                                   // parts of a receipt
	s = regexp.MustCompile(`t=\d{8}T\d{4}`).ReplaceAllString(s, "t=TIME")                                          // of a QR code
	s = regexp.MustCompile(`(/sync/receipt|/status/\S+): HTTP 200, \d+ bytes`).ReplaceAllString(s, "$1: HTTP 200") // a time of more or fewer digits
	s = regexp.MustCompile(`"(RemoteAddr|polls|kktId|id)": ?[^,\n]*`).ReplaceAllString(s, `"$1": _`)
	s = regexp.MustCompile(`\d{4}-\d\d-\d\d`).ReplaceAllString(s, "DATE")
	return regexp.MustCompile(`127\.0\.0\.1:\d+(->127\.0\.0\.1:\d+)?`).ReplaceAllString(s, "HOST")
}

func diffText(a, b string) string {
	if a == b {
		return ""
	}
	return cmp.Diff(strings.Split(a, "\n"), strings.Split(b, "\n"))
}

// equip gives the client the patience and the connections of the cell.
func (c *cell) equip(cfg *ofd.Config) {
	cfg.Timeout = time.Minute // a busy machine spoils no other call
	cfg.Logger = func(line string) { c.Logf("call: %s", line) }
	cfg.Wrap = func(t http.RoundTripper) http.RoundTripper { return spoiler{c, t} }
	cfg.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasPrefix(address, "nowhere.invalid") {
			return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Err: "no such host", Name: "nowhere.invalid", IsNotFound: true}}
		}
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
}

// spoiler leads one request to a connection that fails.
type spoiler struct {
	c    *cell
	next http.RoundTripper
}

func (s spoiler) RoundTrip(r *http.Request) (*http.Response, error) {
	c := s.c
	own := r.Method == c.e.method && glob(c.e.path).MatchString(strings.TrimRight(r.URL.Path, "/"))
	nth := 0
	if own {
		nth = int(c.own.Add(1))
	}
	if c.t.hang && nth == c.e.skip+1 { // nothing comes that would be read later
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		r = r.WithContext(ctx)
	}
	if c.t.stale && nth == c.e.skip+1 {
		// The world as it is now, for all readings to come.
		c.check(c.b.svc.Fault(sim.Fault{Kind: sim.FaultStaleRead, Method: http.MethodGet, Times: -1}))
	}
	if c.t.dial != "" && (own && c.when == sim.Before || !own && c.when == sim.After && c.struck()) && c.done.CompareAndSwap(false, true) {
		r = r.Clone(r.Context())
		r.URL = c.dead(r.URL)
	}
	res, err := s.next.RoundTrip(r)
	if own {
		c.ended.Add(1)
	}
	return res, err
}

func (c *cell) dead(u *url.URL) *url.URL {
	v := *u
	switch c.t.dial {
	case "refused":
		v.Host = c.env.closed
	case "dns":
		v.Host = "nowhere.invalid"
	default:
		v.Scheme, v.Host = "https", c.env.distrust
	}
	return &v
}

// outwait runs while readings are stale, for half of the quiet period, and
// then until two readings can have concluded something.
func (c *cell) outwait() {
	c.b.quiet = time.Minute
	for i := range 12 {
		if i == 3 {
			c.b.svc.ClearFaults()
		}
		c.b.advance(10 * time.Second)
		if _, err := c.b.try(); err != nil {
			c.Logf("apply: %v", err)
		}
	}
}

// sight is what the client saw and did until the fault, and the state and the
// report that it was left with. A call that may be repeated is looked after at
// once: there only what came before counts.
func (c *cell) sight() string {
	c.mu.Lock()
	lines := slices.Clone(c.lines)
	c.mu.Unlock()
	if c.e.repeatable {
		own := regexp.MustCompile("(?i)^call: " + c.e.method + " [^:]*" + strings.ReplaceAll(c.e.path, "*", ".*") + "/?:")
		i := slices.IndexFunc(lines, func(l string) bool { return own.MatchString(l) })
		return masked(fmt.Sprint(lines[max(i, 0)]))
	}
	for i := range lines {
		lines[i] = masked(lines[i]) // first: the ids of two runs sort in two ways
	}
	slices.Sort(lines)
	snap, _, err := c.b.store.Load(c.ctx)
	c.check(err)
	snap.Runs = nil // by ids of their own: no order of theirs is twice the same
	b, err := json.MarshalIndent(snap, "", " ")
	c.check(err)
	return masked(strings.Join(append(lines, string(b)), "\n"))
}

func (b *bench) tryPlan(o apply.Observer, snap *state.Snapshot) (*planner.Plan, error) {
	now, prior := b.now().UTC(), apply.PriorOf(snap)
	live, err := o.Observe(b.ctx, planner.NeedsOf(b.fleet, prior, now))
	if err != nil {
		return nil, err
	}
	return b.planOf(planner.Input{Prior: prior, Live: live, Now: now}), nil
}

func (b *bench) tryPlanNow() (*planner.Plan, error) {
	snap, _, err := b.store.Load(b.ctx)
	if err != nil {
		return nil, err
	}
	o, err := ofd.NewObserver(b.config())
	if err != nil {
		return nil, err
	}
	return b.tryPlan(o, snap)
}
