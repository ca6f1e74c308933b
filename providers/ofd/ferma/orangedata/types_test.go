package orangedata_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/kktctl/kktctl/providers/ofd/ferma/orangedata"
)

// strict reads a file as a user writes it.
func strict(t *testing.T, text []byte, into any) {
	t.Helper()
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil && !errors.Is(err, io.EOF) {
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

// Every field of table 1 and of the second example goes from the YAML to the
// wire under the document's name.
func TestEveryFieldOfAReceipt(t *testing.T) {
	var r orangedata.Receipt
	strict(t, file(t, "receipt.yaml"), &r)
	if problems := r.Validate(); len(problems) > 0 {
		t.Errorf("the example does not please: %v", problems)
	}
	wire(t, r, "receipt.json")
	var again orangedata.Receipt
	if err := json.Unmarshal(file(t, "receipt.json"), &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, again); diff != "" {
		t.Errorf("JSON and YAML differ:\n%s", diff)
	}
}

// The table calls dates ДД.ММ.ГГ, sums and the type strings; the example has
// ISO and numbers, which are sent.
func TestEveryFieldOfACorrection(t *testing.T) {
	var r orangedata.Correction
	strict(t, file(t, "correction.yaml"), &r)
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

func TestUnknownKeysAreRefused(t *testing.T) {
	for _, text := range []string{"nid: 1", "content: {kind: 1}", "content: {positions: [{prise: 1}]}"} {
		d := yaml.NewDecoder(strings.NewReader(text))
		d.KnownFields(true)
		if err := d.Decode(&orangedata.Receipt{}); err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%s: %v", text, err)
		}
	}
	d := yaml.NewDecoder(strings.NewReader("id: a\ncontent:\n  positions:\n  - price: 1,5\n  - price: [1]\n"))
	err := d.Decode(&orangedata.Receipt{})
	if err == nil || !strings.Contains(err.Error(), "line 4") || !strings.Contains(err.Error(), "line 5") {
		t.Errorf("bad numbers: %v", err)
	}
}

func TestReturn(t *testing.T) {
	var r orangedata.Receipt
	strict(t, file(t, "receipt.yaml"), &r)
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
