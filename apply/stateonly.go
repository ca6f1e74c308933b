package apply

import (
	"context"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// batchSize bounds the entries that one append carries.
const batchSize = 1000

// recordStateOnly does the steps that change nothing but the state: all moves
// at once, for two tills may swap names, then the rest in batches.
func (s *Session) recordStateOnly(ctx context.Context, steps []*node) error {
	if err := s.recordMoves(ctx, steps); err != nil {
		return err
	}
	var batch []state.Entry
	flush := func() error {
		defer func() { batch = nil }()
		return s.Record(ctx, batch...)
	}
	for _, n := range steps {
		switch n.step.Action {
		case planner.Adopt:
			batch = append(batch, s.adoption(n.step))
		case planner.Forget:
			batch = append(batch, state.Entry{Event: "forget", Address: n.step.Address, Delete: true})
		default:
			continue
		}
		if len(batch) == batchSize {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

func (s *Session) recordMoves(ctx context.Context, steps []*node) error {
	var gone, come []state.Entry
	snap := s.Snapshot()
	for _, n := range steps {
		if n.step.Action != planner.Move {
			continue
		}
		r := snap.Resources[n.step.From]
		gone = append(gone, state.Entry{Event: "move", Address: n.step.From, Delete: true})
		come = append(come, state.Entry{Event: "move", Address: n.step.Address, Resource: &r})
		for _, in := range snap.Intents {
			if in.Address == n.step.From {
				in.Address = n.step.Address
				come = append(come, state.Entry{Event: "move", Address: n.step.Address, Intent: &in})
			}
		}
	}
	return s.Record(ctx, append(gone, come...)...)
}

// adoption records a till that was met live. What the planner took from the
// live row and from the declaration stands in the step.
func (s *Session) adoption(st planner.Step) state.Entry {
	r := s.resource(st.Address)
	r.Status, r.Since = state.StatusLive, s.now().UTC()
	r.Attributes = st.Prior
	if r.Attributes == nil {
		r.Attributes = &spec.Attributes{}
	}
	r.Identity = state.Identity{Serial: r.Attributes.Serial, RNM: st.RNM, INN: r.Attributes.INN}
	if r.Identity.RNM == "" {
		r.Identity.RNM = r.Attributes.RNM
	}
	if st.Centre != "" {
		r.Renta = st.Centre
	}
	return state.Entry{Event: "adopt", Address: st.Address, Resource: &r}
}
