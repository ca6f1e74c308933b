package memory_test

import (
	"testing"
	"time"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/memory"
	"github.com/kktctl/kktctl/state/statetest"
)

func TestStore(t *testing.T) {
	statetest.TestPlaces(t, func(*testing.T) statetest.Place {
		clock := statetest.NewClock()
		s := memory.New("sever", memory.WithTerm(time.Minute), memory.WithClock(clock.Now))
		return statetest.Place{Open: func() state.Store { return s }, Term: time.Minute, Pass: clock.Pass}
	})
}

func TestCrash(t *testing.T) {
	s := memory.New("sever")
	first, err := s.Lock(t.Context(), state.LockRequest{Holder: "anna"})
	if err != nil {
		t.Fatal(err)
	}
	s.Crash()
	second, err := s.Lock(t.Context(), state.LockRequest{Holder: "boris"})
	if err != nil {
		t.Fatal(err)
	}
	if second.Previous == nil || second.Previous.ID != first.ID || second.Epoch <= first.Epoch {
		t.Fatalf("taken over: %+v, previous %+v", second.LockInfo, second.Previous)
	}
	if err := s.Renew(t.Context(), first); err == nil {
		t.Fatal("the crashed holder may still write")
	}
}
