package view

import (
	"errors"
	"fmt"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

func event(typ apply.EventType, name string, action planner.Action) apply.Event {
	address := "kkts." + name
	return apply.Event{Type: typ, ID: planner.StepID(action, address), Address: address, Action: action, Time: now()}
}

func waiting(name string, w planner.Wait, msg string) apply.Event {
	e := event(apply.EventWaiting, name, planner.Register)
	e.WaitingFor, e.Message = w, msg
	return e
}

func failed(name, msg, hint string) apply.Event {
	e := event(apply.EventFailed, name, planner.Register)
	e.Message, e.Hint = msg, hint
	return e
}

func result(name string, action planner.Action, st apply.StepState) apply.StepResult {
	address := "kkts." + name
	return apply.StepResult{ID: planner.StepID(action, address), Address: address, Action: action, State: st}
}

// sampleReport has a step in every state.
func sampleReport() *apply.Report {
	done := result("sloboda-1", planner.Register, apply.StepDone)
	fail := result("volga-1", planner.Reregister, apply.StepFailed)
	fail.Message = "the tax service refused: Указанный заводской номер фискального накопителя не найден в реестре фискальных накопителей"
	fail.Hint = "check fn.number against the sticker"
	bare := result("volga-2", planner.Pay, apply.StepFailed)
	bare.Err = errors.New("the code is spent")
	skip := result("volga-1", planner.AddKKT, apply.StepSkipped)
	skip.SkippedFor = fail.ID
	stop := result("oka-1", planner.Unregister, apply.StepInterrupted)
	stop.Message = "not begun: the run was stopped"
	lost := result("don-1", planner.Register, apply.StepUnknown)
	lost.Message = "the connection broke while the signature was sent"
	lost.Hint = "look whether the application a1b2 is past AwaitingSignature in the partner's cabinet"
	wait := result("neva-1", planner.Register, apply.StepWaiting)
	wait.WaitingFor, wait.Since, wait.Due = planner.WaitReport, now().Add(-3*time.Hour), now().Add(6*time.Hour)
	tax := result("neva-2", planner.Register, apply.StepWaiting)
	tax.WaitingFor, tax.Message, tax.Since = planner.WaitTaxService, "sent", now().Add(-50*time.Hour)
	r := &apply.Report{Steps: []apply.StepResult{done, fail, bare, skip, stop, lost, wait, tax}}
	r.Summary = apply.Summary{Done: 1, Waiting: 2, Failed: 2, Skipped: 1, Unknown: 1, Interrupted: 1}
	r.Tasks = sampleTasks()
	return r
}

func sampleTasks() []apply.Task {
	resolve := "kktctl resolve kkts.don-1 "
	return []apply.Task{
		{
			Address: "kkts.oka-2", Action: planner.Register, WaitingFor: planner.WaitSignature, Since: now().Add(-80 * time.Hour), Due: now().Add(-time.Hour),
			What: "sign outbox/kkts.oka-2/KO_ZVLREGKKT_7702_7702_5252012620525201001_20261117_1f0c.xml and put the signature beside it", Commands: []string{"kktctl tasks sign kkts.oka-2 --signature FILE"},
		},
		{
			Address: "kkts.neva-1", Action: planner.Register, WaitingFor: planner.WaitReport, Since: now().Add(-3 * time.Hour), Due: now().Add(6 * time.Hour),
			What:     "print the report of registration",
			Commands: []string{"kktctl tasks report kkts.neva-1 --at YYYY-MM-DDTHH:MM:SS --document NUMBER --sign FISCAL-SIGN"},
		},
		{
			Address: "kkts.don-1", Action: planner.Register, WaitingFor: planner.WaitPerson, Since: now(),
			What: "the connection broke", Commands: []string{resolve + "--sent", resolve + "--not-sent"},
		},
	}
}

func sampleState() *state.Snapshot {
	return &state.Snapshot{
		Resources: map[string]state.Resource{
			"kkts.sloboda-1": {
				Status: state.StatusLive, Since: now().Add(-72 * time.Hour), Renta: "galereya",
				Identity:   state.Identity{Serial: "00307404867358", RNM: "0000002950038403", INN: "5252012620"},
				Attributes: &spec.Attributes{Company: "sever", Model: "АТОЛ 42ФС", FN: "9287440300784224", FNType: spec.FN15, Address: spec.Address{Full: longAddress}, FFD: "1.2", Usage: []string{"internet", "marking"}, OFDINN: spec.OFDRuINN},
				Payment:    &state.Payment{Code: spec.CodeRecord{Fingerprint: "f0", Tail: "Lq1"}, At: now()},
				Refusal:    &state.Refusal{Action: "reregister", Reason: "documents are untransmitted", At: now()},
				Orphans:    []string{"a-lost-draft"},
				Workflows: map[string]*state.Workflow{"reregister": {
					Action: "reregister", Phase: "signature", Started: now(), Since: now(), WaitingFor: "signature", Message: "signs the director",
					Due: now().Add(time.Hour), Data: state.WorkflowData{ApplicationID: "a1", DocumentID: "d1", FileName: "KO_ZVLREGKKT"},
				}},
			},
			"kkts.neva-1": {Workflows: map[string]*state.Workflow{"register": {Action: "register", Phase: "signing", Unknown: true}}},
		},
		Intents: map[string]state.Intent{
			"i1": {ID: "i1", Address: "kkts.sloboda-1", Effect: state.EffectSign, At: now()},
			"i2": {ID: "i2", Address: "kkts.neva-1", Effect: state.EffectSign, At: now()},
		},
	}
}

// hostileReport has hostile text in every field that can carry it.
func hostileReport() *apply.Report {
	r := sampleReport()
	for i := range r.Steps {
		s := &r.Steps[i]
		s.Address, s.Message, s.Hint, s.Phase, s.SkippedFor, s.WaitingFor = hostile, hostile, hostile, hostile, hostile, hostile
	}
	r.Steps = append(r.Steps, apply.StepResult{State: apply.StepFailed, Err: fmt.Errorf("a: %s", hostile)})
	r.Tasks = []apply.Task{{Address: hostile, Action: hostile, WaitingFor: hostile, What: hostile, Commands: []string{hostile}}}
	return r
}

func hostileState() *state.Snapshot {
	s := sampleState()
	r := s.Resources["kkts.sloboda-1"]
	r.Status, r.Identity, r.Renta, r.Orphans = hostile, state.Identity{Serial: hostile, RNM: hostile, INN: hostile}, hostile, []string{hostile}
	r.Refusal = &state.Refusal{Action: hostile, Reason: hostile}
	r.Payment = &state.Payment{Code: spec.CodeRecord{Tail: hostile}, Service: hostile}
	r.Attributes = &spec.Attributes{Company: hostile, Address: spec.Address{Street: hostile}, Usage: []string{hostile}, OFDName: hostile}
	r.Workflows = map[string]*state.Workflow{"x": {Action: hostile, Phase: hostile, WaitingFor: hostile, Message: hostile, Data: state.WorkflowData{ApplicationID: hostile, DocumentID: hostile, FileName: hostile}}}
	s.Resources[hostile] = r
	s.Intents["x"] = state.Intent{ID: hostile, Address: hostile, Effect: hostile}
	return s
}
