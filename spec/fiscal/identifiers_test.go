package fiscal_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/spec/fiscal"
	"pgregory.net/rapid"
)

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestIdentifiers(t *testing.T) {
	const mistyped = "has a wrong check digit: it was mistyped"
	tests := []struct {
		name  string
		check func(string) error
		in    string
		want  string
	}{
		{"ИНН of an entity", fiscal.CheckINN, "7709125605", ""},
		{"ИНН of OFD.ru", fiscal.CheckINN, "7841465198", ""},
		{"ИНН of an entrepreneur", fiscal.CheckINN, "500100732259", ""},
		{"ИНН mistyped", fiscal.CheckINN, "7709125604", mistyped},
		{"ИНН mistyped, first of two check digits", fiscal.CheckINN, "500100732269", mistyped},
		{"ИНН mistyped, second of two check digits", fiscal.CheckINN, "500100732258", mistyped},
		{"ИНН masked in the examples", fiscal.CheckINN, "5259999920", mistyped},
		{"ИНН short", fiscal.CheckINN, "770912560", "must have 10 digits (a legal entity) or 12 (an entrepreneur), not 9"},
		{"ИНН with a letter", fiscal.CheckINN, "77O9125605", "must be digits only"},
		{"ИНН in other digits", fiscal.CheckINN, "٧٧٠٩١", "must be digits only"},
		{"ИНН of zeros", fiscal.CheckINN, "0000000000", "must not be all zeros"},
		{"ИНН empty", fiscal.CheckINN, "", "must have 10 digits (a legal entity) or 12 (an entrepreneur), not 0"},
		{"КПП", fiscal.CheckKPP, "525201001", ""},
		{"КПП with letters", fiscal.CheckKPP, "7704AZ001", ""},
		{"КПП with letters elsewhere", fiscal.CheckKPP, "77A401001", "must be 9 digits (the fifth and sixth may be capital Latin letters)"},
		{"КПП short", fiscal.CheckKPP, "52520100", "must be 9 digits (the fifth and sixth may be capital Latin letters)"},
		{"ОГРН", fiscal.CheckOGRN, "1025202124716", ""},
		{"ОГРН mistyped", fiscal.CheckOGRN, "1025202124717", mistyped},
		{"ОГРН short", fiscal.CheckOGRN, "102520212471", "must have 13 digits, not 12"},
		{"ОГРНИП", fiscal.CheckOGRNIP, "304500116000157", ""},
		{"ОГРНИП mistyped", fiscal.CheckOGRNIP, "304500116000158", mistyped},
		{"ОГРН of zeros", fiscal.CheckOGRN, "0000000000000", "must not be all zeros"},
		{"ФН", fiscal.CheckFN, "9287440300784224", ""},
		{"ФН short", fiscal.CheckFN, "928744030078422", "must have 16 digits, not 15"},
		{"РНМ", fiscal.RNMForm, "0000002950038403", ""},
		{"РНМ long", fiscal.RNMForm, "00000029500384030", "must have 16 digits, not 17"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := text(tt.check(tt.in)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Of all endings of an ИНН exactly one fits the rest.
func TestINNCheckDigits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{9, 10}).Draw(t, "digits")
		digits := rapid.StringOfN(rapid.RuneFrom([]rune("0123456789")), n, n, -1)
		head := digits.Filter(func(s string) bool { return strings.Trim(s, "0") != "" }).Draw(t, "head") // zeros alone are no ИНН
		valid := 0
		for tail := range map[int]int{9: 10, 10: 100}[n] {
			if fiscal.CheckINN(fmt.Sprintf("%s%0*d", head, n-8, tail)) == nil {
				valid++
			}
		}
		if valid != 1 {
			t.Fatalf("%s has %d valid endings, want 1", head, valid)
		}
	})
}

func TestOGRNCheckDigits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]struct {
			head  int
			check func(string) error
		}{{12, fiscal.CheckOGRN}, {14, fiscal.CheckOGRNIP}}).Draw(t, "kind")
		head := rapid.StringMatching(fmt.Sprintf("[1-9][0-9]{%d}", kind.head-1)).Draw(t, "head")
		valid := 0
		for tail := range 10 {
			if kind.check(head+fmt.Sprint(tail)) == nil {
				valid++
			}
		}
		if valid != 1 {
			t.Fatalf("%s has %d valid endings, want 1", head, valid)
		}
	})
}

