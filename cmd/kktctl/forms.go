package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/spf13/pflag"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/state"
)

// The forms of what commands show.
const (
	formText     = "text"
	formJSON     = "json"
	formMarkdown = "markdown"
)

// planReports are the files that a plan is written into beside what is shown.
type planReports struct {
	files                 reportFiles
	json, markdown, junit *reportFile
	gitlab                *reportFile // of a plan only
}

func (r *planReports) flags(f *pflag.FlagSet, json known) {
	r.json = r.files.flag(f, "json-into", "also write the JSON into this file", json)
	r.markdown = r.files.flag(f, "markdown-into", "also write the Markdown into this file", markdownReport)
	r.junit = junitFlag(&r.files, f)
}

// planFlags are flags and those that only a plan has.
func (r *planReports) planFlags(f *pflag.FlagSet) {
	r.flags(f, planReport)
	r.gitlab = r.files.flag(f, "gitlab-report", "also write what GitLab shows in a merge request (reports: terraform) into this file", gitLabReport)
}

func junitFlag(files *reportFiles, f *pflag.FlagSet) *reportFile {
	return files.flag(f, "junit", "also write JUnit XML into this file", junitReport)
}

// write writes those that were asked for. The command all shows what a form
// has no room for.
func (a *App) writePlanReports(g *globals, r planReports, plan *planner.Plan, all string) error {
	if err := r.json.write(func(w io.Writer) error { return a.writePlan(w, g, plan, formJSON, all) }); err != nil {
		return err
	}
	return errors.Join(
		r.markdown.write(func(w io.Writer) error { return a.writePlan(w, g, plan, formMarkdown, all) }),
		r.junit.write(func(w io.Writer) error { return view.PlanJUnit(w, plan, a.outOptions(g)) }),
		r.gitlab.write(func(w io.Writer) error { return view.GitLabReport(w, plan) }),
	)
}

// showPlan prints the plan to stdout. The command all shows what a form has
// no room for.
func (a *App) showPlan(g *globals, plan *planner.Plan, format, all string) error {
	return a.writePlan(a.Out, g, plan, format, all)
}

// writePlan writes the plan in a form.
func (a *App) writePlan(w io.Writer, g *globals, plan *planner.Plan, format, all string) error {
	var err error
	switch format {
	case formJSON:
		err = view.PlanJSON(w, plan)
	case formMarkdown:
		_, err = io.WriteString(w, view.PlanMarkdown(plan, a.outOptions(g), all))
	default:
		_, err = io.WriteString(w, view.PlanText(plan, a.outOptions(g)))
	}
	return err
}

// writeDrift writes a drift report in a form.
func (a *App) writeDrift(w io.Writer, g *globals, r *planner.DriftReport, format, all string) error {
	var err error
	switch format {
	case formJSON:
		err = view.DriftJSON(w, r)
	case formMarkdown:
		_, err = io.WriteString(w, view.DriftMarkdown(r, a.outOptions(g), all))
	default:
		_, err = io.WriteString(w, view.DriftText(r, a.outOptions(g)))
	}
	return err
}

// words are the flags that narrow or widen a plan, as a person types them.
func (p planning) words() string {
	words := ""
	for _, t := range p.Targets {
		words += " --target " + shellWord(view.Clean(t))
	}
	for _, t := range p.Exclude {
		words += " --exclude " + shellWord(view.Clean(t))
	}
	if p.AllowUnregister > 0 {
		words += " --allow-unregister=" + strconv.Itoa(p.AllowUnregister)
	}
	if p.Checks {
		words += " --checks"
	}
	return words + p.overriding.words()
}

// repeated are the flags with which another apply is allowed what this one was:
// those of a saved plan are among them.
func (p planning) repeated() string {
	saved := slices.DeleteFunc(slices.Clone(p.saved), func(o state.Override) bool { return slices.Contains(p.Policies, o.Policy) })
	return p.words() + overridden(saved)
}

// planCommand is the command that makes a plan again, for people.
func (a *App) planCommand(g *globals, p planning) string {
	words := a.program(g) + " plan" + p.words()
	if !p.Refresh {
		words += " --refresh=false"
	}
	return words
}

// showCommand is the command that shows a saved plan.
func (a *App) showCommand(g *globals, path string) string {
	return fmt.Sprintf("%s show %s", a.program(g), shellWord(path))
}
