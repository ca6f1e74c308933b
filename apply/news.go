package apply

import (
	"context"
	"slices"
	"time"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// News is one thing that a run came to and that nobody was notified of yet.
type News struct {
	Kind string // of spec.NotifyKinds
	Step StepResult
	key  string // that is remembered in the state; empty where nothing runs any more
}

// News lists what of a report people were not notified of. What ended is news
// once; what goes on is remembered in the state by Told, until it changes.
func (s *Session) News(report *Report) []News {
	now := s.now()
	var out []News
	for _, st := range report.Steps {
		told := s.told(st)
		for _, n := range newsOf(st, now) {
			if n.key == "" || !slices.Contains(told, n.key) {
				out = append(out, n)
			}
		}
	}
	return out
}

// told is what people were notified of about the workflow of a step.
func (s *Session) told(st StepResult) []string {
	if w := s.resource(st.Address).Workflows[string(st.Action)]; w != nil {
		return w.Told
	}
	return nil
}

// newsOf is what there is to tell of a step.
func newsOf(st StepResult, now time.Time) []News {
	var out []News
	add := func(kind, key string, at time.Time) {
		if key != "" {
			key = kind + " " + key + " " + at.UTC().Format(time.RFC3339)
		}
		out = append(out, News{Kind: kind, Step: st, key: key})
	}
	switch st.State {
	case StepDone:
		if !st.Action.StateOnly() {
			add(spec.NotifyDone, "", now)
		}
	case StepFailed:
		add(spec.NotifyRefused, st.Phase, st.Since)
	case StepUnknown:
		add(spec.NotifyUnknown, "in "+st.Phase, st.Since)
	case StepWaiting:
		switch {
		case !st.Due.IsZero() && st.Due.Before(now):
			add(spec.NotifyOverdue, "since", st.Due)
		case ofPeople(st.WaitingFor):
			add(spec.NotifyWaiting, "for "+string(st.WaitingFor), st.Since)
		}
	}
	return out
}

// ofPeople tells waits that people can end.
func ofPeople(w planner.Wait) bool {
	return w != "" && w != planner.WaitTaxService && w != planner.WaitService
}

// Tell remembers what people were notified of. It is called once a message was
// delivered, so that one that was not is tried again by the next run.
func (s *Session) Tell(ctx context.Context, news []News) error {
	if s.isAway() || s.brokenBy() != nil {
		return nil // the state cannot be written, and they are told again
	}
	changed := map[string]*state.Resource{}
	var order []string
	for _, n := range news {
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
		w.Told = remembered(w.Told, n)
	}
	entries := make([]state.Entry, 0, len(order))
	for _, addr := range order {
		entries = append(entries, state.Entry{Event: "notify", Address: addr, Resource: changed[addr]})
	}
	return s.Record(ctx, entries...)
}

// remembered adds what was told, and drops what does not hold any more: of one
// workflow there is one key of a kind.
func remembered(told []string, n News) []string {
	told = slices.DeleteFunc(slices.Clone(told), func(key string) bool {
		return len(key) > len(n.Kind) && key[:len(n.Kind)+1] == n.Kind+" "
	})
	return append(told, n.key)
}
