package apply

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// News is one thing that a run came to and that people may want to be told.
type News struct {
	Kind string // of spec.NotifyKinds
	Step StepResult
	key  string // that is remembered in the state; empty where nothing runs any more
}

// News lists what there is to tell of a report at a time, in its order.
func (r *Report) News(now time.Time) []News {
	var out []News
	for _, st := range r.Steps {
		if n, ok := newsOf(st, now); ok {
			out = append(out, n)
		}
	}
	return out
}

// newsOf is what there is to tell of a step. The key tells one wait, or one
// failure, from the next.
func newsOf(st StepResult, now time.Time) (News, bool) {
	about := func(kind, what string, at time.Time) (News, bool) {
		return News{Kind: kind, Step: st, key: kind + " " + what + " " + at.UTC().Format(time.RFC3339)}, true
	}
	switch st.State {
	case StepDone:
		return News{Kind: spec.NotifyDone, Step: st}, !st.Action.StateOnly()
	case StepFailed:
		return about(spec.NotifyRefused, st.Phase, st.Since)
	case StepUnknown:
		return about(spec.NotifyUnknown, st.Phase, st.Since)
	case StepWaiting:
		switch {
		case !st.Due.IsZero() && st.Due.Before(now):
			return about(spec.NotifyOverdue, string(st.WaitingFor), st.Due)
		case ofPeople(st.WaitingFor):
			return about(spec.NotifyWaiting, string(st.WaitingFor), st.Since)
		}
	}
	return News{}, false
}

// ofPeople tells waits that people can end.
func ofPeople(w planner.Wait) bool {
	return w != "" && w != planner.WaitTaxService && w != planner.WaitService
}

// Untold leaves of news what a destination was not told before. What ended is
// news once; what goes on is remembered in the state, until it changes.
func (s *Session) Untold(to string, news []News) []News {
	var out []News
	for _, n := range news {
		w := s.resource(n.Step.Address).Workflows[string(n.Step.Action)]
		if n.key == "" || w == nil || !slices.Contains(w.Told, to+" "+n.key) {
			out = append(out, n)
		}
	}
	return out
}

// notifyEvent is the event of entries that only remember what was told.
const notifyEvent = "notify"

// Told is what a destination was told. To is a short name for it that is kept
// in the state, without spaces and without secrets.
type Told struct {
	To   string
	News []News
}

// Tell remembers what was delivered, so that what was not is told by the next
// run. When the state cannot be written nothing is remembered.
func (s *Session) Tell(ctx context.Context, told ...Told) error {
	if !s.writable() {
		return nil
	}
	changed := map[string]*state.Resource{}
	var order []string
	for _, t := range told {
		for _, n := range t.News {
			if n.key == "" {
				continue
			}
			r := changed[n.Step.Address]
			if r == nil {
				now := s.resource(n.Step.Address)
				r = &now
			}
			w := r.Workflows[string(n.Step.Action)]
			if w == nil {
				continue // it has ended
			}
			if changed[n.Step.Address] == nil {
				changed[n.Step.Address] = r
				order = append(order, n.Step.Address)
			}
			w.Told = remembered(w.Told, t.To, n)
		}
	}
	entries := make([]state.Entry, 0, len(order))
	for _, addr := range order {
		entries = append(entries, state.Entry{Event: notifyEvent, Address: addr, Resource: changed[addr]})
	}
	return s.Record(ctx, entries...)
}

// remembered adds what was told. Of one workflow, destination and kind there
// is one key: what is not so any more is dropped.
func remembered(told []string, to string, n News) []string {
	same := to + " " + n.Kind + " "
	told = slices.DeleteFunc(slices.Clone(told), func(key string) bool { return strings.HasPrefix(key, same) })
	return append(told, to+" "+n.key)
}
