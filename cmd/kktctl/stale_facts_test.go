package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// factsFleet has a till for each kind of step that rests on a live fact.
const factsFleet = `
kkts:
  moved:
    serial: "00307404867101"
    fn: {number: "9287440300784101", type: fn36}
    place: Подвал
  bought:
    serial: "00307404867102"
    fn: {number: "9287440300784102", type: fn36}
    activationCode: auto
    tariff: green
  lost:
    serial: "00307404867103"
    fn: {number: "9287440300784103", type: fn36}
    unregister: {reason: lost}
  tenant:
    serial: "00307404867104"
    fn: {number: "9287440300784104", type: fn36}
    renta: galereya
  former:
    serial: "00307404867105"
    fn: {number: "9287440300784105", type: fn36}
  met:
    serial: "00307404867106"
    fn: {number: "9287440300784106", type: fn36}
`

// factsInput is a plan's input with a step of each kind.
func factsInput(t *testing.T) planner.Input {
	t.Helper()
	base, err := os.ReadFile(filepath.Join("testdata", "base.yaml"))
	check(t, err)
	path := filepath.Join(t.TempDir(), "fleet.yaml")
	check(t, os.WriteFile(path, append(base, factsFleet...), 0o600))
	fleet, list := spec.Load(path)
	check(t, list.Err())
	in := planner.Input{
		Fleet: fleet, Codes: map[string]string{}, Now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC),
		Prior: planner.Prior{Lineage: "l", Serial: 7, FingerprintKey: "key", Resources: map[string]planner.Resource{}},
		Live:  planner.Live{TillsRead: true, CodesRead: true, PaymentsRead: true, RentaRead: true, Applications: map[string]planner.Application{}},
	}
	for i, name := range []string{"moved", "bought", "lost", "tenant", "former", "met"} {
		k := fleet.KKTs[name]
		want := fleet.AttributesOf(k)
		rnm := fiscal.RNMFor(uint64(i+1), want.INN, k.Serial)
		row := planner.Till{
			ID: name, RNM: rnm, Serial: k.Serial, FN: k.FN.Number, Model: k.Model, Address: k.Address.Full, Place: "Зал", Tariff: "green",
			FNEnd: in.Now.AddDate(2, 0, 0), LastDocument: in.Now.Add(-time.Hour), LastReceived: in.Now.Add(-time.Hour),
		}
		in.Live.Tills = append(in.Live.Tills, row)
		if name == "former" || name == "lost" {
			in.Live.Renta = append(in.Live.Renta, planner.RentaTill{INN: want.INN, Serial: k.Serial, RNM: rnm, FN: k.FN.Number, Address: k.Address.Full, Place: "Зал"})
		}
		if name == "met" { // adopted
			continue
		}
		was := want
		was.Place, was.RNM = "Зал", rnm
		r := planner.Resource{Registered: true, Since: in.Now.AddDate(-1, 0, 0), Serial: k.Serial, RNM: rnm, INN: want.INN, Attributes: &was}
		if name == "former" || name == "lost" {
			r.Renta = "galereya"
		}
		in.Prior.Resources[k.Resource()] = r
	}
	in.Live.Codes = []planner.Code{{ID: "c1", Code: "CODE0001", Service: "Ofd", Tariff: "green", Left: 1, Status: "Active", Expires: in.Now.AddDate(0, 1, 0)}}
	in.Live.Payments = []planner.Payment{{At: in.Now.Add(-time.Hour), INN: "5252012620", RNM: in.Live.Tills[4].RNM, Code: "OTHER", Status: "Payed", ActivatedAt: in.Now}}
	return in
}

