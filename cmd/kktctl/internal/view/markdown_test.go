package view

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kktctl/kktctl/spec/diag"
)

func TestPlanMarkdown(t *testing.T) {
	goldenPlan(t, "plan.md", PlanMarkdown(samplePlan()), samplePlan())
}

func TestPlanMarkdownIsCut(t *testing.T) {
	const n = 20_000
	p := bigPlan(n)
	for range n {
		p.Diagnostics = append(p.Diagnostics, diag.Diagnostic{Severity: diag.Warning, Summary: "the FN ends soon"})
	}
	got := PlanMarkdown(p)
	if l := utf8.RuneCountInString(got); l > maxMarkdown || l < maxMarkdown/2 {
		t.Errorf("%d characters", l)
	}
	sections := strings.Split(got, "\n\n- ")
	if len(sections) != 5 { // heading, overview, weighty, diagnostics, steps
		t.Fatalf("%d sections", len(sections))
	}
	for _, s := range sections[2:] {
		listed := strings.Count("\n- "+s, "\n- `+`") + strings.Count("\n- "+s, "\n- **warning**")
		m := regexp.MustCompile(`and (\d+) \w+ more`).FindStringSubmatch(s)
		if m == nil || m[1] != strconv.Itoa(n-listed) {
			t.Errorf("%d listed, and the rest is counted as %v", listed, m)
		}
	}
	if strings.Count(got, "<details>") != strings.Count(got, "</details>") {
		t.Error("a fold is left open")
	}
}

func TestPlanMarkdownOfHostileText(t *testing.T) {
	marker, got, _ := strings.Cut(PlanMarkdown(hostilePlan()), "\n")
	got = regexp.MustCompile(`&#[0-9]+;`).ReplaceAllString(got, "&;")
	for _, bad := range []string{"<img", "@team", "#12", "](http", "www.", "://", "**b**", "_i_", "~s~"} {
		if strings.Contains(got, bad) {
			i := strings.Index(got, bad)
			t.Errorf("%q comes through: …%s", bad, got[max(0, i-20):min(len(got), i+20)])
		}
	}
	if strings.Count(marker, "<!--") != 1 || strings.Count(marker, "-->") != 1 || !strings.HasSuffix(marker, " -->") {
		t.Errorf("the marker can be broken out of: %s", marker)
	}
}

func TestMarkerName(t *testing.T) {
	for in, want := range map[string]string{"sever-2": "sever-2", "a--><b>": "a-b", "-->": "", "север": "север", "a\nb": "ab"} {
		if got := markerName(in); got != want {
			t.Errorf("markerName(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzMarkdownText(f *testing.F) {
	f.Add(hostile)
	f.Add("plain words, 12 of them; and more")
	f.Add("WWW.evil.example")
	f.Fuzz(func(t *testing.T, s string) {
		got := mdText(s)
		checkClean(t, got, "")
		inner, coded := strings.CutPrefix(got, "<code>")
		inner = strings.TrimSuffix(inner, "</code>")
		rest := regexp.MustCompile(`&#[0-9]+;`).ReplaceAllString(inner, "")
		if i := strings.IndexAny(rest, "<>&`*_[]!#@|~\\$%^{}=+/?\n"); i >= 0 {
			t.Errorf("%q left in %q", rest[i], got)
		}
		if !coded && strings.Contains(strings.ToLower(inner), "www.") {
			t.Errorf("a bare host name in %q", got)
		}
		if html.UnescapeString(inner) != Clean(s) {
			t.Errorf("it reads %q, not %q", html.UnescapeString(inner), Clean(s))
		}
	})
}
