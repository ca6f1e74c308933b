package ofd_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
	"github.com/kktctl/kktctl/state"
)

// The ways in which a life of kktctl is disturbed.
const (
	lives       = "lives"
	diesAtWrite = "dies at a write"
	diesAtCall  = "dies at a call"
	losesAnswer = "loses the answer of a call"
	losesCall   = "loses a call on its way"
	hearsLate   = "gives a call up that arrives later"
	diesAndLate = "dies at a call that arrives later"
	cannotSend  = "cannot send a call"
	losesRead   = "loses the answer of a reading"
)

// life is one process of kktctl: at most one thing goes wrong in it. Once dead
// it neither writes nor sends.
type life struct {
	how   string
	at    int  // the number of the write, call or reading that it happens at
	after bool // once the effect is there
	freed bool // the system frees the lock of a dead process

	mu   sync.Mutex
	n    int
	dead bool
}

// strikes counts what happens, and tells whether it is now.
func (l *life) strikes(hows ...string) bool {
	for _, h := range hows {
		if h == l.how {
			l.n++
			return l.n == l.at
		}
	}
	return false
}

// mortal is a store that dies with its life. What is dead does not unlock.
type mortal struct {
	state.Store
	life *life
}

func (s mortal) write(do func() error) error {
	s.life.mu.Lock()
	defer s.life.mu.Unlock()
	switch {
	case s.life.dead:
		return errDied
	case !s.life.strikes(diesAtWrite):
		return do()
	case s.life.after:
		s.life.dead = true
		return errors.Join(do(), errDied)
	}
	s.life.dead = true
	return errDied
}

func (s mortal) Init(ctx context.Context, l *state.Lease, snap *state.Snapshot) error {
	return s.write(func() error { return s.Store.Init(ctx, l, snap) })
}

func (s mortal) Append(ctx context.Context, l *state.Lease, entries []state.Entry) error {
	return s.write(func() error { return s.Store.Append(ctx, l, entries) })
}

func (s mortal) Compact(ctx context.Context, l *state.Lease, snap *state.Snapshot) error {
	return s.write(func() error { return s.Store.Compact(ctx, l, snap) })
}

func (s mortal) Lock(ctx context.Context, req state.LockRequest) (*state.Lease, error) {
	s.life.mu.Lock()
	defer s.life.mu.Unlock()
	if s.life.dead {
		return nil, errDied
	}
	return s.Store.Lock(ctx, req)
}

func (s mortal) Unlock(ctx context.Context, l *state.Lease) error {
	s.life.mu.Lock()
	defer s.life.mu.Unlock()
	if s.life.dead {
		return errDied
	}
	return s.Store.Unlock(ctx, l)
}

// wire is the way from a life to the service. It sees what is durable when a
// call has its effect.
type wire struct {
	t     tester
	svc   *sim.Service
	store state.Store // the one beneath
	life  *life
	used  map[string]bool // intents by id: whether their call was taken
	late  []lateCall
}

// lateCall is under way for longer than anybody waits for its answer, though
// not for longer than the quiet period.
type lateCall struct {
	at   time.Time
	r    *http.Request
	snap *state.Snapshot // when it was sent
}

const underWay = 50 * time.Second

// arrive serves the calls that were under way.
func (w *wire) arrive() {
	for len(w.late) > 0 && !time.Now().Before(w.late[0].at) {
		c := w.late[0]
		w.late = w.late[1:]
		w.serve(httptest.NewRecorder(), c.r, c.snap)
	}
}

var errLost = errors.New("connection reset")

