package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/state"
)

// planHead is what an encrypted plan tells without a key, under the names that
// a plan has.
type planHead struct {
	Kind          string `json:"kind"`
	Sandbox       bool   `json:"sandbox,omitempty"`
	FormatVersion int    `json:"formatVersion"`
	Fleet         string `json:"fleet"`
	FleetHash     string `json:"fleetHash"`
	Lineage       string `json:"lineage"`
	Serial        uint64 `json:"serial"`
}

// sealedPlan is an encrypted plan as it is saved.
type sealedPlan struct {
	planHead
	state.Envelope
}

const sealedPlanName = "plan"

// planLineage keeps the keys of plans apart from those of states; a plan may
// be made before there is a state.
func planLineage(lineage string) string { return "plan of " + lineage }

// planCodec is what the plans of a command are encrypted with: that of the
// state which it has read.
func (a *App) planCodec() state.Codec {
	for _, o := range a.opened {
		return o.codec
	}
	return state.Codec{}
}

// encodePlan gives the form in which a plan is saved, encrypted where the
// state is.
func (a *App) encodePlan(plan planFile) ([]byte, error) {
	plan.Plan, plan.Kind = plan.Published(), savedPlanKind
	data, err := json.MarshalIndent(plan, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("the plan cannot be saved: %w", err)
	}
	data = view.SafeJSON(data)
	head := planHead{plan.Kind, plan.Sandbox, plan.FormatVersion, plan.Fleet, plan.FleetHash, plan.Lineage, plan.Serial}
	e, err := a.sealPlan(head, data)
	if err == nil && e != nil {
		data, err = json.MarshalIndent(sealedPlan{head, *e}, "", "  ")
	}
	if err != nil {
		return nil, fmt.Errorf("the plan cannot be saved: %w", err)
	}
	return append(view.SafeJSON(data), '\n'), nil
}

// sealPlan encrypts a plan where the state is encrypted, or will be: one that
// is not there yet becomes plain text when nobody is declared to encrypt for,
// whatever there is to read with. It gives nil for a plan that stays plain.
func (a *App) sealPlan(head planHead, data []byte) (*state.Envelope, error) {
	codec := a.planCodec()
	if head.Lineage == "" && len(codec.Recipients()) == 0 {
		return nil, nil
	}
	return codec.Seal(sealedPlanName, planLineage(head.Lineage), head, data)
}

// isSealedPlan reads the clear part of an encrypted plan; false for anything
// else.
func isSealedPlan(data []byte, sealed *sealedPlan) bool {
	return json.Unmarshal(data, sealed) == nil && sealed.Sealed != ""
}

// openPlan decrypts a saved plan that is encrypted; another is given back as
// it is.
func (a *App) openPlan(g *globals, path string, data []byte) ([]byte, error) {
	var sealed sealedPlan
	if !bytes.Contains(data[:min(len(data), maxPlanHead)], []byte(`"sealed"`)) || !isSealedPlan(data, &sealed) {
		return data, nil
	}
	if sealed.FormatVersion != planner.FormatVersion {
		return data, nil // told of where a plan's format is
	}
	p, err := a.statePlace(g)
	if err != nil {
		p = statePlace{dir: "."} // the environment has to do
	}
	o, err := a.stateCodec(g, p)
	if err != nil {
		return nil, err
	}
	plain, err := o.fresh().Open(sealedPlanName, planLineage(sealed.Lineage), sealed.planHead, &sealed.Envelope)
	switch {
	case errors.Is(err, state.ErrSealed):
		return nil, fmt.Errorf("the plan %s cannot be read: %w", path, err)
	case err != nil:
		return nil, fmt.Errorf("%s is not a saved plan: what is encrypted in it does not belong to its head, or was changed\nhint: %s", path, savePlanHint)
	}
	return plain, nil
}
