package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

// maxPlanSize bounds a plan file: 100,000 tills with several steps each fit.
const maxPlanSize = 1 << 30

// savePlanHint tells how a saved plan is made.
const savePlanHint = "kktctl plan --out " + planName + " saves one"

// savedPlanKind marks a saved plan: a report of a plan (--json) says nothing of
// what it was narrowed by, and is not applied.
const savedPlanKind = "savedPlan"

// planFile is a saved plan: the plan's JSON, what it was narrowed by, and
// whether it is of the sandbox.
type planFile struct {
	Kind    string `json:"kind,omitempty"` // savedPlanKind; stands first in the file
	Sandbox bool   `json:"sandbox,omitempty"`
	*planner.Plan
	Targets         []string `json:"targets,omitempty"`
	Exclude         []string `json:"exclude,omitempty"`
	AllowUnregister int      `json:"allowUnregister,omitempty"`
	Checks          bool     `json:"checks,omitempty"`
	// Overrides are the policies that stood against the plan, and who overrode
	// them.
	Overrides []state.Override `json:"overrides,omitempty"`
}

// stdStream is the name of standard output or input, where a file is named.
const stdStream = "-"

// savePlan writes the plan's JSON, encrypted where the state is, readable by
// its owner only, whole or not at all.
func (a *App) savePlan(path string, plan planFile) error {
	data, err := a.encodePlan(plan)
	if err != nil {
		return err
	}
	if err := checkPlanTarget(path); err != nil { // once more: the service was read meanwhile
		return err
	}
	if err := writeWhole(path, data); err != nil {
		return diag.Diagnostic{
			Summary: fmt.Sprintf("the plan cannot be saved as %s: %s", path, writeReason(err)),
			Hint:    "--out names a file in a folder that can be written to",
		}
	}
	return nil
}

// readPlan reads what savePlan wrote, from standard input when it is named -.
// A plan file is input like any other: nothing of it is acted upon before it
// equals a plan made anew.
func (a *App) readPlan(g *globals, path string) (*planFile, error) {
	if path == stdStream {
		if a.InTTY {
			return nil, errors.New("no plan comes from standard input: it is a terminal\nhint: name the file of the plan, or use kktctl plan --out - | kktctl show -")
		}
		return a.readPlanFrom(g, "standard input", a.In)
	}
	f, err := openRegular(path)
	if err != nil {
		return nil, fmt.Errorf("the plan %s cannot be read: %s\nhint: %s", path, reason(err), savePlanHint)
	}
	defer f.Close()
	return a.readPlanFrom(g, path, f)
}

func (a *App) readPlanFrom(g *globals, name string, r io.Reader) (*planFile, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxPlanSize+1))
	if err != nil {
		return nil, fmt.Errorf("the plan %s cannot be read: %w", name, err)
	}
	if len(data) > maxPlanSize {
		return nil, fmt.Errorf("the plan %s cannot be read: it is too large", name)
	}
	if data, err = a.openPlan(g, name, data); err != nil {
		return nil, err
	}
	return decodePlan(name, data)
}

func decodePlan(path string, data []byte) (*planFile, error) {
	plan := planFile{Plan: &planner.Plan{}}
	if err := json.Unmarshal(data, &plan); err != nil {
		return nil, fmt.Errorf("%s is not a saved plan: %w\nhint: %s", path, err, savePlanHint)
	}
	switch {
	case plan.Kind == savedPlanKind:
	case planReport(data):
		return nil, fmt.Errorf("%s is a report of a plan (--json), not a saved plan (--out)\nhint: %s", path, savePlanHint)
	default:
		return nil, fmt.Errorf("%s is not a saved plan\nhint: %s", path, savePlanHint)
	}
	if plan.FormatVersion != planner.FormatVersion {
		return nil, diag.Diagnostic{
			Summary: fmt.Sprintf("the plan %s has format %d, this kktctl reads format %d", path, plan.FormatVersion, planner.FormatVersion),
			Hint:    "plan again with this kktctl: kktctl plan --out " + planName,
		}
	}
	return &plan, nil
}

// checkSandbox keeps plans of the simulated service and of the real one apart:
// where no state is there yet, nothing else tells them from each other.
func (p *planFile) checkSandbox(g *globals, path string) error {
	d := diag.Diagnostic{Summary: fmt.Sprintf("%s is a plan of the sandbox, and this is the real service: nothing was done", path), Hint: "apply it with --sandbox, or plan again without --sandbox"}
	switch {
	case p.Sandbox == g.Sandbox:
		return nil
	case g.Sandbox:
		d.Summary = path + " is a plan of the real service, and this is the sandbox: nothing was done"
		d.Hint = "plan again with --sandbox"
	}
	return d
}
