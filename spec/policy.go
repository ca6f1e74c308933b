package spec

import (
	"time"

	"gopkg.in/yaml.v3"
)

// defaultRenewBefore is when an ending service or ФН is reported.
const defaultRenewBefore = 30 * 24 * time.Hour

func policySchema() schema[Policy] {
	return schema[Policy]{
		{"prune", func(r *reader, n *yaml.Node, p *Policy) { p.Prune = r.boolean(n) }},
		{"pruneReason", func(r *reader, n *yaml.Node, p *Policy) {
			p.PruneReason = UnregisterReason(r.oneOf(n, reasons()...))
		}},
		{"maxUnregister", func(r *reader, n *yaml.Node, p *Policy) { p.MaxUnregister = r.bound(n) }},
		{"maxCost", func(r *reader, n *yaml.Node, p *Policy) { p.MaxCost = r.bound(n) }},
		{"renewBefore", func(r *reader, n *yaml.Node, p *Policy) {
			if d, ok := r.duration(n); ok {
				p.RenewBefore = d
			}
		}},
	}
}

// bound reads a whole number that is not negative; nil for null.
func (r *reader) bound(n *yaml.Node) *int {
	if v, ok := r.whole(n, 0, 1_000_000_000); ok {
		return &v
	}
	return nil
}

func (r *reader) policy(n *yaml.Node, p *Policy) {
	p.Pos = r.pos(n)
	s := policySchema()
	g := s.read(r, n, p)
	if p.Prune && !s.has(g, "pruneReason") {
		r.within("pruneReason", func() {
			r.errorAt(n, "write pruneReason: lost, stolen or broken: the tax service wants one", "is missing: prune deregisters tills")
		})
	}
}
