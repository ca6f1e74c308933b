//go:build unix

package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/postgres"
	"github.com/kktctl/kktctl/state/statetest"
)

// roleVar makes this test binary a process that works on the state at urlVar.
const (
	roleVar = "KKTCTL_TEST_ROLE"
	urlVar  = "KKTCTL_TEST_STATE"
)

// takeOrders is what such a process does.
func takeOrders() {
	statetest.TakeOrders("boris@till pid 7", entry, func(stop func(string)) (state.Store, error) {
		return postgres.Open(os.Getenv(urlVar), postgres.WithLease(term), postgres.WithPatience(time.Minute, time.Minute),
			postgres.WithCalls(func(ctx context.Context, send func(context.Context) error) error {
				stop("call")
				return send(ctx)
			}))
	})
}

// TestStoppedHolder stops a holder, idle or on its way to write, until its
// lease has run out and another one has taken over. All that it still writes
// is refused.
func TestStoppedHolder(t *testing.T) {
	for _, pooled := range []bool{false, true} {
		for _, writing := range []bool{false, true} {
			t.Run(fmt.Sprintf("pooled=%v writing=%v", pooled, writing), func(t *testing.T) {
				testStoppedHolder(t, at(database(t, pooled), "held"), writing)
			})
		}
	}
}

func testStoppedHolder(t *testing.T, url string, writing bool) {
	s := open(t, url, postgres.WithLease(term))
	first := lock(t, s)
	must(t, s.Init(t.Context(), first, state.NewSnapshot("sever")))
	must(t, s.Unlock(t.Context(), first))
	p := statetest.Start(t, roleVar+"=orders", urlVar+"="+url)
	lease := p.Do("lock").Lease
	p.Do("append")
	if writing {
		p.Tell(statetest.Order{Do: "append", StopAt: "call"})
	} else {
		p.Signal(syscall.SIGSTOP)
	}
	p.Stopped()
	var locked *state.LockedError
	if _, err := s.Lock(t.Context(), state.LockRequest{Holder: "vera"}); !errors.As(err, &locked) {
		t.Fatalf("a second holder: %v", err)
	}
	pass(t, url, term+time.Second)
	next := lock(t, s)
	if next.Previous == nil || next.Previous.Holder != "boris@till pid 7" || next.Epoch <= lease.Epoch {
		t.Errorf("taken over: %+v from %+v", next.LockInfo, next.Previous)
	}
	must(t, s.Append(t.Context(), next, []state.Entry{entry(100)}))
	p.Signal(syscall.SIGCONT)
	if writing {
		p.Tell(statetest.Order{Do: "go on"})
		if a := p.Answer(); !a.Fenced || a.Serial != 0 {
			t.Errorf("the write under way: %+v", a)
		}
	}
	for _, what := range []string{"append", "compact", "renew"} {
		p.Fenced(what)
	}
	p.Do("unlock") // takes nothing from the new holder
	must(t, s.Append(t.Context(), next, []state.Entry{entry(101)}))
	if snap := load(t, s); snap.Serial != 3 || len(snap.Resources) != 3 {
		t.Errorf("serial %d, %d resources", snap.Serial, len(snap.Resources))
	}
}
