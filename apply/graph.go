package apply

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"github.com/kktctl/kktctl/planner"
)

// node is a step while it is applied. Only the run loop touches it, but for
// the worker that advances it.
type node struct {
	step    planner.Step
	action  planner.Action // of the workflow
	index   int            // in the plan
	missing int            // requirements not done yet
	needed  []*node        // who requires it
	started bool
	id      string // of its workflow, once it runs
	met     bool   // its workflow was looked at in this run
	anew    bool   // that had sent nothing then, and was planned as if it did not run
	// advances counts the transitions since the step last waited.
	advances int
	state    StepState // empty while it is not settled
	out      outcome
	pollAt   time.Time
	due      time.Time // for the order of polls
}

// outcome is how an advance left its node. An empty state means: go on.
type outcome struct {
	state      StepState
	phase      string
	waitingFor planner.Wait
	since      time.Time
	due        time.Time
	retryAfter time.Duration
	message    string
	hint       string
	gives      string // see StepResult
	skippedFor string // id of the step that it needs
	err        error
}

type graph struct {
	nodes   []*node
	ready   []*node
	head    int // of ready: popping does not move the rest
	waiting pollHeap
}

// newGraph links the steps of a plan. With resume only continued ones are
// kept, and the moves when one of them goes on under another name: all of them,
// for names may be swapped. What they lead to is left for an apply.
func newGraph(plan *planner.Plan, resume bool) *graph {
	g := &graph{}
	byID := make(map[string]*node, len(plan.Steps))
	moves := resume && slices.ContainsFunc(plan.Steps, movesOn)
	for _, st := range plan.Steps {
		if resume && (st.Action != planner.Continue || st.Unbegun) && !(moves && st.Action == planner.Move) {
			continue
		}
		n := &node{step: st, action: st.Action, index: len(g.nodes)}
		if st.Action == planner.Continue {
			n.action = st.Continues
		}
		byID[st.ID] = n
		g.nodes = append(g.nodes, n)
	}
	for _, n := range g.nodes {
		for _, id := range n.step.Requires {
			if q := byID[id]; q != nil && q != n {
				n.missing++
				q.needed = append(q.needed, n)
			}
		}
		if n.missing == 0 && !n.action.StateOnly() {
			g.ready = append(g.ready, n)
		}
	}
	return g
}

// movesOn tells whether a step continues what stands under another address.
func movesOn(st planner.Step) bool {
	return st.Action == planner.Continue && slices.Contains(st.Requires, planner.StepID(planner.Move, st.Address))
}

// stateOnly returns the steps that change nothing but the state, in order.
// They require nothing but each other.
func (g *graph) stateOnly() []*node {
	var out []*node
	for _, n := range g.nodes {
		if n.action.StateOnly() {
			out = append(out, n)
		}
	}
	return out
}

func (g *graph) pop() *node {
	if g.head == len(g.ready) {
		g.ready, g.head = g.ready[:0], 0
		return nil
	}
	n := g.ready[g.head]
	g.ready[g.head] = nil
	g.head++
	return n
}

func (g *graph) push(n *node) { g.ready = append(g.ready, n) }

// done frees the steps that required n.
func (g *graph) done(n *node) {
	for _, d := range n.needed {
		if d.missing--; d.missing == 0 && d.state == "" && !d.action.StateOnly() {
			g.push(d)
		}
	}
}

// skip marks everything that requires n, directly or not.
func (g *graph) skip(n *node, mark func(d, for_ *node)) {
	for _, d := range n.needed {
		if d.state == "" {
			mark(d, n)
			g.skip(d, mark)
		}
	}
}

func (g *graph) wait(n *node) { heap.Push(&g.waiting, n) }

// nextPoll tells when something that waits is to be looked at.
func (g *graph) nextPoll() (time.Time, bool) {
	if len(g.waiting) == 0 {
		return time.Time{}, false
	}
	return g.waiting[0].pollAt, true
}

// wake makes ready what is to be looked at, the soonest due first.
func (g *graph) wake(now time.Time) {
	from := len(g.ready)
	for len(g.waiting) > 0 && !g.waiting[0].pollAt.After(now) {
		n := heap.Pop(&g.waiting).(*node)
		n.state = ""
		g.push(n)
	}
	slices.SortFunc(g.ready[from:], func(a, b *node) int {
		if a.due.IsZero() != b.due.IsZero() {
			if a.due.IsZero() {
				return 1
			}
			return -1
		}
		return cmp.Or(a.due.Compare(b.due), a.index-b.index)
	})
}

// pollHeap orders by the time of the next poll.
type pollHeap []*node

func (h pollHeap) Len() int           { return len(h) }
func (h pollHeap) Less(i, j int) bool { return h[i].pollAt.Before(h[j].pollAt) }
func (h pollHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push and Pop are for container/heap.
func (h *pollHeap) Push(x any) { *h = append(*h, x.(*node)) }

// Pop removes the last element.
func (h *pollHeap) Pop() any {
	old := *h
	n := old[len(old)-1]
	*h = old[:len(old)-1]
	return n
}
