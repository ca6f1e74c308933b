package view

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"plain":           {"kkts.sloboda-1", "kkts.sloboda-1"},
		"cyrillic":        {"ООО «Север» № 1", "ООО «Север» № 1"},
		"decomposed":      {"и\u0306", "и\u0306"},
		"colour":          {"\x1b[31mred", `\x1b[31mred`},
		"link":            {"\x1b]8;;http://x\x07y", `\x1b]8;;http://x\x07y`},
		"one-byte CSI":    {"\u009b2J", `\x9b2J`},
		"raw C1 byte":     {"\x9b2J", "\ufffd2J"},
		"delete":          {"a\x7fb", `a\x7fb`},
		"newline":         {"a\r\nb", `a\r\nb`},
		"tab":             {"a\tb", `a\tb`},
		"override":        {"a\u202eb\u2066c", `a\u202eb\u2066c`},
		"zero width":      {"a\u200bb\ufeffc", `a\u200bb\ufeffc`},
		"line separator":  {"a\u2028b\u2029c", `a\u2028b\u2029c`},
		"soft hyphen":     {"a\u00adb", `a\xadb`},
		"tag":             {"a\U000e0041b", `a\U000e0041b`},
		"filler":          {"a\u3164b\u2800c", `a\u3164b\u2800c`},
		"no-break space":  {"12\u00a0000", "12\u00a0000"},
		"piled-up marks":  {"e" + strings.Repeat("\u0301", 6), "e" + strings.Repeat("\u0301", 4) + `\u0301\u0301`},
		"broken sequence": {"\xe2\x82", "\ufffd\ufffd"},
	} {
		if got := Clean(c.in); got != c.want {
			t.Errorf("%s: Clean(%q) = %q, want %q", name, c.in, got, c.want)
		}
	}
}

func TestCleanIsBounded(t *testing.T) {
	for _, s := range []string{strings.Repeat("x", 1e6), strings.Repeat("ж", 1e6), strings.Repeat("\x1b", 1e6)} {
		got := Clean(s)
		if n := utf8.RuneCountInString(got); n > maxClean || n < maxClean-10 {
			t.Errorf("%d characters left of %.3q…, want about %d", n, s, maxClean)
		}
		if !strings.HasSuffix(got, "…") {
			t.Errorf("the cut of %.3q… is not marked", s)
		}
	}
}

func TestCleanLines(t *testing.T) {
	if got, want := CleanLines("a\r\nb\n\x1b[Ac\rd"), "a\nb\n\\x1b[Ac\\rd"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzClean(f *testing.F) {
	f.Add(hostile)
	f.Add("\x1b[31m\u009b\u200f\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		checkClean(t, got, "")
		if again := Clean(got); again != got {
			t.Errorf("cleaning twice: %q, then %q", got, again)
		}
		checkClean(t, CleanLines(s), "\n")
	})
}

// checkClean fails when a text could do anything to a terminal but print. It
// does not use the code under test.
func checkClean(t *testing.T, s, allowed string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Fatalf("invalid UTF-8 survived: %q", s)
	}
	for _, r := range s {
		if strings.ContainsRune(allowed, r) {
			continue
		}
		bad := r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x61c || r == 0xfeff ||
			r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f
		if bad {
			t.Fatalf("%U survived in %q", r, s)
		}
	}
}
