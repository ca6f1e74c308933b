package spec_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

func lines(list diag.List) []string {
	var out []string
	for _, d := range list {
		s := d.Error()
		if d.Severity != diag.Error {
			s = d.Severity.String() + ": " + s
		}
		out = append(out, s)
	}
	return out
}

func secret(kind spec.SecretKind, name string) spec.Secret {
	return spec.Secret{Kind: kind, Name: name}
}

// TestWholeFleet reads every key there is.
func TestWholeFleet(t *testing.T) {
	f, list := spec.Load("testdata/fleet.yaml")
	if got := lines(list); len(got) != 1 || !strings.Contains(got[0], "login and password are not used: apiKey wins") {
		t.Fatal(strings.Join(got, "\n"))
	}
	if len(f.Hash) != 64 || f.Dir != "testdata" {
		t.Errorf("hash %q, dir %q", f.Hash, f.Dir)
	}
	report := func(at, document, sign string) *spec.FiscalReport {
		return &spec.FiscalReport{At: at, Document: document, Sign: sign}
	}
	one, roubles := 1, 5000
	ofd := spec.OFD{INN: spec.OFDRuINN, Name: spec.DefaultOFDName}
	want := &spec.Fleet{
		Name: "sever",
		Provider: spec.Provider{
			Endpoint: "https://ofd.ru", RequestsPerSecond: 2, CABundle: secret("file", "ca.pem"),
			Partner: spec.Partner{
				INN: "7709125605", APIKey: secret("env", "OFD_API_KEY"),
				Login: secret("env", "OFD_LOGIN"), Password: secret("env", "OFD_PASSWORD"),
			},
			Renta: spec.Login{Login: secret("env", "RENTA_LOGIN"), Password: secret("env", "RENTA_PASSWORD")},
			CheckOnline: spec.Ferma{
				Endpoint: "https://ferma-c.ofd.ru", Certificate: secret("file", "c.pem"), Key: secret("file", "c.key"),
			},
			OrangeData: spec.Ferma{
				Endpoint: "https://ferma-o.ofd.ru", Certificate: secret("file", "o.pem"), Key: secret("file", "o.key"),
				SigningKey: secret("file", "s.key"),
			},
		},
		Signers: map[string]spec.Signer{
			"director": {Exec: []string{"cryptcp", "-sign", "-der", "{in}", "{out}"}, Detached: true},
			"manual":   {Outbox: "./outbox", Decode: true},
		},
		Centres: map[string]spec.Centre{"galereya": {INN: "7802870820"}},
		Companies: map[string]spec.Company{"sever": {
			INN: "5252012620", KPP: "525201001", OGRN: "1025202124716", Name: "ООО «Север»",
			Email: "office@sever.example", Phone: "+74951234567",
			Signatory: spec.Signatory{
				LastName: "Романова", GivenName: "Алла Романовна", Position: "Генеральный директор", Signer: "director",
			},
			PowerOfAttorney: &spec.PowerOfAttorney{Number: "17", Date: "2026-01-15", ID: "8a9c23a2-75a1-46e2-9151-e77233c37d5d"},
			CreateCabinet:   true,
		}},
		KKTs: map[string]spec.KKT{
			"sloboda-1": {
				Name: "sloboda-1", Company: "sever", Model: "АТОЛ 42ФС", Serial: "00307404867358", RNM: "0000002950038403",
				FN:      spec.FN{Number: "9287440300784224", Type: spec.FN36},
				Address: spec.Address{Full: "115280, Москва, ул Ленинская Слобода, д 19"}, Place: "Магазин №1",
				FFD: "1.2", Usage: []string{"internet", "marking"},
				AutomaticDevices: []spec.AutomaticDevice{{
					Number: "A-1", Place: "холл",
					Address: spec.Address{Settlement: "г Москва", Street: "ул Ленинская Слобода", HouseNumber: "д 19"},
				}},
				OFD: ofd, Tariff: "green", ActivationCode: spec.Code{Literal: "PSZ7D1Lq"}, Renta: "galereya",
				Registration: spec.RegistrationFull, Report: report("2026-11-20T10:15:00", "1", "1234567890"),
				FNChange: &spec.FNChange{
					Closed: report("2026-11-20T10:15:00", "12345", "12"), Installed: report("2026-11-20T10:25:00", "1", "34"),
				},
				Ignore: []string{"place"},
			},
			"sloboda-2": {
				Name: "sloboda-2", Company: "sever", Model: "АТОЛ 42ФС", Serial: "00307404867291",
				FN: spec.FN{Number: "7380440801234567", Type: spec.FN15},
				Address: spec.Address{
					PostalCode: "115280", Region: "Москва", Settlement: "г Москва",
					Street: "ул Ленинская Слобода", HouseNumber: "д 19",
				},
				FFD: "1.2", OFD: ofd, ActivationCode: spec.Code{Auto: true}, Registration: spec.RegistrationFull,
				Unregister: spec.ReasonStolen,
			},
		},
		Orders: map[string]spec.Order{
			"cloud-2026": {Company: "sever", Quantity: 3, Tariff: "Urgent12M", FN: spec.FN15, Payment: "bill"},
		},
		Checks: map[string]spec.Check{"shop": {
			Kind: "checkonline", Company: "sever", Expect: "sloboda-1", Return: true,
			Receipt: map[string]any{"Full": true, "Lines": []any{map[string]any{"Qty": 1000, "Price": 100.5, "Tax": nil}}},
		}},
		Policy:   spec.Policy{MaxUnregister: &one, MaxCost: &roubles, RenewBefore: 30 * 24 * time.Hour},
		Defaults: spec.KKT{Company: "sever", FFD: "1.2", OFD: ofd, Registration: spec.RegistrationFull},
		Hash:     f.Hash, Dir: "testdata",
	}
	positions := cmpopts.IgnoreTypes(diag.Pos{}, spec.Written{})
	if d := cmp.Diff(want, f, positions, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	if got, want := f.KKTs["sloboda-1"].Pos, (diag.Pos{File: "testdata/fleet.yaml", Line: 45, Column: 3}); got != want {
		t.Errorf("position %v, want %v", got, want)
	}
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

const head = "apiVersion: kktctl/v1\nkind: Fleet\n"

func TestLoadFolder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"b.yml":       "kkts:\n  one: {model: A, serial: \"1\", fn: {number: \"1111111111111111\"}, address: Уфа}\n",
		"a.yaml":      head + "name: f\ncompanies:\n  c: {inn: \"5252012620\", kpp: \"525201001\", name: C}\n",
		"c.yaml":      head + "defaults: {company: c}\nkkts:\n  two: {model: A, serial: \"2\", fn: {number: \"2222222222222222\"}, address: Уфа}\n",
		".hidden.yml": "not: [a fleet",
		"notes.txt":   "not: [a fleet",
	})
	f, list := spec.Load(dir)
	if len(list) > 0 {
		t.Fatal(strings.Join(lines(list), "\n"))
	}
	if len(f.KKTs) != 2 || f.KKTs["one"].Company != "c" || f.Dir != dir {
		t.Errorf("%+v", f)
	}
	moved := t.TempDir()
	for _, name := range []string{"a.yaml", "b.yml", "c.yaml"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, moved, map[string]string{name: string(data)})
	}
	if g, _ := spec.Load(moved); g == nil || g.Hash != f.Hash {
		t.Error("the hash depends on where the fleet is")
	}
	write(t, moved, map[string]string{"a.yaml": head + "name: f\ncompanies:\n  c: {inn: \"5252012620\", kpp: \"525201001\", name: D}\n"})
	if g, _ := spec.Load(moved); g == nil || g.Hash == f.Hash {
		t.Error("the hash does not depend on the contents")
	}
}

