package crash

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
)

// judge serves the simulated service to one process after another, and looks
// into the state's files whenever a call comes in that cannot be repeated.
type judge struct {
	svc      *sim.Service
	url      string // without TLS
	ferma    string // with TLS
	endpoint string // of all calls; empty when the fleet file names two
	servers  []*http.Server

	mu     sync.Mutex
	state  string            // of the process that works now
	used   map[string]string // the call that an intent was used for, by its id
	faults []string          // what broke the promise
	calls  []call            // that cannot be repeated

	process *os.Process       // that works now
	fate    func(c call) fate // of each call; nil means that all are served
	held    *heldCall

	conns map[net.Conn]bool
	idle  *sync.Cond // told when a connection has gone
}

func newJudge(t testing.TB, world *sim.World) *judge {
	t.Helper()
	j := &judge{svc: sim.New(world, sim.Options{}), used: map[string]string{}, conns: map[net.Conn]bool{}}
	j.idle = sync.NewCond(&j.mu)
	j.url = "http://" + j.listen(t, nil)
	j.endpoint = j.url
	return j
}

// listen serves at an address of its own, with TLS when there is a
// configuration.
func (j *judge) listen(t testing.TB, config *tls.Config) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{
		Handler: j, ConnState: j.connState, ReadHeaderTimeout: time.Minute, TLSConfig: config,
		ErrorLog: log.New(io.Discard, "", 0), // who died in a handshake says nothing
	}
	j.servers = append(j.servers, server)
	if config == nil {
		go func() { _ = server.Serve(l) }()
	} else {
		go func() { _ = server.ServeTLS(l, "", "") }()
	}
	return l.Addr().String()
}

// withFerma serves Ferma beside the rest. Its clients show certificates.
func (j *judge) withFerma(t testing.TB, authority *sim.Authority) {
	t.Helper()
	config, err := j.svc.TLSConfig(authority)
	if err != nil {
		t.Fatal(err)
	}
	j.ferma, j.endpoint = "https://"+j.listen(t, config), ""
}

func (j *judge) close() {
	for _, server := range j.servers {
		_ = server.Close()
	}
	_ = j.svc.Close()
}

func (j *judge) connState(c net.Conn, s http.ConnState) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch s {
	case http.StateNew:
		j.conns[c] = true
	case http.StateClosed, http.StateHijacked:
		delete(j.conns, c)
		j.idle.Broadcast()
	}
}

// settle returns when everything that a dead process has sent has had its
// effect: what the process wrote before it died is served all the same.
func (j *judge) settle(t testing.TB) {
	t.Helper()
	// Connections are accepted in order: once this one is, those before it are.
	c := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // it is knocked at, nothing is said
	}, Timeout: time.Minute}
	for _, url := range []string{j.url, j.ferma} {
		if url == "" {
			continue
		}
		resp, err := c.Get(url + "/_sim/duplicates")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	timeout := time.AfterFunc(time.Minute, func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		for c := range j.conns {
			_ = c.Close()
		}
		j.faults = append(j.faults, "the connections of a dead process stay open")
	})
	defer timeout.Stop()
	j.mu.Lock()
	defer j.mu.Unlock()
	for len(j.conns) > j.waiting() {
		j.idle.Wait()
	}
}

// ServeHTTP hands a call on, after a look at the state.
func (j *judge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller died while it wrote: nothing was asked
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	c, once := callOf(r, body)
	if once {
		if j.cutOff(j.check(c), w, r) {
			return
		}
	}
	if r.Method == http.MethodGet {
		j.landBetweenReadings()
	}
	j.svc.ServeHTTP(w, r)
}

// call is one that cannot be repeated.
type call struct {
	effect                      state.Effect
	application, document       string
	serial, rnm, path, activate string
	company                     string // ИНН
	quantity                    int
	receipt                     string // id
	intent, address             string // that announced it, and for which till
}

