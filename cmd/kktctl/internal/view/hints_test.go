package view

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

func TestAHintInTheMessageIsALineOfItsOwn(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(Output{Err: &b}, 2, ProgressOptions{})
	p.Event(failed("a", "refused\nhint: look at the sticker", ""))
	p.Event(failed("b", "refused\nhint: look at the sticker", "look at the sticker"))
	p.Close()
	want := "kkts.a: register: failed: refused\n  hint: look at the sticker\n" +
		"kkts.b: register: failed: refused\n  hint: look at the sticker\n"
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}

func TestHintsNameTheProgramAsItWasCalled(t *testing.T) {
	o := Options{Program: "kktctl -f x.yaml --sandbox", Width: 200}
	got := Diagnostics(diag.List{{Summary: "s", Hint: "kktctl state list, or kktctl apply; kktctl is not a command\nkktctl -f y plan"}}, o)
	for _, want := range []string{
		"hint: kktctl -f x.yaml --sandbox state list, or kktctl -f x.yaml --sandbox apply; kktctl is not", "  kktctl -f y plan\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	for _, text := range []string{"", "kktctl ", "kktctl", "by kktctl kktctl plan"} {
		if got := (Options{}).commands(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	r := &apply.Report{Steps: []apply.StepResult{result("a", planner.Pay, apply.StepFailed)}, Summary: apply.Summary{Failed: 1}}
	r.Steps[0].Message, r.Steps[0].Hint = "no", "see kktctl plan"
	if got := ApplyReport(r, o); !strings.Contains(got, "see kktctl -f x.yaml --sandbox plan") {
		t.Errorf("the report says\n%s", got)
	}
}

func TestLongListsAreCut(t *testing.T) {
	for _, st := range []apply.StepState{apply.StepFailed, apply.StepSkipped, apply.StepInterrupted, apply.StepUnknown} {
		r := &apply.Report{}
		for i := range 25 {
			r.Steps = append(r.Steps, result(fmt.Sprintf("till-%02d", i), planner.Register, st))
		}
		short, long := ApplyReport(r, Options{}), ApplyReport(r, Options{Verbose: true})
		listed := strings.Count(short, "kkts.till-")
		more := strings.Contains(short, "and 5 more (all with -v)")
		if st == apply.StepUnknown {
			if listed < 25 || more {
				t.Errorf("%s: a decision that is owed is left out:\n%s", st, short)
			}
		} else if listed < 20 || strings.Contains(short, "till-20") || !more {
			t.Errorf("%s:\n%s", st, short)
		}
		if !strings.Contains(long, "till-24") || strings.Contains(long, "more (all") {
			t.Errorf("%s with -v:\n%s", st, long)
		}
	}
}

func TestStatusOfATillWithoutOne(t *testing.T) {
	for action, want := range map[planner.Action]string{planner.Register: "new", planner.Unregister: "—"} {
		s := &state.Snapshot{Resources: map[string]state.Resource{
			"kkts.a": {Workflows: map[string]*state.Workflow{string(action): {Action: string(action)}}},
		}}
		if got := StateList(s, Options{}); !strings.Contains(got, "kkts.a   "+want) {
			t.Errorf("%s:\n%s", action, got)
		}
	}
}

func TestATaskIsToldOnce(t *testing.T) {
	long := "sign " + strings.Repeat("very/long/path/", 12) + "document.b64"
	list := []apply.Task{
		{Address: "kkts.a", WaitingFor: planner.WaitSignature, What: long},
		{Address: "kkts.c", WaitingFor: planner.WaitReport, What: "РНМ 123 is assigned", RNM: "123"},
		{Address: "kkts.b", WaitingFor: planner.WaitReport, What: "print it", RNM: "0000002950038403\x1b"},
	}
	got := Tasks(list, Options{Width: 80})
	if !strings.Contains(got, "print it\n      РНМ 0000002950038403\\x1b\n") {
		t.Errorf("got:\n%s", got)
	}
	if strings.Count(got, "document.b64") != 1 || strings.Contains(got, "…") || !strings.Contains(got, "kkts.a  your signature") || strings.Count(got, "print it") != 1 || strings.Count(got, "РНМ 123") != 1 {
		t.Errorf("got:\n%s", got)
	}
}
