package crash

import (
	"fmt"
	"slices"
	"strings"
	"testing"

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
	}, only: []string{"--checks"}, people: giveWord}
}

// TestOnlyAPersonKnows kills kktctl at each call that no reading tells of,
// whether it arrived or not: the next process must not send it again, nor take
// it for done, until a person has said what became of it.
func TestOnlyAPersonKnows(t *testing.T) {
	for name, f := range map[string]fate{"it is lost": lost, "it arrives": unread} {
		t.Run(name, func(t *testing.T) {
			eachOnce(t, systems("10"), f, func(g *game, c call) {
				if c.read() {
					return
				}
				before := len(g.j.calls)
				for range 2 {
					if e := g.run(0, "apply", "--auto-approve", "--wait", "20ms"); e.code != exitUnknown || !strings.Contains(e.out, "kktctl resolve "+c.address) {
						t.Errorf("after %s: exit code %d, want 4 and what to type:\n%s", c.path, e.code, e.out)
					}
				}
				for _, later := range g.j.calls[before:] {
					if later.effect == c.effect && later.address == c.address {
						t.Errorf("%s was sent before a person spoke", later.path)
					}
				}
			})
		})
	}
}

// read tells whether the service can be asked about a call: an application
// shows what became of it, and a receipt is asked for by being sent again.
func (c call) read() bool {
	switch c.effect {
	case state.EffectSimple:
		return c.application != ""
	case state.EffectCabinet, state.EffectOrder:
		return false
	}
	return true
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
