package ofd_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
)

// whole is a till with everything that can be declared of one.
func whole() (*spec.Fleet, spec.KKT) {
	k := till("a", "00307404867358", fn1)
	k.FFD, k.Usage, k.Agents = "1.1", spec.UsageNames(), spec.AgentNames()
	k.OFD = spec.OFD{INN: "7709125605", Name: "Другой ОФД"}
	k.Address = spec.Address{
		PostalCode: "115280", RegionCode: "77", Region: "Москва", Settlement: "г Москва", Street: "ул Ленинская Слобода",
		HouseNumber: "д 19", Building: "к 1", Office: "пом 16", FIAS: "8ff65e61-b815-40e6-92cf-17a9678b3d0e",
	}
	k.AutomaticDevices = []spec.AutomaticDevice{
		{Number: "A-1", Address: k.Address, Place: "холл"},
		{Number: "A-2", Address: spec.Address{Full: "Москва, Арбат, 1"}, Place: "вход"},
	}
	f := testFleet(k)
	c := f.Companies["sever"]
	c.PowerOfAttorney = &spec.PowerOfAttorney{Number: "12/34", Date: "2026-01-15", ID: "8a9c23a2-75a1-46e2-9151-e77233c37d5d"}
	f.Companies["sever"] = c
	return f, k
}

// Every field that is declared stands in the application where tables 10 to
// 10.6 and the examples have it, and nowhere else.
func TestEveryFieldHasItsPlace(t *testing.T) {
	f, _ := whole()
	b := newBench(t, f, world())
	b.converge(1)
	a := b.svc.Snapshot().Applications[0]
	full := "115280, г Москва, ул Ленинская Слобода, д 19, корп/стр: к 1, офис/кв: пом 16" // as the examples write it
	address := sim.Address{
		PostalCode: "115280", RegionCode: "77", Region: "Москва", Settlement: "г Москва", Street: "ул Ленинская Слобода",
		HouseNumber: "д 19", Building: "к 1", Office: "пом 16", FiasCode: "8ff65e61-b815-40e6-92cf-17a9678b3d0e", FullAddress: full,
	}
	got := a.KKT
	got.RegNumber, got.FiscalDocumentData, got.FnsBranchCode = "", sim.RegistrationData{}, ""
	if d := cmp.Diff(sim.KKTDetails{
		SerialNumber: "00307404867358", OfdInn: "7709125605", OfdName: "Другой ОФД", FnNumber: fn1, FnType: 2, Model: "АТОЛ 42ФС",
		InstallmentAddress: address, InstallmentPlace: "Магазин №1", FormatVersion: 3,
		AgentSettings: &sim.AgentSettings{
			Agent: true, PayAgent: true, BankPayAgent: true, PaySubAgent: true, BankPaySubAgent: true, Commissioner: true, Represent: true,
		},
		UsageMode: sim.UsageMode{
			Gambling: true, Lottery: true, Agent: true, AutomatedDevice: true, Internet: true, Mobile: true, Banking: true,
			ExcisableGoods: true, FormsForReports: true, Marking: true, Offline: true, PawnShop: true, Insurance: true,
		},
	}, got); d != "" {
		t.Errorf("KktDetails: %s", d)
	}
	if d := cmp.Diff([]sim.AutomaticDevice{
		{DeviceNumber: "A-1", InstallmentAddress: address, InstallmentPlace: "холл"},
		{DeviceNumber: "A-2", InstallmentAddress: sim.Address{FullAddress: "Москва, Арбат, 1"}, InstallmentPlace: "вход"},
	}, a.AutomaticDevices); d != "" {
		t.Errorf("AutomaticDevices: %s", d)
	}
	if d := cmp.Diff(&sim.Representative{Number: "12/34", EvaluateDate: "2026-01-15", DocID: "8a9c23a2-75a1-46e2-9151-e77233c37d5d"},
		a.Company.Signatory.RepresentativeDetails); d != "" {
		t.Errorf("МЧД: %s", d)
	}
	if a.Company.Inn != sever || a.Company.Kpp != "525201001" || a.Purpose != sim.InitialRegistration {
		t.Errorf("%+v", a.Company)
	}
	if d := cmp.Diff(sim.Signatory{LastName: "Романова", GivenName: "Алла Романовна", Position: "Генеральный директор"}, a.Signatory); d != "" {
		t.Errorf("prepareDocuments: %s", d)
	}
}

