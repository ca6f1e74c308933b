package planner

import (
	"slices"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// Choice is what targets and exclusions choose of a fleet and its state, with
// what that needs.
type Choice struct {
	all  bool
	kept map[string]bool
}

// Choose finds what a plan of the input would be narrowed to; nothing live is
// needed for it. The error gathers every selector that chooses nothing.
func Choose(in Input) (*Choice, error) {
	if len(in.Targets)+len(in.Exclude) == 0 {
		return &Choice{all: true}, nil
	}
	in.Live = Live{}
	p := newPlanning(&in)
	p.matchTills()
	p.matchOthers()
	p.plan.Diagnostics = diag.List{} // they are of a plan, which is not made
	p.choose()
	wrong := slices.DeleteFunc(p.plan.Diagnostics, func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	c := &Choice{kept: make(map[string]bool, len(p.tills))}
	for _, t := range p.tills {
		if !t.left {
			c.kept[t.addr] = true
			if t.from != "" {
				c.kept[t.from] = true // where the state still has it
			}
		}
	}
	for _, o := range p.others {
		c.kept[o.addr] = !o.left
	}
	return c, nil
}

// Has tells whether the address is chosen.
func (c *Choice) Has(addr string) bool { return c.all || c.kept[spec.AddressOf(addr)] }
