package crash

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/state"
)

// exitUnknown is the exit code of a run that needs a person's word.
const exitUnknown = 4

// systems is a fleet of what has calls that nothing lists: whether one of them
// happened, only a person can say who has looked at the service.
func systems(parallelism string) *scenario {
	return &scenario{name: "systems", most: 12, ferma: true, apply: []string{
		"apply", "--auto-approve", "--wait", "20s", "--parallelism", parallelism,
	}, people: giveWord}
}

// giveWord says of every call whose outcome is unknown whether it happened, as
// the ledger knows; false when a process died.
func giveWord(g *game) bool {
	g.t.Helper()
	snap := g.state()
	for _, in := range snap.Intents {
		w := snap.Resources[in.Address].Workflows[in.Action]
		if w == nil || w.ID != in.Workflow || !w.Unknown {
			continue
		}
		word := []string{"resolve", in.Address, "--action", in.Action, "--not-sent"}
		if id, sent := g.j.happened(in, snap.Resources[in.Address], w); sent {
			word[4] = "--sent"
			if id != "" {
				word = append(word, "--id", id)
			}
		}
		if !g.do(word...) {
			return false
		}
	}
	return true
}

// happened looks up the effect of an announced call, and what it gave.
func (j *judge) happened(in state.Intent, r state.Resource, w *state.Workflow) (id string, sent bool) {
	about := func(e sim.Effect) bool {
		switch in.Effect {
		case state.EffectCabinet:
			return strings.HasPrefix(e.Key, companies()[in.Address])
		case state.EffectOrder:
			return strings.Contains(e.Key, fmt.Sprintf(" %d ", w.Data.Order.Terms.Quantity))
		default:
			return e.Serial == r.Identity.Serial
		}
	}
	sent = slices.ContainsFunc(j.svc.Ledger(), func(e sim.Effect) bool {
		return e.OK && e.Kind == string(in.Effect) && about(e)
	})
	if !sent {
		return "", false
	}
	return gave(j.svc.Snapshot(), in, r, w), true
}

// gave is the id that a person finds at the service.
func gave(world *sim.World, in state.Intent, r state.Resource, w *state.Workflow) string {
	switch in.Effect {
	case state.EffectCabinet:
		for _, c := range world.Cabinets {
			if c.INN == companies()[in.Address] {
				return c.Agreement
			}
		}
	case state.EffectOrder:
		for _, o := range world.Orders {
			if o.Quantity == w.Data.Order.Terms.Quantity {
				return o.ID
			}
		}
	case state.EffectSimple:
		for _, a := range world.Applications {
			if a.Simplified != nil && a.KKT.SerialNumber == r.Identity.Serial {
				return a.ID
			}
		}
	}
	return ""
}

// companies are the ИНН of testdata/systems.yaml.
func companies() map[string]string {
	return map[string]string{"companies.sever": "5252012620", "companies.petrova": "526208146302"}
}
