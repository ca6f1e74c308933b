package apply

import (
	"cmp"
	"context"
	"slices"

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
	// A deregistered till may be replaced by a live one of the same name: its
	// record goes before the new one is made.
	forget := func(st planner.Step) state.Entry {
		return state.Entry{Event: "forget", Address: st.Address, Delete: true, Log: true}
	}
	if err := s.recordBatches(ctx, steps, planner.Forget, forget); err != nil {
		return err
	}
	if err := s.recordBatches(ctx, steps, planner.Adopt, s.adoption); err != nil {
		return err
	}
	for _, a := range []planner.Action{planner.Protect, planner.Unprotect} {
		if err := s.recordBatches(ctx, steps, a, s.protection); err != nil {
			return err
		}
	}
	return nil
}

// Adopt records the tills of adopt steps as met live, as Run does. Nothing is
// sent.
func (s *Session) Adopt(ctx context.Context, steps []planner.Step) error {
	nodes := make([]*node, len(steps))
	for i := range steps {
		nodes[i] = &node{step: steps[i]}
	}
	return s.recordBatches(ctx, nodes, planner.Adopt, s.adoption)
}

func (s *Session) recordBatches(ctx context.Context, steps []*node, a planner.Action, entry func(planner.Step) state.Entry) error {
	var batch []state.Entry
	for _, n := range steps {
		if n.step.Action == a {
			batch = append(batch, entry(n.step))
		}
	}
	for part := range slices.Chunk(batch, batchSize) {
		if err := s.Record(ctx, part...); err != nil {
			return err
		}
	}
	return nil
}

func (s *Session) recordMoves(ctx context.Context, steps []*node) error {
	if !slices.ContainsFunc(steps, func(n *node) bool { return n.step.Action == planner.Move }) {
		return nil // the common case needs no copy of the state
	}
	var gone, come []state.Entry
	snap := s.Snapshot()
	for _, n := range steps {
		if n.step.Action != planner.Move {
			continue
		}
		r := snap.Resources[n.step.From]
		gone = append(gone, state.Entry{Event: "move", Address: n.step.From, Delete: true, Log: true, Peer: n.step.Address})
		come = append(come, state.Entry{Event: "move", Address: n.step.Address, Resource: &r, Log: true, Peer: n.step.From})
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
	rnm := cmp.Or(st.RNM, r.Attributes.RNM)
	forgetPayment(&r, rnm)
	r.Identity = state.Identity{Serial: r.Attributes.Serial, RNM: rnm, INN: r.Attributes.INN}
	if st.Centre != "" {
		r.Renta = st.Centre
	}
	r.Protected = r.Protected || st.Protect
	return state.Entry{Event: "adopt", Address: st.Address, Resource: &r, Log: true}
}

// protection records that a till is protected, or not any more.
func (s *Session) protection(st planner.Step) state.Entry {
	r := s.resource(st.Address)
	r.Protected = st.Action == planner.Protect
	return state.Entry{Event: string(st.Action), Address: st.Address, Resource: &r, Log: true}
}