// interrupted leaves a draft that is not prepared yet.
func (b *bench) interrupted() {
	b.t.Helper()
	if err := b.svc.Fault(sim.Fault{Path: "*/preparedocuments", When: sim.Before, Kind: sim.FaultReset}); err != nil {
		b.t.Fatalf("%v", err)
	}
	wait := b.wait
	b.wait = 0
	if _, err := b.apply(); err == nil {
		b.t.Fatalf("the documents were prepared in spite of the fault")
	}
	b.wait = wait
}

// PUT merges: what is gone from the declaration must not stay in the draft, be
// it a power of attorney, a part of an address, a mode, an agent or a device.
func TestNothingOfTheOldDraftStays(t *testing.T) {
	f, k := whole()
	b := newBench(t, f, world())
	b.interrupted()
	c := f.Companies["sever"]
	c.PowerOfAttorney = nil
	f.Companies["sever"] = c
	k.Address, k.Agents, k.Usage, k.AutomaticDevices = spec.Address{Full: "Москва, Арбат, 1"}, nil, nil, nil
	f.KKTs["a"] = k
	b.converge(1)
	apps := b.svc.Snapshot().Applications
	a := apps[0]
	if len(apps) != 1 || b.effects(sim.EffectPut) != 2 { // the report of registration is the other one
		t.Errorf("%d applications, %d changes", len(apps), b.effects(sim.EffectPut))
	}
	if d := cmp.Diff(sim.Address{FullAddress: "Москва, Арбат, 1"}, a.KKT.InstallmentAddress); d != "" {
		t.Errorf("address: %s", d)
	}
	if r := a.Company.Signatory.RepresentativeDetails; r != nil && *r != (sim.Representative{}) {
		t.Errorf("МЧД: %+v", r)
	}
	if len(a.AutomaticDevices) != 0 || a.KKT.UsageMode != (sim.UsageMode{}) || *a.KKT.AgentSettings != (sim.AgentSettings{None: true}) {
		t.Errorf("%+v", a)
	}
}

// A draft that tells of one change is not made to tell of another: it is given
// up, and the next plan names the reasons anew. A change of the same kind goes
// into it.
func TestReasonsOfADraftAreNotStretched(t *testing.T) {
	for name, c := range map[string]struct {
		edit  func(*spec.KKT)
		apps  int
		signs int
	}{
		"another place":    {func(k *spec.KKT) { k.Place = "Склад" }, 1, 1},
		"agents as well":   {func(k *spec.KKT) { k.Agents = []string{"agent"} }, 2, 1},
		"as it was before": {func(k *spec.KKT) { k.Place = "Магазин №1" }, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			k := till("a", "00307404867358", fn1)
			b := newBench(t, testFleet(k), world(seeded(k, sever)))
			b.converge(1)
			b.edit("a", func(k *spec.KKT) { k.Place = "Магазин №2" })
			b.interrupted()
			b.edit("a", c.edit)
			b.converge(2)
			apps := b.svc.Snapshot().Applications
			if len(apps) != c.apps || b.effects(sim.EffectSign) != c.signs {
				t.Fatalf("%d applications, %d signed", len(apps), b.effects(sim.EffectSign))
			}
			if last := apps[len(apps)-1]; name == "agents as well" && !(last.KKT.ReregistrationReasons.Other && last.KKT.ReregistrationReasons.InstallmentPlaceChanged) {
				t.Errorf("%+v", last.KKT.ReregistrationReasons)
			}
			b.noDuplicates()
		})
	}
}