// Every fact that a reading shows was decided upon: it makes a saved plan stale
// when a step rests on it, and only then. A new fact has to be put here.
func TestWhichFactsMakeAPlanStale(t *testing.T) {
	saved := planner.New(factsInput(t))
	actions := map[planner.Action]bool{}
	for _, s := range saved.Steps {
		actions[s.Action] = true
	}
	for _, a := range []planner.Action{planner.Reregister, planner.Pay, planner.Unregister, planner.AddKKT, planner.RemoveKKT, planner.Adopt} {
		if !actions[a] {
			t.Errorf("no step to %s: %v", a, saved.Diagnostics)
		}
	}
	got := map[string]bool{}
	for _, list := range []string{"Tills", "Codes", "Payments", "Renta"} {
		rows := reflect.ValueOf(factsInput(t).Live).FieldByName(list)
		for i := range rows.Len() {
			for f := range rows.Type().Elem().NumField() {
				for _, change := range []int{0, 1} {
					in := factsInput(t)
					anotherValue(reflect.ValueOf(&in.Live).Elem().FieldByName(list).Index(i).Field(f), change)
					name := list + "." + rows.Type().Elem().Field(f).Name
					got[name] = got[name] || staleness(saved, planner.New(in)) != nil
				}
			}
			in := factsInput(t)
			live := reflect.ValueOf(&in.Live).Elem().FieldByName(list)
			live.Set(reflect.AppendSlice(live.Slice(0, i), live.Slice(i+1, live.Len())))
			got[list+" gone"] = got[list+" gone"] || staleness(saved, planner.New(in)) != nil
		}
	}
	want := map[string]bool{
		"Tills gone": true, "Tills.RNM": true, "Tills.Serial": true, "Tills.FN": true, "Tills.Address": true, "Tills.Place": true,
		"Tills.ContractStart": true, "Tills.ContractEnd": true, // a service that began is not paid for
		"Tills.LastDocument": true, // whether there is one: a payment waits for the first
		"Tills.ID":           false, "Tills.Model": false, "Tills.Tariff": false, "Tills.FNEnd": false, "Tills.LastReceived": false,
		"Codes gone": true, "Codes.ID": true, "Codes.Code": true, "Codes.Service": true, "Codes.Tariff": true,
		"Codes.Left": true, "Codes.Status": true, "Codes.Expires": true,
		"Payments gone": false, "Payments.At": false, "Payments.INN": false, "Payments.RNM": false, // another till's, long settled
		"Payments.Code": false, "Payments.Status": false, "Payments.ActivatedAt": false,
		"Renta gone": true, "Renta.FN": true,
		"Renta.Serial": false, "Renta.RNM": false, // one of the two is enough to know the till
		"Renta.INN": false, "Renta.KPP": false, "Renta.Company": false, "Renta.Address": false, "Renta.Place": false,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("which facts make a plan stale (-want +got):\n%s", d)
	}
}

// Days that go by, and receipts that are printed meanwhile, make no plan stale.
func TestDaysMakeNoPlanStale(t *testing.T) {
	saved := planner.New(factsInput(t))
	in := factsInput(t)
	in.Now = in.Now.AddDate(0, 0, 3)
	for i := range in.Live.Tills {
		in.Live.Tills[i].LastDocument, in.Live.Tills[i].LastReceived = in.Now, in.Now
	}
	if err := staleness(saved, planner.New(in)); err != nil {
		t.Error(err)
	}
}

// How far the tax service is with what runs already makes no plan stale.
func TestWhatRunsOnMakesNoPlanStale(t *testing.T) {
	input := func(status, reason string) planner.Input {
		in := factsInput(t)
		r := in.Prior.Resources["kkts.moved"]
		want := in.Fleet.AttributesOf(in.Fleet.KKTs["moved"])
		r.Running = []planner.Running{{
			Action: planner.Reregister, Phase: "awaitTaxService", Started: in.Now, Since: in.Now, WaitingFor: planner.WaitTaxService,
			ApplicationID: "a1", Desired: &want,
		}}
		in.Prior.Resources["kkts.moved"] = r
		in.Live.Applications["a1"] = planner.Application{ID: "a1", Stage: "Registration", Status: status, Reason: reason}
		return in
	}
	saved, now := planner.New(input("SentToFns", "")), planner.New(input("Rejected", "no such address"))
	i := slices.IndexFunc(saved.Steps, func(s planner.Step) bool { return s.Action == planner.Continue })
	if i < 0 || saved.Steps[i].Message == now.Steps[i].Message {
		t.Fatalf("nothing runs that tells how far it is: %+v", saved.Steps)
	}
	if err := staleness(saved, now); err != nil {
		t.Error(err)
	}
}

// anotherValue gives a fact another value.
func anotherValue(v reflect.Value, change int) {
	switch x := v.Interface().(type) {
	case string:
		v.SetString([]string{"", x + "9"}[change])
	case int:
		v.SetInt(int64([]int{0, x + 1}[change]))
	case time.Time:
		v.Set(reflect.ValueOf([]time.Time{{}, x.AddDate(-5, 0, 0)}[change]))
	default:
		panic(fmt.Sprintf("%T", x))
	}
}
