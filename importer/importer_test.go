package importer

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
)

const (
	severINN   = "5252012620"
	petrovaINN = "526208146302"
)

const fleetText = `apiVersion: kktctl/v1
kind: Fleet
name: sever
provider: {partner: {inn: "7709125605", apiKey: env:OFD_API_KEY}}
companies:
  sever: {inn: "5252012620", kpp: "525201001", name: ООО «Север»}
  petrova: {inn: "526208146302", name: ИП Петрова}
`

func fleetOf(t testing.TB, more string) *spec.Fleet {
	t.Helper()
	f, list := spec.Parse(".", []spec.Source{{Name: "fleet.yaml", Data: []byte(fleetText + more)}})
	if list.HasErrors() {
		t.Fatal(list.Err())
	}
	return f
}

func live(n int, inn string) planner.Till {
	serial := fmt.Sprintf("003074%08d", n)
	return planner.Till{
		Serial: serial, RNM: fiscal.RNMFor(uint64(n), inn, serial), FN: fmt.Sprintf("92874403%08d", n), Model: "АТОЛ 42ФС",
		Address: fmt.Sprintf("603140, г Нижний Новгород, пр-кт Ленина, д %d", n%50+1), Place: fmt.Sprintf("Касса %d", n),
	}
}

func found(f *spec.Fleet, change func(*Input)) *Result {
	in := Input{Fleet: f, Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	change(&in)
	in.Live.TillsRead = true
	return New(in)
}

func names(r *Result) []string {
	var out []string
	for _, t := range r.Tills {
		out = append(out, t.Name)
	}
	slices.Sort(out)
	return out
}

func whys(r *Result) string {
	var out []string
	for _, l := range r.LeftOut {
		out = append(out, string(l.Why))
	}
	return strings.Join(out, " ")
}

// TestProof finds owners by the difference that an ИНН makes, the same as
// trying them one by one.
func TestProof(t *testing.T) {
	f := fleetOf(t, "")
	m := newImporting(&Input{Fleet: f})
	m.prove()
	for n := range 2_000 {
		inn := []string{severINN, petrovaINN, "7707083893"}[n%3]
		row := live(n, inn)
		var want []string
		for key, c := range f.Companies {
			if fiscal.CheckRNM(row.RNM, c.INN, row.Serial) {
				want = append(want, key)
			}
		}
		slices.Sort(want)
		if got := m.fitting(row.RNM, row.Serial); !slices.Equal(got, want) {
			t.Fatalf("%s: %v, want %v", row.RNM, got, want)
		}
	}
}

func TestOwners(t *testing.T) {
	own := live(1, severINN)
	member := func(inn string) []planner.RentaTill {
		return []planner.RentaTill{{INN: inn, KPP: "770701001", Company: "ООО\n«Чужой»", Serial: own.Serial, RNM: own.RNM}}
	}
	stranger := live(3, "7707083893")
	for name, tc := range map[string]struct {
		more   string
		change func(*Input)
		want   string
	}{
		"proved":           {"", func(in *Input) { in.Live.Tills = []planner.Till{own} }, ""},
		"nobody's":         {"", func(in *Input) { in.Live.Tills = []planner.Till{stranger} }, "no-company"},
		"no РНМ":           {"", func(in *Input) { own := own; own.RNM = ""; in.Live.Tills = []planner.Till{own} }, "no-rnm"},
		"no number":        {"", func(in *Input) { own := own; own.Serial = " "; in.Live.Tills = []planner.Till{own} }, "no-serial"},
		"branches":         {"  branch: {inn: \"5252012620\", kpp: \"525202001\", name: ООО «Север»}\n", func(in *Input) { in.Live.Tills = []planner.Till{own} }, "several"},
		"a branch by word": {"  branch: {inn: \"5252012620\", kpp: \"525202001\", name: ООО «Север»}\n", func(in *Input) { in.Live.Tills, in.Company = []planner.Till{own}, "branch" }, ""},
		"contradiction":    {"", func(in *Input) { in.Live.Tills, in.Live.Renta = []planner.Till{own}, member(petrovaINN) }, "rnm-and-inn"},
		"a tenant": {"", func(in *Input) {
			in.Live.Tills = []planner.Till{stranger}
			in.Live.Renta = []planner.RentaTill{{INN: "7707083893", Serial: stranger.Serial}}
		}, "other-company"},
		"no model":             {"", func(in *Input) { own := own; own.Model = ""; in.Live.Tills = []planner.Till{own} }, "no-model"},
		"no ФН":                {"", func(in *Input) { own := own; own.FN = ""; in.Live.Tills = []planner.Till{own} }, "no-fn"},
		"no address":           {"", func(in *Input) { own := own; own.Address = ""; in.Live.Tills = []planner.Till{own} }, "no-address"},
		"bad ФН":               {"", func(in *Input) { own := own; own.FN = "92"; in.Live.Tills = []planner.Till{own} }, "bad-number"},
		"hidden characters go": {"", func(in *Input) { own := own; own.Place = "Зал\u200b 1\n"; in.Live.Tills = []planner.Till{own} }, ""},
		"one ФН in two": {"", func(in *Input) {
			a, b := own, live(5, severINN)
			b.FN = a.FN
			a.LastDocument = in.Now
			in.Live.Tills = []planner.Till{b, a}
		}, "fn-taken"},
		"two centres": {"centres: {a: {inn: \"7802870820\"}, b: {inn: \"7707083893\"}}\n", func(in *Input) { in.Live.Tills, in.Live.Renta = []planner.Till{own}, member(severINN) }, "which-centre"},
	} {
		t.Run(name, func(t *testing.T) {
			r := found(fleetOf(t, tc.more), tc.change)
			if got := whys(r); got != tc.want {
				t.Errorf("left out: %q, want %q", got, tc.want)
			}
		})
	}
	r := found(fleetOf(t, ""), func(in *Input) {
		in.Live.Tills, in.AddCompanies = []planner.Till{stranger}, true
		in.Live.Renta = []planner.RentaTill{{INN: "7707083893", KPP: "770701001", Company: "ООО\n«Чужой»", Serial: stranger.Serial}}
	})
	if len(r.Tills) != 1 || len(r.Companies) != 1 || r.Companies[0] != (Owner{"chuzhoy", "7707083893", "770701001", "ООО «Чужой»"}) {
		t.Errorf("%+v", r)
	}
}

func TestNames(t *testing.T) {
	at := func(n int, address string) planner.Till {
		row := live(n, severINN)
		row.Address = address
		return row
	}
	for address, want := range map[string]string{
		"603140, г Нижний Новгород, пр-кт Ленина, д 11":                  "lenina-11-0001",
		"115280, город Москва, улица Ленинская Слобода, дом 19, корп. 2": "leninskaya-sloboda-19-0001",
		"Россия, г. Бор, ул. 8-е Марта, 7":                               "8-e-marta-7-0001",
		"с. Каменка":      "kamenka-0001",
		"д. Щукино, д. 5": "shchukino-5-0001",
		"somewhere":       "kkt-7400000001",
		"ул 日本, д 2":      "kkt-7400000001",
		"г Москва, Московское ш, вл 3/1": "moskovskoe-3-1-0001",
	} {
		r := found(fleetOf(t, ""), func(in *Input) {
			row := at(1, address)
			row.Serial = "00307400000001"
			row.RNM = fiscal.RNMFor(1, severINN, row.Serial)
			in.Live.Tills = []planner.Till{row}
		})
		want = strings.Replace(want, "kkt-7400000001", "kkt-307400000001", 1)
		if diff := cmp.Diff([]string{want}, names(r)); diff != "" {
			t.Errorf("%s: %s", address, diff)
		}
	}
	same := "ул Ленина, д 1"
	r := found(fleetOf(t, "kkts:\n  lenina-1-0009: {company: sever, model: a b, serial: \"9\", fn: {number: \"7380440812345678\"}, address: a b}\n"), func(in *Input) {
		in.Live.Tills = []planner.Till{at(1, same), at(10001, same), at(9, same), at(2, same)}
		in.Prior.Resources = map[string]planner.Resource{"kkts.lenina-1-0002": {Registered: true, Serial: "77"}, "kkts.old": {Serial: "0030740002"}}
	})
	want := []string{"lenina-1-307400000001", "lenina-1-307400000002", "lenina-1-307400000009", "lenina-1-307400010001"}
	if diff := cmp.Diff(want, names(r)); diff != "" {
		t.Error(diff)
	}
}

// TestTypes: the type of a ФН is said where its number does not tell it.
func TestTypes(t *testing.T) {
	long := live(1, severINN)
	long.FN, long.FNEnd = "1234567800000001", time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC)
	short := live(2, severINN)
	short.FN, short.FNEnd = "1234567800000002", time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	r := found(fleetOf(t, ""), func(in *Input) { in.Live.Tills = []planner.Till{long, short, live(3, severINN)} })
	doc, err := Open(nil)
	if err != nil {
		t.Fatal(err)
	}
	text, _, err := doc.Insert(Section{"kkts", r.Entries(fleetOf(t, "").Defaults)})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`{number: "1234567800000001", type: fn36}`, `{number: "1234567800000002"}`, `{number: "9287440300000003"}`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
}

// BenchmarkImport: the time of an import grows with the number of tills, not
// faster, and not with the number of companies.
func BenchmarkImport(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		var more strings.Builder
		for i := range 200 {
			fmt.Fprintf(&more, "  tenant-%d: {inn: \"%s\", kpp: \"525201001\", name: a b}\n", i, innOf(i))
		}
		f := fleetOf(b, more.String())
		in := Input{Fleet: f, Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
		for i := range n {
			in.Live.Tills = append(in.Live.Tills, live(i, severINN))
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := New(in)
				if len(r.Tills) < n-n/100 {
					b.Fatal(len(r.Tills), len(r.LeftOut))
				}
				doc, err := Open([]byte(fleetText))
				if err != nil {
					b.Fatal(err)
				}
				if _, _, err := doc.Insert(Section{"kkts", r.Entries(f.Defaults)}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// innOf makes an ИНН of a legal entity.
func innOf(n int) string {
	s := fmt.Sprintf("77%07d", n+1)
	for d := range 10 {
		if inn := s + fmt.Sprint(d); fiscal.CheckINN(inn) == nil {
			return inn
		}
	}
	return ""
}
