package diag_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/kktctl/kktctl/spec/diag"
)

func TestError(t *testing.T) {
	at := diag.Pos{File: "fleet.yaml", Line: 12, Column: 5}
	for want, d := range map[string]diag.Diagnostic{
		"bad":                                 {Summary: "bad"},
		"fleet.yaml:12:5: bad":                {Summary: "bad", Pos: at},
		"fleet.yaml:12: bad":                  {Summary: "bad", Pos: diag.Pos{File: "fleet.yaml", Line: 12}},
		"fleet.yaml: bad":                     {Summary: "bad", Pos: diag.Pos{File: "fleet.yaml"}},
		"fleet.yaml:12:5: kkts.a: bad":        {Summary: "bad", Pos: at, Address: "kkts.a"},
		"kkts.a is bad":                       {Summary: "kkts.a is bad", Address: "kkts.a"},
		"bad\nit is so\nhint: make it better": {Summary: "bad", Detail: "it is so", Hint: "make it better"},
	} {
		if got := d.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestHasErrors(t *testing.T) {
	if (diag.List{{Severity: diag.Warning}, {Severity: diag.Note}}).HasErrors() {
		t.Error("warnings and notes are taken for errors")
	}
	if !(diag.List{{Severity: diag.Warning}, {}}).HasErrors() {
		t.Error("a diagnostic without a severity is no error")
	}
}

func TestJSON(t *testing.T) {
	in := diag.List{{Summary: "a"}, {Severity: diag.Warning, Summary: "b"}, {Severity: diag.Note, Summary: "c"}}
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	const want = `[{"severity":"error","summary":"a"},{"severity":"warning","summary":"b"},{"severity":"note","summary":"c"}]`
	if string(data) != want {
		t.Errorf("got %s", data)
	}
	var out diag.List
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(in, out); d != "" {
		t.Error(d)
	}
	if err := json.Unmarshal([]byte(`[{"severity":"fatal"}]`), &out); err == nil {
		t.Error("an unknown severity is taken")
	}
}
