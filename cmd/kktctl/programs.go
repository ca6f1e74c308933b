package main

import (
	"fmt"
	"os/exec"
	"path/filepath"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// missingPrograms tells of signers' programs that cannot be started and that
// steps of the plan need: found out now, no draft is made at the service for
// nothing. The first step that needs one is named.
func missingPrograms(fleet *spec.Fleet, steps []planner.Step, severity diag.Severity) diag.List {
	var out diag.List
	seen := map[string]bool{}
	for _, step := range steps {
		if !signs(step) {
			continue
		}
		name := fleet.Companies[companyOf(fleet, step)].Signatory.Signer
		s, ok := fleet.Signers[name]
		if !ok || len(s.Exec) == 0 || seen[name] {
			continue
		}
		seen[name] = true
		if err := startable(fleet.Dir, s.Exec[0]); err != nil {
			out = append(out, diag.Diagnostic{
				Severity: severity, Pos: s.Pos,
				Summary: fmt.Sprintf("signers.%s: the program %s cannot be started: %s", name, s.Exec[0], err),
				Detail:  step.ID + " needs it",
				Hint:    "install it, or correct the name; one with a slash is looked for in the fleet file's folder",
			})
		}
	}
	return out
}

// signs tells whether a document is still to be signed for a step.
func signs(s planner.Step) bool {
	action := s.Action
	if s.Simplified {
		return false
	}
	if action == planner.Continue {
		action = s.Continues
		if s.Obsolete || s.Phase == "report-tax-service" || s.Phase == "tax-service" && action == planner.Unregister {
			return false
		}
	}
	return action == planner.Register || action == planner.Reregister || action == planner.Unregister
}

// companyOf is whose till a step is about, also when the file does not
// declare it any more.
func companyOf(fleet *spec.Fleet, s planner.Step) string {
	k, ok := fleet.KKTs[spec.NameOf(s.Address)]
	if !ok && s.Prior != nil {
		return s.Prior.Company
	}
	return k.Company
}

// startable tells why a signer's program cannot be started, if it cannot.
func startable(dir, program string) error {
	path := program
	if filepath.Base(path) != path && !filepath.IsAbs(path) {
		abs, err := filepath.Abs(filepath.Join(dir, path))
		if err != nil {
			return err
		}
		path = abs
	}
	_, err := exec.LookPath(path)
	if wrapped, ok := err.(*exec.Error); ok { //nolint:errorlint // its text alone repeats the name
		return wrapped.Err
	}
	return err
}
