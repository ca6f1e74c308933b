package ofd_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
)

// endpoint is a call that changes something, and a fleet whose plan needs it.
type endpoint struct {
	name, method, path string
	skip               int    // calls of the same endpoint that are let through first
	effect             string // in the ledger
	// repeatable calls have no intent: they are sent again, and do no harm.
	repeatable bool
	// drafts may be made anew: the one whose answer was lost stays unsigned.
	drafts bool
	// person: no reading tells what became of the call; somebody looks at the
	// service and says it.
	person bool
	// sameID: the same is sent again under the same id, which happens once.
	sameID bool
	// emptyAnswer: a success has no body that could be cut or be another's.
	emptyAnswer bool
	address     string // of the resource that is compared; empty means kkts.a
	build       func(*cell) *bench
}

func endpoints() []endpoint {
	const post, put = http.MethodPost, http.MethodPut
	return append([]endpoint{
		{name: "create", method: post, path: "*/kkt/registration", effect: sim.EffectCreate, drafts: true, build: newTill},
		{name: "put", method: put, path: "*/kkt/registration/*", effect: sim.EffectPut, repeatable: true, build: newTill},
		{name: "put-draft", method: put, path: "*/kkt/registration/*", effect: sim.EffectPut, repeatable: true, build: changedDraft},
		{name: "prepare", method: post, path: "*/preparedocuments", effect: sim.EffectPrepare, repeatable: true, build: newTill},
		{name: "sign", method: post, path: "*/sign", effect: sim.EffectSign, build: newTill},
		{name: "sign-report", method: post, path: "*/sign", skip: 1, effect: sim.EffectSign, build: newTill},
		{name: "sign-unregister", method: post, path: "*/sign", effect: sim.EffectSign, build: stolenTill},
		{name: "simplified", method: post, path: "*/registration/simplified", effect: sim.EffectSimple, build: selfRegistered},
		{name: "simplified-rereg", method: post, path: "*/registration/simplified", effect: sim.EffectSimple, build: movedTill},
		{name: "pay", method: post, path: "*/partner/v2/kkt/pay", effect: sim.EffectPay, build: unpaidTill},
		{name: "book", method: post, path: "*/kkt/book", effect: sim.EffectBook, build: tillToBook},
		{name: "pay-v1", method: post, path: "*/partner/v1/kkt/pay", effect: sim.EffectPay, build: unpaidTillOfALogin},
		{name: "addKkt", method: post, path: "*/addkkt", effect: sim.EffectAddKkt, build: joiningTill},
		{name: "removeKkt", method: post, path: "*/removekkt/*", effect: sim.EffectRemoveKkt, build: leavingTill},
		{name: "cabinet", method: post, path: "*/partnercreateclientcabinet", effect: sim.EffectCabinet, person: true, address: "companies.sever", build: newCompany},
		{name: "order", method: post, path: "*/partnerbookingkkt", effect: sim.EffectOrder, person: true, address: "orders.cloud", build: newOrder},
		{name: "login", method: post, path: "*/createauthtoken", effect: sim.EffectLogin, repeatable: true, build: joiningTill},
	}, fermaEndpoints()...)
}

func (c *cell) bench(fleet *spec.Fleet, world *sim.World) *bench {
	return start(c, c.ctx, fleet, world)
}

func newTill(c *cell) *bench {
	return c.bench(testFleet(till("a", "00307404867358", fn1)), world())
}

// changedDraft is a draft of a wish that changed before it was prepared.
func changedDraft(c *cell) *bench {
	b := newTill(c)
	c.check(b.svc.Fault(sim.Fault{Path: "*/preparedocuments", Kind: sim.FaultEOF}))
	b.wait = 0
	if _, err := b.try(); err == nil {
		c.Fatalf("the draft was prepared")
	}
	b.edit("a", func(k *spec.KKT) { k.Place = "Магазин №2" })
	return b
}

// selfRegistered is a till that registers itself, with an application.
func selfRegistered(c *cell) *bench {
	return c.bench(testFleet(simplifiedTill()), world())
}

// movedTill is re-registered in the simplified way.
func movedTill(c *cell) *bench {
	k := simplifiedTill()
	b := c.bench(testFleet(k), world(seeded(k, sever)))
	b.edit("a", func(k *spec.KKT) { k.Place = "Магазин №2" })
	return b
}

func stolenTill(c *cell) *bench {
	k := till("a", "00307404867358", fn1)
	k.Unregister = spec.ReasonStolen
	return c.bench(testFleet(k), world(seeded(k, sever)))
}

func unpaidTill(c *cell) *bench {
	k := till("a", "00307404867358", fn1)
	k.ActivationCode = spec.Code{Literal: "PSZ7D1Lq"}
	b := c.bench(testFleet(k), world(seeded(k, sever)).AddCode("PSZ7D1Lq", "Ofd", "Green", 5))
	b.codes["kkts.a"] = "PSZ7D1Lq"
	return b
}

func tillToBook(c *cell) *bench {
	b := c.bench(testFleet(bookedTill("a", "00307404867358", fn1, "PSZ7D1Lq")), world().AddCode("PSZ7D1Lq", "Ofd", "Green", 5))
	b.codes["kkts.a"] = "PSZ7D1Lq"
	return b
}

// unpaidTillOfALogin is paid for through the partner API v1.
func unpaidTillOfALogin(c *cell) *bench {
	b := unpaidTill(c)
	loginOnly(b.fleet)
	return b
}

func joiningTill(c *cell) *bench {
	k := till("a", "00307404867358", fn1)
	k.Renta = "galereya"
	return c.bench(testFleet(k), world(seeded(k, sever)))
}

