package ofd

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/providers/ofd/renta"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

func requestJSON(t *testing.T, a spec.Attributes) map[string]any {
	t.Helper()
	run := &apply.Run{
		Address: "kkts.a",
		Fleet: &spec.Fleet{Companies: map[string]spec.Company{"sever": {
			INN: "5252012620", KPP: "525201001", PowerOfAttorney: &spec.PowerOfAttorney{Number: "17", Date: "2026-01-15", ID: "2f1d"},
		}}},
		Till: &spec.KKT{Company: "sever"},
	}
	req, err := request(run, a, partner.PurposeRegistration)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func inner(v map[string]any, key string) map[string]any {
	m, _ := v[key].(map[string]any)
	return m
}

// Each word of a declaration is one flag of the application, and no other.
func TestEveryWordHasItsFlag(t *testing.T) {
	on := func(m map[string]any) []string {
		var out []string
		for key, v := range m {
			if v == true {
				out = append(out, key)
			}
		}
		return out
	}
	for word, flag := range map[string]string{
		"offline": "Offline", "gambling": "Gambling", "lottery": "Lottery", "agent": "Agent", "automatedDevice": "AutomatedDevice",
		"internet": "Internet", "mobile": "Mobile", "banking": "Banking", "excisableGoods": "ExcisableGoods",
		"formsForReports": "FormsForReports", "marking": "Marking", "pawnShop": "PawnShop", "insurance": "Insurance",
	} {
		got := inner(inner(requestJSON(t, spec.Attributes{FFD: "1.2", Usage: []string{word}}), "KktDetails"), "UsageMode")
		if d := cmp.Diff([]string{flag}, on(got)); d != "" {
			t.Errorf("%s: %s", word, d)
		}
	}
	for word, flag := range map[string]string{
		"agent": "Agent", "payAgent": "PayAgent", "bankPayAgent": "BankPayAgent", "paySubAgent": "PaySubAgent",
		"bankPaySubAgent": "BankPaySubAgent", "commissioner": "Commissioner", "represent": "Represent",
	} {
		got := inner(inner(requestJSON(t, spec.Attributes{FFD: "1.2", Agents: []string{word}}), "KktDetails"), "AgentSettings")
		if d := cmp.Diff([]string{flag}, on(got)); d != "" {
			t.Errorf("%s: %s", word, d)
		}
	}
	for ffd, number := range map[string]float64{"1.05": 2, "1.1": 3, "1.2": 4} {
		if got := inner(requestJSON(t, spec.Attributes{FFD: ffd}), "KktDetails")["FormatVersion"]; got != number {
			t.Errorf("ФФД %s is %v, want %v", ffd, got, number)
		}
	}
	for fn, number := range map[spec.FNType]any{spec.FN15: 1., spec.FN36: 2., "": nil} {
		if got := inner(requestJSON(t, spec.Attributes{FFD: "1.2", FNType: fn}), "KktDetails")["FnType"]; got != number {
			t.Errorf("ФН %s is %v, want %v", fn, got, number)
		}
	}
	if _, err := request(&apply.Run{Fleet: &spec.Fleet{Companies: map[string]spec.Company{"": {}}}}, spec.Attributes{FFD: "1.0"}, ""); err == nil {
		t.Error("ФФД 1.0 was written")
	}
}

// The power of attorney stands where the example has it, not the table.
func TestPowerOfAttorneyIsTheSignatorys(t *testing.T) {
	got := inner(requestJSON(t, spec.Attributes{FFD: "1.2"}), "CompanyDetails")
	want := map[string]any{
		"Inn": "5252012620", "Kpp": "525201001",
		"Signatory": map[string]any{"RepresentativeDetails": map[string]any{"Number": "17", "EvaluateDate": "2026-01-15", "DocId": "2f1d"}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Each planned reason is one reason of the application.
func TestEveryReasonHasItsFlag(t *testing.T) {
	for _, reason := range []string{
		"FnChanged", "InstallmentPlaceChanged", "OfdChaged", "AutomatedDeviceChanged",
		"SwitchedFromOfflineToOnlineMode", "SwitchedFromOnlineToOfflineMode", "Other",
	} {
		got, err := reasons(&apply.Run{Workflow: state.Workflow{Data: state.WorkflowData{Reasons: []string{reason}}}})
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(got)
		if want := `{"` + reason + `":true}`; err != nil || string(data) != want {
			t.Errorf("%s, want %s, %v", data, want, err)
		}
	}
	for reason, want := range map[spec.UnregisterReason]string{
		spec.ReasonLost: `{"Lost":true}`, spec.ReasonStolen: `{"Stolen":true}`, spec.ReasonBroken: `{"Broken":true}`,
	} {
		got, err := unregistrationReasons(&apply.Run{Workflow: state.Workflow{Data: state.WorkflowData{Unregister: reason}}})
		if err != nil {
			t.Fatal(err)
		}
		if data, err := json.Marshal(got); err != nil || string(data) != want {
			t.Errorf("%s, want %s, %v", data, want, err)
		}
	}
}

// A till leaves on the day that it is in Moscow: in UTC it may be the day
// before, which the service refuses.
func TestRemovalIsDatedInMoscow(t *testing.T) {
	tr, err := (&Provider{}).startRemoval(&apply.Run{
		Now:      time.Date(2026, 11, 30, 21, 30, 0, 0, time.UTC),
		Fleet:    &spec.Fleet{Centres: map[string]spec.Centre{"galereya": {INN: "7802870820"}}},
		Workflow: state.Workflow{Data: state.WorkflowData{Centre: "galereya", RNM: "0000002928049035"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := tr.Data; d.Date != "2026-12-01" || d.CentreINN != "7802870820" || d.RNM != "0000002928049035" {
		t.Errorf("%+v", d)
	}
}

// Leading zeros of a factory number are not significant in Renta's list.
func TestMembersAreFoundWithoutLeadingZeros(t *testing.T) {
	list := indexMembers([]renta.KKT{{Serial: "307404867291", FN: "1"}, {Serial: "77", RNM: "0000002928049035", FN: "2"}, {Serial: "0088", FN: "3"}})
	for want, key := range map[string][2]string{"1": {"00307404867291", ""}, "2": {"", "0000002928049035"}, "3": {"88", ""}} {
		if got, ok := list.find(key[0], key[1]); !ok || got.FN != want {
			t.Errorf("%v: %+v, %v", key, got, ok)
		}
	}
	if got, ok := list.find("", ""); ok {
		t.Errorf("nothing was asked for and %+v found", got)
	}
}
