package spec_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

func parse(text string) (*spec.Fleet, diag.List) {
	return spec.Parse(".", []spec.Source{{Name: "f.yaml", Data: []byte(text)}})
}

func TestNoFleet(t *testing.T) {
	bomb := "x-0: &n0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
	for i := range 30 {
		bomb += fmt.Sprintf("x-%d: &n%d [%s]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*n%d, ", i), 10))
	}
	deepAlias := "x-0: &n0 [1]\n"
	for i := range 70 {
		deepAlias += fmt.Sprintf("x-%d: &n%d [*n%d]\n", i+1, i+1, i)
	}
	const start = "f.yaml: the file is empty\nhint: a fleet file starts with \"apiVersion: kktctl/v1\" and \"kind: Fleet\""
	tests := []struct{ name, text, want string }{
		{"empty", "", start},
		{"comments only", "# nothing\n", start},
		{"null", "---\n", start},
		{"a list", "- a\n", "f.yaml:1:1: a fleet file is a map of keys, this is a list\nhint: a fleet file starts with \"apiVersion: kktctl/v1\" and \"kind: Fleet\""},
		{"text", "hello\n", "f.yaml:1:1: a fleet file is a map of keys, this is text\nhint: a fleet file starts with \"apiVersion: kktctl/v1\" and \"kind: Fleet\""},
		{"two documents", head + "---\na: 1\n", "f.yaml:3: a second YAML document starts here\nhint: keep one document in a file; a folder of files can be given with -f"},
		{"NUL", "a: 1\nb: \x00\n", "f.yaml:2: the file holds a control character ('\\x00'): it is damaged, or no text\nhint: write the fleet as YAML text"},
		{"a binary", "\x7fELF\x02", "f.yaml:1: the file holds a control character ('\\x7f'): it is damaged, or no text\nhint: write the fleet as YAML text"},
		{"windows-1251", "a: 1\nname: \xd1\xe5\xe2\xe5\xf0\n", "f.yaml:2: the file is not UTF-8 text\nhint: save it as UTF-8 (it may be in windows-1251)"},
		{"UTF-16", "\xff\xfea\x00", "f.yaml:1: the file is UTF-16\nhint: save it as UTF-8"},
		{"a tab", "a:\n\tb: 1\n", "f.yaml:2: this is not YAML: found character that cannot start any token\nhint: indent with spaces, not tabs, and put values that begin with @ or ` in quotes"},
		{"deep", "a: " + strings.Repeat("[", 100) + strings.Repeat("]", 100), "f.yaml:1:68: nested deeper than 64 levels\nhint: a fleet needs no more than a dozen levels"},
		{"very deep", strings.Repeat("[", 100_000), "f.yaml: this is not YAML: exceeded max depth of 10000\nhint: check the indentation, and put values with : # * & { [ in quotes"},
		{"deep by aliases", deepAlias, "f.yaml:64:13: nested deeper than 64 levels\nhint: a fleet needs no more than a dozen levels"},
		{"bomb of aliases", bomb, "f.yaml:1:1: aliases expand to more than 5000000 values\nhint: write out what is repeated, or put it in defaults"},
		{"an alias in its own anchor", "x-a: &a {b: *a}\n", "f.yaml:1:13: this alias refers to what contains it\nhint: refer to an anchor only after its value has ended"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			began := time.Now()
			f, list := parse(tt.text)
			if f != nil || len(list) != 1 {
				t.Fatalf("fleet %v, diagnostics %q", f, lines(list))
			}
			if d := cmp.Diff(tt.want, list[0].Error()); d != "" {
				t.Error(d)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// A small file may not take much memory, whatever it expands to.
func TestSmallFilesTakeLittleMemory(t *testing.T) {
	bomb := "x-0: &n0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
	for i := range 30 {
		bomb += fmt.Sprintf("x-%d: &n%d [%s]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*n%d, ", i), 10))
	}
	merges := "x-0: &n0 {a: 1}\n"
	for i := range 30 {
		merges += fmt.Sprintf("x-%d: &n%d {<<: [%s]}\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*n%d, ", i), 10))
	}
	for name, text := range map[string]string{
		"aliases": bomb, "merged aliases": merges, "brackets": strings.Repeat("[", 100_000), "maps": strings.Repeat("{a: ", 50_000),
		"binary": strings.Repeat("\x00\xff", 50_000), "quotes": strings.Repeat("\"", 99_999), "anchors": strings.Repeat("&a ", 30_000),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f, list := parse(text)
		runtime.ReadMemStats(&after)
		if f != nil || len(list) == 0 {
			t.Errorf("%s: fleet %v, %q", name, f, lines(list))
		}
		if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 128 {
			t.Errorf("%s: %d MiB for a file of %d KiB", name, took, len(text)>>10)
		}
	}
}

