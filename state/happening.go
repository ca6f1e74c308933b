package state

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"
)

// MaxEvents is how many events a snapshot keeps of one address, the newest
// ones.
const MaxEvents = 20

// Event is something that happened to a resource: a step that began or ended,
// a word or paper that a person gave. It comes with the entry that made it so,
// and is durable with it.
type Event struct {
	Serial uint64    `json:"serial"` // of the entry
	At     time.Time `json:"at"`
	What   string    `json:"what"` // such as "done register"
	// Run is the key of the run in Snapshot.Runs; empty for an entry of a build
	// that recorded none.
	Run  string `json:"run,omitempty"`
	From string `json:"from,omitempty"` // the old address of what was moved here
	To   string `json:"to,omitempty"`   // the new address of what was moved away
}

// Provenance is who ran kktctl, and from what: one command that wrote.
type Provenance struct {
	ID        string `json:"id"`             // made anew for each command
	Who       string `json:"who"`            // user@host pid
	Operation string `json:"operation"`      // apply, resume, state rm, …
	Plan      string `json:"plan,omitempty"` // id of the plan that was applied
	Actor     string `json:"actor,omitempty"`
	Commit    string `json:"commit,omitempty"`
	Pipeline  string `json:"pipeline,omitempty"` // id of the pipeline's run
	// Overrides are the policies that stood against it and were overridden.
	Overrides []Override `json:"overrides,omitempty"`
}

// Override is a policy that a person overrode.
type Override struct {
	Policy string    `json:"policy"` // name of a rule, or maxUnregister, maxCost, windows
	Reason string    `json:"reason,omitempty"`
	Who    string    `json:"who,omitempty"` // gave the flag; with a saved plan it may be another one than who applied it
	At     time.Time `json:"at,omitzero"`
}

// Happening is an event with what is known around it.
type Happening struct {
	Address string `json:"address"`
	Event
	By Provenance `json:"by"`
}

// remember adds to the history what an entry tells of. Events are never
// changed once they stand there: snapshots share them.
func (s *Snapshot) remember(e *Entry) {
	if !e.Log || e.Address == "" {
		return
	}
	ev := Event{Serial: e.Serial, At: e.At, What: e.Event}
	if e.Delete {
		ev.To = e.Peer
	} else {
		ev.From = e.Peer
	}
	if e.Run != nil {
		ev.Run = e.Run.ID
		if s.Runs == nil {
			s.Runs = map[string]Provenance{}
		}
		s.Runs[ev.Run] = *e.Run
	}
	if s.History == nil {
		s.History = map[string][]Event{}
	}
	old := s.History[e.Address]
	old = old[max(0, len(old)-MaxEvents+1):]
	s.History[e.Address] = append(slices.Clone(old), ev)
}

// ForgetRuns drops the runs that no event names any more.
func (s *Snapshot) ForgetRuns() {
	if len(s.Runs) == 0 {
		return
	}
	named := make(map[string]bool, len(s.Runs))
	for _, list := range s.History {
		for i := range list {
			named[list[i].Run] = true
		}
	}
	maps.DeleteFunc(s.Runs, func(id string, _ Provenance) bool { return !named[id] })
}

// HistoryOf tells what happened to what is at an address now, also when it was
// elsewhere, oldest first. Of what is gone it tells the rest.
func (s *Snapshot) HistoryOf(address string) []Happening {
	var out []Happening
	until := ^uint64(0)
	for { // until goes down each time
		list := s.History[address]
		list = list[:upTo(list, until)]
		from := ""
		for i := len(list) - 1; i >= 0 && from == ""; i-- {
			out = append(out, s.happening(address, list[i]))
			from, until = list[i].From, list[i].Serial
		}
		if from == "" {
			break
		}
		// What went from there to here, and nothing that came there since.
		until = left(s.History[from], address, until)
		address = from
	}
	slices.Reverse(out)
	return out
}

// upTo counts the events up to a serial.
func upTo(list []Event, serial uint64) int {
	n, _ := slices.BinarySearchFunc(list, serial, func(e Event, s uint64) int {
		if e.Serial <= s {
			return -1
		}
		return 1
	})
	return n
}

// left is the serial with which something went to an address, the last one
// before another serial.
func left(list []Event, to string, before uint64) uint64 {
	for _, e := range slices.Backward(list) {
		if e.To == to && e.Serial < before {
			return e.Serial
		}
	}
	return 0
}

// AllHistory tells everything that is kept, oldest first.
func (s *Snapshot) AllHistory() []Happening {
	var out []Happening
	for address, list := range s.History {
		for _, e := range list {
			out = append(out, s.happening(address, e))
		}
	}
	slices.SortFunc(out, func(a, b Happening) int {
		return cmp.Or(cmp.Compare(a.Serial, b.Serial), cmp.Compare(a.Address, b.Address))
	})
	return out
}

func (s *Snapshot) happening(address string, e Event) Happening {
	return Happening{Address: address, Event: e, By: s.Runs[e.Run]}
}

// checkHistory finds what can not be written and read back as it is.
func (s *Snapshot) checkHistory() error {
	for address := range s.History {
		if address == "" || !utf8.ValidString(address) {
			return fmt.Errorf("history of address %q is not usable", address)
		}
	}
	for id := range s.Runs {
		if id == "" || !utf8.ValidString(id) {
			return errors.New("a run of the history has no usable id")
		}
	}
	return nil
}

func cloneHistory(h map[string][]Event) map[string][]Event {
	if h == nil {
		return nil
	}
	c := make(map[string][]Event, len(h))
	for address, list := range h {
		c[address] = slices.Clone(list)
	}
	return c
}