// The three sets of document 004 §7.
func TestCheckRNM(t *testing.T) {
	const inn = "5252012620"
	for _, tt := range []struct{ rnm, serial string }{
		{"0000002950038403", "00307404867358"},
		{"0000002928049035", "00307404867291"},
		{"0000002947022927", "00307404867347"},
	} {
		if !fiscal.CheckRNM(tt.rnm, inn, tt.serial) {
			t.Errorf("%s is not taken for that of %s", tt.rnm, tt.serial)
		}
		if !fiscal.CheckRNM(tt.rnm, inn, strings.TrimLeft(tt.serial, "0")) {
			t.Errorf("%s: leading zeros of %s count", tt.rnm, tt.serial)
		}
		if fiscal.CheckRNM(tt.rnm, inn, tt.serial+"0") || fiscal.CheckRNM(tt.rnm, "7709125605", tt.serial) {
			t.Errorf("%s is taken for that of another till or company", tt.rnm)
		}
		if got := fiscal.RNMChecksum(tt.rnm[:10], inn, tt.serial); got != tt.rnm[10:] {
			t.Errorf("check digits of %s are %s", tt.rnm, got)
		}
	}
	if fiscal.CheckRNM("0000002950038403", inn, strings.Repeat("1", 21)) || fiscal.CheckRNM("", "", "") {
		t.Error("a number of a wrong form is taken")
	}
}

func TestRNMFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seq := rapid.Uint64().Draw(t, "seq")
		inn := rapid.StringMatching(`[0-9]{10}|[0-9]{12}`).Draw(t, "inn")
		serial := rapid.StringMatching(`[0-9]{1,20}`).Draw(t, "serial")
		rnm := fiscal.RNMFor(seq, inn, serial)
		if err := fiscal.RNMForm(rnm); err != nil {
			t.Fatalf("%s: %v", rnm, err)
		}
		if !fiscal.CheckRNM(rnm, inn, serial) {
			t.Fatalf("%s does not fit %s and %s", rnm, inn, serial)
		}
		at := rapid.IntRange(0, 15).Draw(t, "at")
		wrong := []byte(rnm)
		wrong[at] = '0' + (wrong[at]-'0'+1)%10
		if fiscal.CheckRNM(string(wrong), inn, serial) {
			t.Fatalf("%s fits too: a wrong digit was not seen", wrong)
		}
	})
}

func TestSameSerial(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"00307404867358", "307404867358", true},
		{" 0030 ", "30", true},
		{"000", "0", true},
		{"000", "", false},
		{"307", "3070", false},
	} {
		if got := fiscal.SameSerial(tt.a, tt.b); got != tt.want {
			t.Errorf("SameSerial(%q, %q) = %v", tt.a, tt.b, got)
		}
	}
}

func TestFNModel(t *testing.T) {
	for number, want := range map[string]fiscal.Model{
		"9287440300784224": {Name: "ФН-1.1 исполнение 2", Months: 36, Type: "fn36"},
		"9251440300784224": {Name: "ФН-1.1", Months: 15, Type: "fn15"},
		"7380440801234567": {Name: "ФН-1.2 исполнение Ин15-4", Months: 15, Type: "fn15"},
		"9999078901234567": {Name: "тестовый ФН", Test: true},
	} {
		if got, ok := fiscal.FNModel(number); !ok || got != want {
			t.Errorf("%s: %+v, %v", number, got, ok)
		}
	}
	for _, number := range []string{"1111111111111111", "92874403", ""} {
		if m, ok := fiscal.FNModel(number); ok {
			t.Errorf("%q is taken for %+v", number, m)
		}
	}
	for fnType, want := range map[string]int{"fn13": 410, "fn15": 470, "fn36": 1110, "fn18": 0} {
		if got := fiscal.FNLifetimeDays(fnType); got != want {
			t.Errorf("%s lasts %d days, want %d", fnType, got, want)
		}
	}
}
