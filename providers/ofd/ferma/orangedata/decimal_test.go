package orangedata_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kktctl/kktctl/providers/ofd/ferma/orangedata"
)

func TestDecimals(t *testing.T) {
	for text, want := range map[string]string{
		"123.45": "123.45", "8.90000": "8.9", "1.000": "1", "0": "0", "-0.5": "-0.5", "+7": "7", "007": "7",
		"1e+06": "1000000", "1.5e-3": "0.0015", "0.000001": "0.000001", "999999999999": "999999999999",
		"12.3456780000000": "12.345678", "0.10": "0.1", "2.30": "2.3",
	} {
		d, err := orangedata.ParseDecimal(text)
		if err != nil || d.String() != want {
			t.Errorf("%s is read as %s, %v; want %s", text, d, err, want)
		}
	}
	for _, text := range []string{
		"", ".", "1.", ".5", "1,5", "1 000", "0x10", "1e999999999", "1e-9", "0.0000001", "1000000000000", "NaN", "inf", "1e30",
		"--1", "1.2.3", strings.Repeat("9", 1000),
	} {
		if d, err := orangedata.ParseDecimal(text); err == nil {
			t.Errorf("%q is read as %s", text, d)
		} else if len(err.Error()) > 200 {
			t.Errorf("%q: the error is as long as what it is about", text[:10])
		}
	}
}

// Floats make 0.1+0.2 more than 0.3, and 1.005 × 100 less than 100.5.
func TestDecimalsDoNotDrift(t *testing.T) {
	read := func(s string) orangedata.Decimal {
		d, err := orangedata.ParseDecimal(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if got := read("0.1") + read("0.2"); got != read("0.3") {
		t.Errorf("0.1 + 0.2 = %s", got)
	}
	for _, c := range []struct{ price, quantity, want string }{
		{"4.45", "2.000", "8.9"},
		{"1.15", "0.5", "0.58"}, // 0.575: half up
		{"2.01", "0.5", "1.01"}, // 1.005, which a float holds as less
		{"0.01", "0.333333", "0"},
		{"99999999.99", "1", "99999999.99"},
		{"89.90", "0.351", "31.55"},
		{"0.01", "0.499999", "0"},
	} {
		if got := orangedata.Cost(read(c.price), read(c.quantity)); got != read(c.want) {
			t.Errorf("%s × %s = %s, want %s", c.price, c.quantity, got, c.want)
		}
	}
}

func TestDecimalSpellings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := orangedata.Decimal(rapid.Int64Range(-1e17, 1e17).Draw(t, "units"))
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var fromJSON, fromText orangedata.Decimal
		if err := json.Unmarshal(text, &fromJSON); err != nil || fromJSON != d {
			t.Fatalf("%s became %s, %v", text, fromJSON, err)
		}
		if err := json.Unmarshal([]byte(`"`+string(text)+`"`), &fromText); err != nil || fromText != d {
			t.Fatalf("%s in quotes became %s, %v", text, fromText, err)
		}
	})
}
