package view

import (
	"time"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

const longAddress = "115280, Москва, ул Ленинская Слобода, д 19, строение 2, помещение IV, торговый зал № 12"

// samplePlan has something of everything.
func samplePlan() *planner.Plan {
	return &planner.Plan{
		FormatVersion: 1, Fleet: "sever", FleetHash: "ab12", Lineage: "5c7f", Serial: 7, Timestamp: now(),
		Applyable: true, Complete: true,
		Steps: sampleSteps(),
		Drift: []planner.Drift{
			{Address: "kkts.volga-1", Path: "place", Applied: "Магазин №1", Live: "Склад", Corrected: true},
			{Address: "kkts.volga-1", Path: "address", Applied: longAddress, Live: longAddress + ", подвал"},
		},
		Unmanaged: []planner.Unmanaged{
			{Serial: "00307404867358", RNM: "0000002950038403", Model: "АТОЛ 42ФС", Address: longAddress},
			{Serial: "0003", RNM: "0000000000000003"},
			{Serial: "0004", RNM: "0000000000000004"},
		},
		Summary: map[planner.Action]int{planner.Register: 1, planner.Reregister: 1, planner.Unregister: 1, planner.Pay: 1},
		Diagnostics: diag.List{
			{Severity: diag.Warning, Summary: "the FN ends in 12 days", Address: "kkts.volga-1", Hint: "order a new one: the till stops when it ends"},
			{Severity: diag.Note, Summary: "ffd and usage are taken as declared", Address: "kkts.neva-1", Detail: "no call shows them\nthey are compared from now on"},
		},
	}
}

func sampleSteps() []planner.Step {
	return []planner.Step{
		{
			ID: "register:kkts.sloboda-1", Address: "kkts.sloboda-1", Action: planner.Register, Reason: "the till is not live",
			Irreversible: true, Cost: planner.Cost{Roubles: 100},
			Changes: []planner.Change{
				{Path: "model", After: "АТОЛ 42ФС"}, {Path: "fn", After: "9287440300784224"}, {Path: "address", After: longAddress},
			},
			Waits: []planner.Wait{planner.WaitSignature, planner.WaitTaxService, planner.WaitReport},
		},
		{
			ID: "reregister:kkts.volga-1", Address: "kkts.volga-1", Action: planner.Reregister, Reason: "differs in place and fn",
			Irreversible: true, Due: time.Date(2026, 11, 23, 20, 59, 0, 0, time.UTC),
			Changes: []planner.Change{
				{Path: "place", Before: "Склад", After: "Магазин №1"},
				{Path: "address", Before: longAddress, After: longAddress + ", подвал"},
				{Path: "ofd.name", Before: `ООО "Такском"`},
				{Path: "key", Before: "a-secret", After: "b-secret", Sensitive: true},
			},
			Waits: []planner.Wait{planner.WaitSignature, planner.WaitTaxService},
		},
		{
			ID: "pay:kkts.sloboda-1", Address: "kkts.sloboda-1", Action: planner.Pay, Reason: "the service is not active",
			Requires: []string{"register:kkts.sloboda-1"}, Irreversible: true, Cost: planner.Cost{Codes: 1},
			Code: &spec.CodeRecord{Fingerprint: "f0", Tail: "Lq1"}, Waits: []planner.Wait{planner.WaitFirstDocument},
		},
		{
			ID: "continue:kkts.don-1", Address: "kkts.don-1", Action: planner.Continue, Continues: planner.Register,
			Reason: "register is under way, in phase tax-service", Waits: []planner.Wait{planner.WaitTaxService}, Phase: "tax-service", Since: now().Add(-75 * time.Hour),
			WaitingFor: planner.WaitTaxService, Message: "sent on 17 November", Due: now().Add(-time.Hour),
		},
		{
			ID: "addKkt:kkts.volga-1", Address: "kkts.volga-1", Action: planner.AddKKT, Reason: "live with another FN", Centre: "galereya",
			Requires: []string{"reregister:kkts.volga-1", "removeKkt:kkts.oka-1"},
		},
		{ID: "removeKkt:kkts.oka-1", Address: "kkts.oka-1", Action: planner.RemoveKKT, Reason: "not declared a member", Centre: "galereya"},
		{
			ID: "unregister:kkts.oka-1", Address: "kkts.oka-1", Action: planner.Unregister, Because: spec.ReasonStolen, Irreversible: true,
			Reason: "it carries a tombstone", Requires: []string{"removeKkt:kkts.oka-1"},
		},
		{ID: "adopt:kkts.neva-1", Address: "kkts.neva-1", Action: planner.Adopt, Reason: "met live for the first time"},
		{ID: "move:kkts.neva-2", Address: "kkts.neva-2", Action: planner.Move, From: "kkts.neva-old", Reason: "renamed in the file"},
		{ID: "forget:kkts.ob-1", Address: "kkts.ob-1", Action: planner.Forget, Reason: "neither declared nor live"},
	}
}

// hostile holds what a terminal, a JSON reader or a forge could be misled with.
const hostile = "a\x1b[2J\x1b]8;;http://evil\x07b\u009b31m\u202egnp.exe\u200b\u2028c\x7f\xff\nd\re\t" +
	"<img src=x onerror=1> @team #12 [l](http://evil) `x` |--> </details> www.evil.example **b** _i_ ~s~ &lt; \\"

// hostilePlan has hostile text in every field that can carry it.
func hostilePlan() *planner.Plan {
	p := samplePlan()
	p.Fleet = hostile
	for i := range p.Steps {
		s := &p.Steps[i]
		s.Address, s.Reason, s.Message, s.Phase, s.From, s.Centre = hostile, hostile, hostile, hostile, hostile, hostile
		s.WaitingFor, s.Waits, s.Requires = hostile, []planner.Wait{hostile}, []string{hostile}
		s.Because, s.Code = hostile, &spec.CodeRecord{Tail: hostile}
		s.Changes = []planner.Change{{Path: hostile, Before: hostile, After: hostile}}
	}
	p.Drift = []planner.Drift{{Address: hostile, Path: hostile, Applied: hostile, Live: hostile}}
	p.Unmanaged = []planner.Unmanaged{{Serial: hostile, RNM: hostile, Model: hostile, Address: hostile}}
	p.Diagnostics = diag.List{{Summary: hostile, Detail: hostile, Address: "x" + hostile, Hint: hostile, Pos: diag.Pos{File: hostile, Line: 1}}}
	return p
}