func TestKeysGivenTwice(t *testing.T) {
	const centre = "  one: {inn: \"7802870820\"}\n"
	_, list := spec.Parse(".", []spec.Source{
		{Name: "a.yaml", Data: []byte(head + "name: f\ncentres:\n" + centre)},
		{Name: "b.yaml", Data: []byte("name: f\ncentres:\n" + centre + centre + "centres: {}\n")},
	})
	want := []string{
		"b.yaml:1:1: name is given twice, first at a.yaml:3:1\nhint: keep one of them",
		"b.yaml:3:3: centres: one is given twice, first at a.yaml:5:3\nhint: keep one of them, or give one another name",
		"b.yaml:4:3: centres: one is given twice, first at a.yaml:5:3\nhint: keep one of them, or give one another name",
		"b.yaml:5:1: centres is given twice, first at b.yaml:2:1\nhint: keep one of them",
	}
	if d := cmp.Diff(want, lines(list)); d != "" {
		t.Error(d)
	}
}

func TestLoadFailures(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		filepath.Join(dir, "none.yaml"): ": cannot read the fleet: no such file or directory\nhint: -f takes a fleet file or a folder of them",
		dir:                             ": the folder has no *.yaml or *.yml file\nhint: name a fleet file with -f, or put one there",
	} {
		f, list := spec.Load(path)
		if f != nil || len(list) != 1 || list[0].Error() != path+want {
			t.Errorf("%v\n%v", f, list)
		}
	}
}