func callOf(r *http.Request, body []byte) (call, bool) {
	const registration = "/api/integration/v2/b2b/kkt/registration"
	path := strings.TrimRight(r.URL.Path, "/")
	c := call{path: r.Method + " " + path}
	var b struct {
		DocumentID          string `json:"DocumentId"`
		ApplicationID       string `json:"ApplicationId"`
		RegNumber, Inn      string
		Quantity            int
		KktSerialNumber     string
		RequestID           string `json:"RequestId"`
		ID                  string `json:"id"`
		Rnm, ActivationCode string
		KktDetails          struct{ SerialNumber string }
		KktList             []struct{ KktRegNumber string }
	}
	_ = json.Unmarshal(body, &b) // what is no JSON the service refuses
	rest, application := strings.CutPrefix(path, registration)
	switch {
	case r.Method != http.MethodPost:
		return c, false
	case path == registration:
		c.effect, c.serial = state.EffectCreate, b.KktDetails.SerialNumber
	case strings.HasSuffix(path, "/kkt/book"):
		c.effect, c.serial = state.EffectBook, b.KktSerialNumber
	case path == registration+"/simplified":
		c.effect, c.application, c.rnm = state.EffectSimple, b.ApplicationID, b.RegNumber
	case strings.HasSuffix(path, "/sync/receipt"):
		c.effect, c.receipt = state.EffectReceipt, b.RequestID
	case strings.HasSuffix(path, "/api/v2/documents"):
		c.effect, c.receipt = state.EffectReceipt, b.ID
	case strings.HasSuffix(path, "/PartnerCreateClientCabinet"):
		c.effect, c.company = state.EffectCabinet, b.Inn
	case strings.HasSuffix(path, "/PartnerBookingKkt"):
		c.effect, c.quantity = state.EffectOrder, b.Quantity
	case application && strings.HasSuffix(rest, "/sign"):
		c.effect, c.document = state.EffectSign, b.DocumentID
		c.application = strings.Trim(strings.TrimSuffix(rest, "/sign"), "/")
	case strings.HasSuffix(path, "/kkt/pay"):
		c.effect, c.rnm, c.activate = state.EffectPay, b.Rnm, b.ActivationCode
	case strings.HasSuffix(path, "/addKkt") && len(b.KktList) == 1:
		c.effect, c.rnm = state.EffectAddKKT, b.KktList[0].KktRegNumber
	case strings.Contains(path, "/removeKkt/"):
		c.effect, c.rnm = state.EffectRemoveKKT, strings.Split(path, "/")[6]
	default:
		return c, false
	}
	return c, true
}

// check wants an intent for the call in the files, one that no other call has
// used, and gives the call with it.
func (j *judge) check(c call) call {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls = append(j.calls, c)
	if h := j.held; h != nil && !h.landed && h.same(c) {
		j.faults = append(j.faults, c.path+" was sent again while the first one was under way and had been looked for once at most")
	}
	snap, _, err := local.Open(j.state).Load(context.Background())
	switch {
	case err != nil:
		j.faults = append(j.faults, fmt.Sprintf("%s came while the state could not be read: %v", c.path, err))
		return c
	case snap == nil:
		j.faults = append(j.faults, c.path+" came before there was a state")
		return c
	}
	for id, in := range snap.Intents {
		if !c.fits(snap, in) {
			continue
		}
		// The same receipt under the same id is printed once, however often it
		// is sent: that is how it is found out what became of it.
		if before, named := j.used[id], c.path+c.receipt; before != "" && (c.receipt == "" || before != named) {
			j.faults = append(j.faults, fmt.Sprintf("%s came under the intent of %s", named, before))
		}
		j.used[id] = c.path + c.receipt
		c.intent, c.address = id, in.Address
		j.calls[len(j.calls)-1] = c
		return c
	}
	j.faults = append(j.faults, fmt.Sprintf("%s came without a durable intent; open are %+v", c.path, snap.Intents))
	return c
}

// fits tells whether the intent announces the call.
func (c call) fits(snap *state.Snapshot, in state.Intent) bool {
	res := snap.Resources[in.Address]
	w := res.Workflows[in.Action]
	if in.Effect != c.effect || w == nil || w.ID != in.Workflow {
		return false
	}
	switch c.effect {
	case state.EffectCreate, state.EffectBook:
		return res.Identity.Serial == c.serial
	case state.EffectSign:
		return w.Data.ApplicationID == c.application && in.PreRead["document"] == c.document
	case state.EffectCabinet:
		return companies()[in.Address] == c.company
	case state.EffectReceipt:
		return w.Data.Receipt != nil && (w.Data.Receipt.Receipt.ID == c.receipt || w.Data.Receipt.ReturnID == c.receipt)
	case state.EffectOrder:
		return w.Data.Order != nil && w.Data.Order.Terms.Quantity == c.quantity
	case state.EffectSimple:
		return c.application != "" && w.Data.ApplicationID == c.application || c.application == "" && w.Data.RNM == c.rnm
	default:
		return res.Identity.RNM == c.rnm || w.Data.RNM == c.rnm
	}
}

// use says which folder the next process works in.
func (j *judge) use(dir, fleet string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.state = filepath.Join(dir, fleet+".kktstate")
}

// verdict gives what broke the promise, the ledger's word included.
func (j *judge) verdict() []string {
	j.mu.Lock()
	out := j.faults
	j.mu.Unlock()
	for _, e := range j.svc.Ledger() {
		switch {
		case e.Duplicate:
			out = append(out, fmt.Sprintf("tried though it had happened: %s %s %s: %s", e.Kind, e.Serial, e.Key, e.Reason))
		case e.Kind == sim.EffectReceipt && strings.Contains(e.Reason, "уже был создан"): // the same again, told by 409
		case !e.OK && e.Kind != sim.EffectPrepare && e.Kind != sim.EffectPut:
			out = append(out, fmt.Sprintf("refused: %s %s: %s", e.Kind, e.Serial, e.Reason))
		}
	}
	return out
}
