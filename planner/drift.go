package planner

import (
	"cmp"
	"slices"
	"time"

	"github.com/kktctl/kktctl/spec"
)

// reportDrift lists in what the live state differs from what was last
// applied, and whether this plan corrects it.
func (p *planning) reportDrift() {
	for _, t := range p.chosen() {
		if t.live == nil || !t.registered() || t.prior.Attributes == nil {
			continue
		}
		is, f := t.observed()
		if r := t.run(Reregister); r != nil && r.Desired != nil {
			f &= compare(is, r.Desired) | fieldRNM // what the running application brings is no drift
		}
		for _, path := range f.names() {
			p.plan.Drift = append(p.plan.Drift, Drift{
				Address: t.addr, Path: path, Corrected: t.corrects(path), Ignored: t.inFile && t.ignored()&fieldOf(path) != 0,
				Applied: show(t.prior.Attributes, path), Live: show(is, path),
			})
		}
		if d, ok := p.printedDrift(t); ok {
			d.Corrected, d.Ignored = t.corrects(d.Path), t.inFile && t.ignored()&fieldFN != 0
			p.plan.Drift = append(p.plan.Drift, d)
			p.sayPrinted(t, d)
		}
	}
	slices.SortStableFunc(p.plan.Drift, func(a, b Drift) int {
		return cmp.Or(cmp.Compare(a.Address, b.Address), cmp.Compare(place(a.Path), place(b.Path)))
	})
}

// observed is what was last applied, as the live row shows it, and in what it
// differs. The till is live and recorded.
func (t *till) observed() (*spec.Attributes, fields) {
	if t.is == nil {
		t.is, t.drift = observe(t.prior.Attributes, t.live)
		t.forgive()
	}
	return t.is, t.drift
}

// listLag is how long the list of tills may show a till as it was before an
// application. A difference that looks like a change back is not corrected
// in that time: the application would be made a second time.
const listLag = 3 * 24 * time.Hour

// forgive takes out of the drift what the list shows as it was before the last
// application.
func (t *till) forgive() {
	was := t.prior.Replaced
	if !t.recent || was == nil || t.drift == 0 {
		return
	}
	_, since := observe(was, t.live) // what differs from before the application as well
	t.lag = t.drift &^ since & (fieldFN | fieldAddress | fieldPlace)
	if t.lag == 0 {
		return
	}
	a := *t.is
	take(&a, t.prior.Attributes, t.lag)
	t.is, t.drift = &a, t.drift&^t.lag
}

// corrects tells whether a step of the till changes the path.
func (t *till) corrects(path string) bool {
	for i := range t.steps {
		for _, c := range t.steps[i].Changes {
			if c.Path == path {
				return true
			}
		}
	}
	return false
}

// show gives the value of a field that the live state shows.
func show(a *spec.Attributes, path string) string {
	switch path {
	case "fn":
		return a.FN
	case "address":
		return a.Address.Text()
	case "place":
		return a.Place
	}
	return a.RNM
}
