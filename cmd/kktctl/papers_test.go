package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Whatever the service calls a paper, its file is one plain name of bounded
// length in the folder.
func TestPaperNames(t *testing.T) {
	plain := regexp.MustCompile(`^[\p{L}\p{Nd}_-]+$`)
	for _, hostile := range []string{
		"", ".", "..", "/etc/passwd", `..\..\autoexec.bat`, "a\x00b", "con", "NUL.txt", "\u202egpj.exe", "-rf", "\xff\xfe", "~", "a:b", "$(id)",
		strings.Repeat("щ", 4000), strings.Repeat("../", 900), "x\r\ny", "KO_ZVLREGKKT_7725_0278_0278199519366401001_20211129_275bc3f7ca5c40a783424ee",
	} {
		name := paperName("kkts.sloboda-1", "dce99999-ee9b-4378-990c-99999ef3815c", hostile) + "_0123456789ab.xml"
		stem := strings.TrimSuffix(name, ".xml")
		if !plain.MatchString(stem) || len(name) > 255 || !strings.HasPrefix(name, "sloboda-1_dce99999_") {
			t.Errorf("%q: %q", hostile, name)
		}
	}
	if long := paperName("kkts."+strings.Repeat("щ", 200), strings.Repeat("х", 90), strings.Repeat("ё", 900)); len(long) > 240 {
		t.Errorf("%d bytes", len(long))
	}
}

// A link in the folder leads nowhere: nothing is written through it, and it is
// kept.
func TestPapersDoNotFollowLinks(t *testing.T) {
	outside, dir := t.TempDir(), filepath.Join(t.TempDir(), "new", "papers")
	victim := filepath.Join(outside, "victim")
	if err := os.WriteFile(victim, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := openPaperDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	for _, name := range []string{"a.pdf", "b.pdf"} {
		target := victim
		if name == "b.pdf" {
			target = filepath.Join(outside, "nobody") // a link to nothing
		}
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		got, what, err := d.save(strings.TrimSuffix(name, ".pdf"), ".pdf", []byte("theirs"))
		if err != nil || what != paperOther || got == name {
			t.Errorf("%s: %s %q %v", name, got, what, err)
		}
	}
	if data, _ := os.ReadFile(victim); string(data) != "mine" {
		t.Errorf("the victim: %q", data)
	}
	if _, err := os.Lstat(filepath.Join(outside, "nobody")); err == nil {
		t.Error("written through a link")
	}
}

// A paper is kept once, however often it is saved.
func TestPapersAreKept(t *testing.T) {
	dir := t.TempDir()
	d, err := openPaperDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	for i, c := range []struct{ data, what string }{
		{"one", paperSaved}, {"one", paperThere}, {"two", paperOther}, {"two", paperThere}, {"one", paperThere}, {"six", paperOther},
	} {
		if _, what, err := d.save("x", ".pdf", []byte(c.data)); err != nil || what != c.what {
			t.Errorf("%d: %q %v", i, what, err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 3 {
		t.Errorf("%v", entries)
	}
}