func TestFileTooLarge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fleet.yaml")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(1 << 40); err != nil { // sparse: takes no room
		t.Fatal(err)
	}
	_, list := spec.Load(path)
	want := []string{path + ": the file is larger than a fleet may be (64 MiB a file, 256 MiB in all)\nhint: split the fleet"}
	if d := cmp.Diff(want, lines(list)); d != "" {
		t.Error(d)
	}
}

// Nothing that may be a secret is in any diagnostic, whatever is wrong with it.
func TestSecretsAreNotShown(t *testing.T) {
	for _, value := range []string{
		"s3cr3t", "'s3cr3t'", "\"s3cr3t\\u202e\"", "env:s3cr3t-", "file:", "'file: s3cr3t'", "*s3cr3t", "ENV:s3cr3t", "!!binary s3cr3t",
		"s3cr3t: x", "\"s3cr3t", "'s3cr3t' x", "%s3cr3t", "@s3cr3t",
	} {
		for _, from := range []string{"env:KEY", "https://ofd.ru"} {
			_, list := parse(strings.Replace(base, from, value, 1))
			if !list.HasErrors() {
				t.Errorf("%s is taken for %s", value, from)
			}
			if said := strings.Join(lines(list), "\n"); strings.Contains(said, "s3cr3t") {
				t.Errorf("%s in place of %s: %s", value, from, said)
			}
		}
	}
	for _, code := range []string{"s3cr3t!", "[s3cr3t]", "\"s3cr3t code\"", "!!binary s3cr3t", "env:s3cr3t-"} {
		_, list := parse(strings.Replace(base, "    # more", "    activationCode: "+code, 1))
		if said := strings.Join(lines(list), "\n"); !list.HasErrors() || strings.Contains(said, "s3cr3t") {
			t.Errorf("%s: %s", code, said)
		}
	}
}

func TestCodeIsNotPrinted(t *testing.T) {
	for want, code := range map[string]spec.Code{
		"(a code)": {Literal: "s3cr3t"}, "auto": {Auto: true}, "env:CODE": {Ref: secret("env", "CODE")}, "": {},
	} {
		if got := fmt.Sprintf("%v", code); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got := fmt.Sprintf("%+v", spec.KKT{ActivationCode: code}); strings.Contains(got, "s3cr3t") {
			t.Error(got)
		}
	}
}

// However many mistakes there are, errors are kept apart from warnings, and
// what is left out is counted.
func TestManyMistakes(t *testing.T) {
	var b strings.Builder
	b.WriteString(header + "kkts:\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "  t%d: {model: A, serial: \"%d\", fn: {number: \"%016d\"}, address: Уфа, tariff: black}\n", i, i+1, i)
	}
	f, list := parse(b.String())
	if f == nil || len(list) != 1001 || list[1000].Error() != "and 2000 more warnings\nhint: correct these first" || list.HasErrors() {
		t.Fatalf("fleet %v, %d diagnostics, the last: %v", f != nil, len(list), list[len(list)-1])
	}
	b.WriteString("policy: {prune: maybe}\n")
	f, list = parse(b.String())
	if f != nil || !list.HasErrors() {
		t.Error("an error behind many warnings is lost")
	}
}

func FuzzParse(f *testing.F) {
	whole, err := os.ReadFile("testdata/fleet.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(base))
	f.Add([]byte(head + "name: f\nx-a: &a {model: A, <<: *a}\nkkts: {a: {<<: [*a, *a]}, <<: {b: *a}}\n"))
	f.Add([]byte("? {a: b}\n: !!str\n? *x\n: &x !!binary ="))
	f.Add([]byte("kkts: {? [a] : 1, 1.5: ~, ~: ~, \"\": 0x10, 0o7: 2026-11-20 10:00:00 +3}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fleet, list := spec.Parse(".", []spec.Source{{Name: "f.yaml", Data: data}})
		if (fleet == nil) != list.HasErrors() {
			t.Fatalf("fleet %v with %q", fleet != nil, lines(list))
		}
		for i, d := range list {
			if d.Summary == "" || d.Pos.File == "" && i != len(list)-1 {
				t.Fatalf("empty diagnostic %+v", d)
			}
			if i > 0 && d.Pos.File != "" && (d.Pos.Line < list[i-1].Pos.Line) {
				t.Fatalf("out of order: %q", lines(list))
			}
		}
		again, _ := spec.Parse(".", []spec.Source{{Name: "f.yaml", Data: data}})
		if d := cmp.Diff(fleet, again); d != "" {
			t.Fatal(d)
		}
	})
}
