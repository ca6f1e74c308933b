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
		{"silentAfter", func(r *reader, n *yaml.Node, p *Policy) { p.SilentAfter = r.silentAfter(n) }},
		{"prices", func(r *reader, n *yaml.Node, p *Policy) { pricesSchema().read(r, n, &p.Prices) }},
		{"windows", func(r *reader, n *yaml.Node, p *Policy) { p.Windows = r.windows(n) }},
		{"rules", func(r *reader, n *yaml.Node, p *Policy) { p.Rules = r.rules(n) }},
	}
}

func pricesSchema() schema[Prices] {
	return schema[Prices]{
		{"simplified", func(r *reader, n *yaml.Node, p *Prices) { p.Simplified = r.bound(n) }},
	}
}

// silentAfter reads how long a till may send nothing; 0 for null.
func (r *reader) silentAfter(n *yaml.Node) time.Duration {
	d, ok := r.duration(n)
	switch {
	case !ok:
		return 0
	case d < MinSilentAfter:
		r.errorAt(n, "write 1h or more, or take the key out", "is too short")
		return 0
	case d > MaxSilentAfter:
		r.errorAt(n, "write 30d or less", "is too long: a ФН whose documents are not handed over for 30 days blocks")
		return 0
	}
	return d
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
