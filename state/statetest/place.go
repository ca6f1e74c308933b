package statetest

import (
	"testing"
	"time"

	"github.com/kktctl/kktctl/state"
)

// Place is an empty place for one state, and what a store's test can do to it
// from outside. A hook that is nil leaves its cases out: a store in memory
// cannot be torn, and a local lock has no term.
type Place struct {
	// Open opens the place as another process would.
	Open func() state.Store

	// Term is that of the store's locks; 0 when they end with their process.
	Term time.Duration
	// Pass lets time pass for the locks of the place: it turns the clock that
	// decides about them, or moves what is stored into the past.
	Pass func(t *testing.T, d time.Duration)

	// Faulty opens the place with a transport that asks f what becomes of each
	// call. For HTTP that is f.Transport around the client's; a database's
	// driver asks f.Next by itself.
	Faulty func(f *Faults) state.Store

	// Damage alters what is stored in its n-th way (cut short, a bit flipped, a
	// part missing) and tells whether there is an n-th way. Whatever it does has
	// to be noticed.
	Damage func(t *testing.T, n int) bool
}

// TestPlaces runs all of the suite: Test, and the cases of leases, lost
// answers and damage that the place has hooks for. A store's test is
//
//	statetest.TestPlaces(t, func(t *testing.T) Place { … })
func TestPlaces(t *testing.T, fresh func(t *testing.T) Place) {
	Test(t, func(t *testing.T) func() state.Store { return fresh(t).Open })
	cases := []struct {
		name string
		run  func(t *testing.T, p Place)
		has  func(p Place) bool
	}{
		{"LeaseTerm", testLeaseTerm, Place.leases},
		{"LeaseRenewed", testLeaseRenewed, Place.leases},
		{"LeaseTakenOver", testLeaseTakenOver, Place.leases},
		{"LeaseTakenOverNew", testLeaseTakenOverNew, Place.leases},
		{"LeaseOutlived", testLeaseOutlived, Place.leases},
		{"LeaseOneTaker", testLeaseOneTaker, Place.leases},
		{"PausedWrite", testPausedWrite, func(p Place) bool { return p.leases() && p.Faulty != nil }},
		{"LostAnswers", nil, Place.faulty},
		{"Outage", testOutage, Place.faulty},
		{"LateWrite", testLateWrite, Place.faulty},
		{"Grouped", testGrouped, Place.faulty},
		{"Damage", nil, func(p Place) bool { return p.Damage != nil }},
	}
	for _, c := range cases {
		if !c.has(fresh(t)) {
			continue
		}
		switch c.name {
		case "LostAnswers":
			t.Run(c.name, func(t *testing.T) { testLostAnswers(t, fresh) })
		case "Damage":
			t.Run(c.name, func(t *testing.T) { testDamage(t, fresh) })
		default:
			t.Run(c.name, func(t *testing.T) { c.run(t, fresh(t)) })
		}
	}
}

func (p Place) leases() bool { return p.Term > 0 && p.Pass != nil }
func (p Place) faulty() bool { return p.Faulty != nil }