// RoundTrip serves a request, or spoils it.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.life.mu.Lock()
	defer w.life.mu.Unlock()
	if w.life.dead {
		return nil, errDied
	}
	changes := r.Method != http.MethodGet && !strings.Contains(strings.ToLower(r.URL.Path), "auth")
	w.arrive()
	var snap *state.Snapshot
	if changes {
		snap = w.durable()
	}
	struck := changes && w.life.strikes(diesAtCall, losesAnswer, losesCall, cannotSend, hearsLate, diesAndLate) || !changes && w.life.strikes(losesRead)
	if struck && w.life.how == cannotSend {
		return nil, errors.New("connection refused")
	}
	if t := httptrace.ContextClientTrace(r.Context()); t != nil && t.GotConn != nil {
		t.GotConn(httptrace.GotConnInfo{})
	}
	r = copied(r)
	w.life.dead = struck && (w.life.how == diesAtCall || w.life.how == diesAndLate)
	switch how := w.life.how; {
	case struck && (how == hearsLate || how == diesAndLate):
		w.late = append(w.late, lateCall{time.Now().Add(underWay), r, snap})
		return nil, errLost
	case struck && (how == losesCall || w.life.dead && !w.life.after):
		return nil, errLost
	}
	rec := httptest.NewRecorder()
	w.serve(rec, r, snap)
	if struck {
		return nil, errLost
	}
	return rec.Result(), nil
}

// copied is the request as the service gets it.
func copied(r *http.Request) *http.Request {
	body := []byte{}
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body) // from memory
	}
	r = r.Clone(context.Background())
	r.Body = io.NopCloser(bytes.NewReader(body))
	return r
}

// durable is the state that survives now.
func (w *wire) durable() *state.Snapshot {
	snap, _, err := w.store.Load(context.Background())
	if err != nil {
		w.t.Errorf("load: %v", err)
	}
	if snap == nil {
		snap = state.NewSnapshot("none")
	}
	return snap
}

// serve lets the service act, and wants an intent of its own, durable when the
// call was sent, for each effect that cannot be repeated.
func (w *wire) serve(rec *httptest.ResponseRecorder, r *http.Request, snap *state.Snapshot) {
	before := len(w.svc.Ledger())
	w.svc.ServeHTTP(rec, r)
	if snap == nil {
		return // a reading
	}
	for _, e := range w.svc.Ledger()[before:] {
		w.announced(snap, e)
	}
}

func (w *wire) announced(snap *state.Snapshot, e sim.Effect) {
	kinds := map[string]state.Effect{
		sim.EffectCreate: state.EffectCreate, sim.EffectSign: state.EffectSign, sim.EffectPay: state.EffectPay,
		sim.EffectAddKkt: state.EffectAddKKT, sim.EffectRemoveKkt: state.EffectRemoveKKT,
		sim.EffectSimple: state.EffectSimple,
	}
	effect, once := kinds[e.Kind]
	if !once {
		return
	}
	for _, in := range snap.Intents {
		if _, sent := w.used[in.ID]; in.Effect == effect && !sent && means(snap, in, e) {
			w.used[in.ID] = e.OK
			return
		}
	}
	w.t.Errorf("sent without an intent of its own: %+v", e)
}

// means tells whether an intent announces the effect.
func means(snap *state.Snapshot, in state.Intent, e sim.Effect) bool {
	res := snap.Resources[in.Address]
	w := res.Workflows[in.Action]
	if w == nil || w.ID != in.Workflow {
		return false
	}
	switch in.Effect {
	case state.EffectSign:
		return e.Key == w.Data.ApplicationID+" "+in.PreRead["document"]
	case state.EffectPay:
		rnm, code, _ := strings.Cut(e.Key, " ")
		return rnm != "" && w.Data.Code != nil && *w.Data.Code == spec.RecordCode(snap.FingerprintKey(), code)
	case state.EffectSimple:
		if id := w.Data.ApplicationID; id != "" {
			return e.Key == id
		}
		fallthrough
	default:
		return fiscal.SameSerial(res.Identity.Serial, e.Serial)
	}
}

func (l *life) String() string {
	if l.how == lives {
		return l.how
	}
	return fmt.Sprintf("%s (number %d, effect %t)", l.how, l.at, l.after)
}
