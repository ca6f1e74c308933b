package spec_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

const withDefaults = header + `  model: АТОЛ 42ФС
  ffd: "1.1"
  usage: [internet]
  renta: galereya
  registration: simplified
  fn: {type: fn36}
  ofd: {inn: "7709125605", name: Другой ОФД}
  address: {region: Башкортостан, settlement: г Уфа}
x-vending: &vending {place: холл, usage: [automatedDevice], fn: {number: "1111111111111111"}, modle: x}
kkts:
`

func one(t *testing.T, till string) spec.KKT {
	t.Helper()
	f, list := parse(strings.Replace(withDefaults, ", modle: x", "", 1) + "  one: " + till + "\n")
	if f == nil {
		t.Fatal(strings.Join(lines(list), "\n"))
	}
	return f.KKTs["one"]
}

func TestDefaults(t *testing.T) {
	inherited := spec.KKT{
		Name: "one", Company: "sever", Model: "АТОЛ 42ФС", Serial: "1", FN: spec.FN{Number: "1111111111111111", Type: spec.FN36},
		Address: spec.Address{Region: "Башкортостан", Settlement: "г Уфа"}, FFD: "1.1", Usage: []string{"internet"},
		OFD: spec.OFD{INN: "7709125605", Name: "Другой ОФД"}, Renta: "galereya", Registration: spec.RegistrationSimplified,
	}
	const must = `serial: "1", fn: {number: "1111111111111111"}`
	tests := []struct {
		name, till string
		change     func(*spec.KKT)
	}{
		{"all of them", "{" + must + "}", func(*spec.KKT) {}},
		{"own values win", "{" + must + `, model: A, ffd: "1.2", usage: [], registration: full}`, func(k *spec.KKT) {
			k.Model, k.FFD, k.Usage, k.Registration = "A", "1.2", nil, spec.RegistrationFull
		}},
		{"null takes a default back", "{" + must + ", renta: ~, ofd: ~, ffd: ~, registration: ~, usage: ~}", func(k *spec.KKT) {
			k.Renta, k.FFD, k.Registration, k.Usage = "", spec.DefaultFFD, spec.RegistrationFull, nil
			k.OFD = spec.OFD{INN: spec.OFDRuINN, Name: spec.DefaultOFDName}
		}},
		{"maps merge by key", "{" + must + ", ofd: {name: Иной}, address: {street: ул Ленина, settlement: г Салават}}", func(k *spec.KKT) {
			k.OFD.Name, k.Address.Street, k.Address.Settlement = "Иной", "ул Ленина", "г Салават"
		}},
		{"a line stands for itself", "{" + must + ", address: Уфа}", func(k *spec.KKT) { k.Address = spec.Address{Full: "Уфа"} }},
		{"so does a full line among parts", "{" + must + ", address: {full: Уфа, fias: 8ff65e61-b815-40e6-92cf-17a9678b3d0e}}", func(k *spec.KKT) {
			k.Address = spec.Address{Full: "Уфа", FIAS: "8ff65e61-b815-40e6-92cf-17a9678b3d0e"}
		}},
		{"merge key", `{serial: "1", place: зал, <<: *vending}`, func(k *spec.KKT) { k.Place, k.Usage = "зал", []string{"automatedDevice"} }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := inherited
			tt.change(&want)
			if d := cmp.Diff(want, one(t, tt.till), cmpopts.IgnoreTypes(diag.Pos{}), cmpopts.EquateEmpty()); d != "" {
				t.Error(d)
			}
		})
	}
}

// The type of a ФН: as declared, or as its number tells, or fn15.
func TestFNType(t *testing.T) {
	for fn, want := range map[string]spec.FNType{
		`{number: "9287440300784224"}`:             spec.FN36,
		`{number: "1111111111111111"}`:             spec.FN15,
		`{number: "1111111111111111", type: fn36}`: spec.FN36,
	} {
		f, list := parse(strings.Replace(base, `{number: "7380440801234568"}`, fn, 1))
		if f == nil || f.KKTs["two"].FN.Type != want {
			t.Errorf("%s: %v", fn, lines(list))
		}
	}
}

// A mistake behind an anchor is said once, where it stands.
func TestMistakeBehindAnchor(t *testing.T) {
	_, list := parse(withDefaults + "  one: {serial: \"1\", <<: *vending}\n  two: {serial: \"2\", fn: {number: \"2222222222222222\"}, <<: *vending}\n")
	want := []string{"f.yaml:18:95: kkts.one: unknown key \"modle\"\nhint: did you mean \"model\"?"}
	if d := cmp.Diff(want, lines(list)); d != "" {
		t.Error(d)
	}
}

func TestAddressText(t *testing.T) {
	parts := spec.Address{
		PostalCode: "394030", RegionCode: "02", Region: "Башкортостан", Settlement: "г Уфа", Street: "ул Бакунина",
		HouseNumber: "1", Building: "к 1", Office: "пом 16И",
	}
	noCode := parts
	noCode.PostalCode = ""
	moscow := spec.Address{Region: "Москва", Settlement: "г Москва", Street: "ул Ленинская Слобода", HouseNumber: "д 19"}
	for _, tt := range []struct {
		address spec.Address
		want    string
	}{
		{parts, "394030, г Уфа, ул Бакунина, 1, корп/стр: к 1, офис/кв: пом 16И"}, // 004 §7.5
		{noCode, "Башкортостан, г Уфа, ул Бакунина, 1, корп/стр: к 1, офис/кв: пом 16И"},
		{moscow, "г Москва, ул Ленинская Слобода, д 19"},
		{spec.Address{Full: "Уфа", Street: "ул Ленина"}, "Уфа"},
		{spec.Address{}, ""},
	} {
		if got := tt.address.Text(); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
	line := spec.Address{Full: "115280, Москва, Ленинская Слобода, 19"}
	if moscow.Canonical() != line.Canonical() || line.IsZero() || !(spec.Address{}).IsZero() {
		t.Errorf("%s and %s", moscow.Canonical(), line.Canonical())
	}
}