func leavingTill(c *cell) *bench {
	b := joiningTill(c)
	b.converge(2)
	b.edit("a", func(k *spec.KKT) { k.Renta = "" })
	return b
}

// trouble is what goes wrong with a call.
type trouble struct {
	name  string
	fault sim.Fault
	// dial fails instead of the fault: before the effect it is the call's own
	// connection, after it the one of the reading that follows a lost answer.
	dial string
	hang bool // the client's patience ends it
	// stale readings follow a lost answer, for half of the quiet period.
	stale    bool
	answered bool // the answer is not lost after all
}

func troubles() []trouble {
	kind := func(name string) trouble { return trouble{name: name, fault: sim.Fault{Kind: name}} }
	hang := func(name string) trouble { return trouble{name: name, fault: sim.Fault{Kind: name}, hang: true} }
	status := func(code, after int) trouble {
		t := trouble{name: fmt.Sprint(code), fault: sim.Fault{Kind: sim.FaultStatus, Status: code, RetryAfter: after}}
		if after > 0 {
			t.name += "-retry-after"
		}
		return t
	}
	return []trouble{
		{name: "refused", dial: "refused"},
		{name: "dns", dial: "dns"},
		{name: "tls", dial: "tls"},
		hang(sim.FaultTimeout), kind(sim.FaultReset), kind(sim.FaultEOF), kind(sim.FaultTruncate), kind(sim.FaultGarbage),
		kind(sim.FaultHTML200), kind(sim.FaultEmpty200), kind(sim.FaultGzipBomb), kind(sim.FaultEndless), hang(sim.FaultSlowHead),
		status(408, 0), status(429, 0), status(429, 1), status(500, 0), status(502, 0), status(503, 0), status(504, 0),
		kind(sim.FaultRedirect), kind(sim.FaultWrongID),
		{name: sim.FaultStaleRead, stale: true},
		{name: "stale-after-answer", stale: true, answered: true},
	}
}

// impossible cells are those whose fault needs what the call has not got.
func impossible(e endpoint, t trouble) bool {
	// The answers to pay, to a booking, to a login, of a cabinet and of an order name nothing
	// that could be wrong.
	if e.emptyAnswer && (t.name == sim.FaultTruncate || t.name == sim.FaultWrongID) {
		return true
	}
	return t.name == sim.FaultWrongID && (e.person || e.effect == sim.EffectPay || e.effect == sim.EffectBook || e.name == "login")
}

// TestFaultMatrix spoils every call that changes something, before and after
// its effect, in every way there is. Each cell ends as an undisturbed run
// does, nothing happens twice, and until a reading tells them apart the client
// does the same before and after.
func TestFaultMatrix(t *testing.T) {
	env := newSurroundings(t)
	var all []*pair
	for _, e := range endpoints() {
		calm := &cell{env: env, ctx: t.Context(), e: e}
		calm.guard(calm.undisturbed)
		for _, tr := range troubles() {
			if !impossible(e, tr) {
				all = append(all, newPair(env, t.Context(), e, tr, calm))
			}
		}
		if len(calm.failures) > 0 {
			t.Fatalf("%s, undisturbed: %s", e.name, strings.Join(calm.failures, "\n"))
		}
	}
	all = sample(t, all)
	runAll(all)
	for _, p := range all {
		t.Run(p.before.e.name+"/"+p.before.t.name, func(t *testing.T) { p.report(t) })
	}
	if n := env.strangers.Load(); n > 0 {
		t.Errorf("%d calls followed a redirect to another host", n)
	}
	t.Logf("%d cells", 2*len(all))
}

// sample leaves so many pairs that they take half a minute with the race
// detector. KKTCTL_MATRIX=all runs all of them, the beginning of a call's name
// those of that call; KKTCTL_MATRIX_SEED draws the same ones again.
func sample(t *testing.T, all []*pair) []*pair {
	const some = 60
	switch only := os.Getenv("KKTCTL_MATRIX"); only {
	case "all":
		return all
	case "":
	default:
		return slices.DeleteFunc(all, func(p *pair) bool { return !strings.HasPrefix(p.before.e.name, only) })
	}
	seed, err := strconv.ParseUint(os.Getenv("KKTCTL_MATRIX_SEED"), 10, 64)
	if err != nil {
		seed = rand.Uint64()
	}
	t.Logf("KKTCTL_MATRIX_SEED=%d draws %d of %d pairs", seed, some, len(all))
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:some]
}

// runAll runs the pairs, many at a time: most of them wait for a timeout.
func runAll(all []*pair) {
	const atOnce = 16
	slots := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for _, p := range all {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			p.run()
		})
	}
	wg.Wait()
}

// pair is a fault before the effect and the same one after it.
type pair struct{ before, after *cell }

func newPair(env *surroundings, ctx context.Context, e endpoint, t trouble, calm *cell) *pair {
	at := func(when string) *cell { return &cell{env: env, ctx: ctx, e: e, t: t, when: when, calm: calm} }
	return &pair{before: at(sim.Before), after: at(sim.After)}
}

func (p *pair) run() {
	p.before.guard(p.before.run)
	p.after.guard(p.after.run)
}

func (p *pair) report(t *testing.T) {
	for _, c := range []*cell{p.before, p.after} {
		for _, f := range c.failures {
			t.Errorf("%s: %s", c.when, f)
		}
		if t.Failed() || os.Getenv("KKTCTL_MATRIX_LOG") != "" {
			t.Logf("%s:\n%s", c.when, strings.Join(c.lines, "\n"))
		}
	}
	if p.before.t.dial != "" {
		return // before the effect it is certain that nothing was sent
	}
	if d := diffText(p.before.seen, p.after.seen); d != "" {
		t.Errorf("before and after the effect the client sees or does something else:\n%s", d)
	}
}
