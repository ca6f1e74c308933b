package orangedata_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/providers/ofd/ferma/orangedata"
)

func TestPrintedDocumentsDiffer(t *testing.T) {
	content := example(t).Content
	same, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	fix := func(old, next string) string { return strings.Replace(string(same), old, next, 1) }
	for name, c := range map[string]struct{ printed, want string }{
		"the same":            {string(same), ""},
		"spelled otherwise":   {fix(`"amount":8.9`, `"amount":"8.900"`), ""},
		"not repeated":        {"null", ""},
		"nothing":             {"", ""},
		"in another form":     {`{"type":{}}`, ""},
		"return":              {fix(`"type":1,"positions"`, `"type":2,"positions"`), "content.type"},
		"another price":       {fix("123.45", "123.46"), "content.positions"},
		"another text":        {fix("Булка", "Батон"), "content.positions"},
		"paid otherwise":      {fix(`"type":2,"amount"`, `"type":1,"amount"`), "content.checkClose.payments"},
		"a correction":        {`{"type":1,"totalSum":132.35}`, "content.positions content.checkClose.payments content.totalSum"},
		"more that we ignore": {fix(`{"type"`, `{"ffdVersion":2,"type"`), ""},
	} {
		d := orangedata.Document{Content: json.RawMessage(c.printed)}
		if got := strings.Join(d.Differs(content), " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	correction := exampleCorrection(t).Content
	same, err = json.Marshal(correction)
	if err != nil {
		t.Fatal(err)
	}
	if got := (&orangedata.Document{Content: same}).Differs(correction); got != nil {
		t.Errorf("the same correction: %v", got)
	}
	other := json.RawMessage(strings.NewReplacer("17.25", "17.26", "ФЗ-54", "ФЗ-55").Replace(string(same)))
	if got := strings.Join((&orangedata.Document{Content: other}).Differs(correction), " "); got != "content.totalSum content.causeDocumentNumber" {
		t.Errorf("another correction: %s", got)
	}
}

func TestPrintedTotals(t *testing.T) {
	for content, want := range map[string]int64{
		`{"type":1,"positions":[{"quantity":1,"price":123.45},{"quantity":2.000,"price":"4.45"}]}`: 13235,
		`{"type":1,"totalSum":17.25,"cashSum":17.25}`:                                              1725,
		`{"type":1}`: 0, `null`: 0, ``: 0, `[]`: 0,
	} {
		if got := (&orangedata.Document{Content: json.RawMessage(content)}).Kopecks(); got != want {
			t.Errorf("%s: %d, want %d", content, got, want)
		}
	}
}
