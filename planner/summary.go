package planner

import (
	"fmt"
	"strings"
)

// summarise counts the steps by action. Every action has its count.
func summarise(steps []Step) map[Action]int {
	n := map[Action]int{
		CreateCabinet: 0, Order: 0, Book: 0, Check: 0,
		Register: 0, Reregister: 0, Unregister: 0, Pay: 0, AddKKT: 0, RemoveKKT: 0,
		Adopt: 0, Move: 0, Forget: 0, Continue: 0,
	}
	for i := range steps {
		n[steps[i].Action]++
	}
	return n
}

// HasChanges tells whether the plan has steps.
func (p *Plan) HasChanges() bool { return len(p.Steps) > 0 }

// SummaryLine is the one line that a plan ends with.
func (p *Plan) SummaryLine() string {
	switch {
	case !p.HasChanges() && (p.Diagnostics.HasErrors() || !p.Complete):
		return "No changes, but the fleet does not match the declaration in all: see above."
	case !p.HasChanges():
		return "No changes. The fleet matches the declaration."
	}
	n := summarise(p.Steps)
	var b strings.Builder
	fmt.Fprintf(&b, "Plan: %d to register, %d to re-register, %d to unregister, %d to pay, %d to add to Renta, %d to remove",
		n[Register], n[Reregister], n[Unregister], n[Pay], n[AddKKT], n[RemoveKKT])
	if n[CreateCabinet] > 0 {
		fmt.Fprintf(&b, ", %d to create a cabinet", n[CreateCabinet])
	}
	for _, a := range []Action{Order, Book, Check, Adopt, Protect, Unprotect, Move, Forget, Continue} {
		if n[a] > 0 {
			fmt.Fprintf(&b, ", %d to %s", n[a], a)
		}
	}
	b.WriteByte('.')
	return b.String()
}
