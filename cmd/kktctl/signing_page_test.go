package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/spec"
)

// The parts of a fleet file that a recipe does not bring.
const (
	recipeHead = `apiVersion: kktctl/v1
kind: Fleet
name: sever
provider: {partner: {inn: "7709125605", apiKey: env:OFD_API_KEY}}
`
	recipeCompany = `companies:
  sever: {inn: "5252012620", kpp: "525201001", ogrn: "1025202124716", name: Север, email: a@b.example, phone: "+74951234567",
    signatory: {lastName: Романова, givenName: Алла Романовна, position: Генеральный директор, signer: director}}
`
	recipeSigner = "signers:\n  director: {outbox: ./outbox}\n"
)

// TestSigningRecipes: every recipe of docs/signing.md is a piece of a fleet
// file without a flaw, and signs in the way that the page says it does.
func TestSigningRecipes(t *testing.T) {
	text := readPage(t, "signing.md")
	recipes := map[string]*spec.Fleet{}
	for _, b := range blocks(text) {
		name, ok := strings.CutPrefix(b.info, "yaml ")
		if !ok {
			if strings.HasPrefix(b.info, "yaml") {
				t.Errorf("a recipe without a name:\n%s", text[b.start:b.end])
			}
			continue
		}
		t.Run(name, func(t *testing.T) { recipes[name] = loadRecipe(t, text[b.start:b.end]) })
	}
	for _, name := range []string{"openssl", "openssl-detached", "openssl-decoded", "cryptcp", "cryptcp-pin", "csptest", "csptest-detached", "outbox", "mchd"} {
		fleet := recipes[name]
		if fleet == nil {
			t.Errorf("there is no recipe %s", name)
			continue
		}
		s := fleet.Signers["director"]
		if s.Detached != strings.HasSuffix(name, "-detached") || s.Decode != strings.HasSuffix(name, "-decoded") {
			t.Errorf("%s: detached %v, decode %v", name, s.Detached, s.Decode)
		}
	}
	if fleet := recipes["mchd"]; fleet != nil && fleet.Companies["sever"].PowerOfAttorney == nil {
		t.Error("the recipe of the МЧД declares none")
	}
}

func loadRecipe(t *testing.T, recipe string) *spec.Fleet {
	t.Helper()
	for part, text := range map[string]string{"companies:": recipeCompany, "signers:": recipeSigner} {
		if !strings.HasPrefix(recipe, part) {
			recipe += text
		}
	}
	file := filepath.Join(t.TempDir(), "fleet.yaml")
	if err := os.WriteFile(file, []byte(recipeHead+recipe), 0o600); err != nil {
		t.Fatal(err)
	}
	fleet, findings := spec.Load(file)
	for _, d := range findings {
		t.Errorf("%s\n%s", d, recipe)
	}
	return fleet
}

// TestSigningMessagesAreReal: what the page explains is what kktctl says.
func TestSigningMessagesAreReal(t *testing.T) {
	var code strings.Builder
	for _, dir := range []string{".", filepath.Join("..", "..", "providers", "ofd", "signer"), filepath.Join("..", "..", "spec")} {
		err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			data, err := os.ReadFile(path)
			code.Write(data)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	message := regexp.MustCompile("(?m)^\\| `([^`]+)` \\|")
	_, table, _ := strings.Cut(readPage(t, "signing.md"), "\n## When it does not work\n")
	found := 0
	for _, m := range message.FindAllStringSubmatch(table, -1) {
		if strings.HasPrefix(m[1], "exit status") { // of the operating system
			continue
		}
		if found++; !strings.Contains(code.String(), m[1]) {
			t.Errorf("nothing says %q", m[1])
		}
	}
	if found < 8 {
		t.Errorf("%d messages were found: the page has another form", found)
	}
}

func readPage(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
