package orangedata_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/providers/ofd/ferma/orangedata"
)

// strict reads a file, every field of which has to be known.
func strict(t *testing.T, text []byte, into any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatal(err)
	}
}

func file(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// wire compares what is sent with a file: names, values and kinds of values.
func wire(t *testing.T, sent any, name string) {
	t.Helper()
	text, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	for _, part := range []struct {
		text []byte
		into *any
	}{{text, &got}, {file(t, name), &want}} {
		if err := json.Unmarshal(part.text, part.into); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s is not what is sent (- want, + sent):\n%s", name, diff)
	}
}

// Every field of table 1 and of the second example is known, and goes to the
// wire under its name.
func TestEveryFieldOfAReceipt(t *testing.T) {
	var r orangedata.Receipt
	strict(t, file(t, "receipt.json"), &r)
	if problems := r.Validate(); len(problems) > 0 {
		t.Errorf("the example does not please: %v", problems)
	}
	wire(t, r, "receipt.json")
}

// The table calls dates ДД.ММ.ГГ, sums and the type strings; the example has
// ISO and numbers, which are sent.
func TestEveryFieldOfACorrection(t *testing.T) {
	var r orangedata.Correction
	strict(t, file(t, "correction.input.json"), &r)
	if problems := r.Validate(); len(problems) > 0 {
		t.Errorf("the example does not please: %v", problems)
	}
	wire(t, r, "correction.json")
}

func TestCorrectionsSendSumsOfNothing(t *testing.T) {
	text, err := json.Marshal(orangedata.Correction{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"totalSum", "cashSum", "eCashSum", "prepaymentSum", "postpaymentSum", "otherPaymentTypeSum"} {
		if !strings.Contains(string(text), `"`+name+`":0`) {
			t.Errorf("%s is left out of %s", name, text)
		}
	}
	if strings.Contains(string(text), "tax1Sum") {
		t.Errorf("a VAT of nothing is sent: %s", text)
	}
}

func TestReturn(t *testing.T) {
	var r orangedata.Receipt
	strict(t, file(t, "receipt.json"), &r)
	for from, to := range map[int]int{1: 2, 2: 2, 3: 4, 4: 4} {
		r.Content.Type = from
		back := r.Return()
		if back.Content.Type != to || back.ID != "" {
			t.Errorf("the return of %d is %d with the id %q", from, back.Content.Type, back.ID)
		}
		back.Content.Type, back.ID = r.Content.Type, r.ID
		if diff := cmp.Diff(r, back); diff != "" {
			t.Errorf("a return changes more than type and id:\n%s", diff)
		}
	}
}
