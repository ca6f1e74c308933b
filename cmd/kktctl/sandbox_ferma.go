package main

import (
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
)

// addCloudTills has the simulated Ferma print the receipts of the declared
// checks on the tills that they expect, where the world names no other.
func addCloudTills(world *sim.World, fleet *spec.Fleet) {
	for _, name := range sortedKeys(fleet.Checks) {
		check := fleet.Checks[name]
		till, ok := fleet.KKTs[check.Expect]
		if !ok {
			continue
		}
		var receipt struct{ Group string }
		check.Written.Decode(&receipt) // what else it holds is no matter here
		if check.Kind == spec.KindCheckOnline {
			setTill(&world.CheckOnline.Tills, receipt.Group, sim.DefaultGroup, till.Serial)
			continue
		}
		inn := fleet.Companies[check.Company].INN
		if receipt.Group != "" {
			inn += "/" + receipt.Group
		}
		setTill(&world.Orange.Tills, inn, "", till.Serial)
	}
}

func setTill(tills *map[string]string, group, otherwise, serial string) {
	if group == "" {
		group = otherwise
	}
	if *tills == nil {
		*tills = map[string]string{}
	}
	if (*tills)[group] == "" {
		(*tills)[group] = serial
	}
}
