package view

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPlanMarkdown(t *testing.T) {
	goldenPlan(t, "plan.md", PlanMarkdown(samplePlan()), samplePlan())
}

func TestPlanMarkdownIsCut(t *testing.T) {
	got := PlanMarkdown(bigPlan(20_000))
	if n := utf8.RuneCountInString(got); n > maxMarkdown || n < maxMarkdown/2 {
		t.Errorf("%d characters", n)
	}
	listed := strings.Count(got, "- `+`")
	m := regexp.MustCompile(`and (\d+) steps more`).FindStringSubmatch(got)
	if m == nil {
		t.Fatalf("the rest is not counted; the end is %s", got[len(got)-200:])
	}
	if rest := 20_000 - listed; m[1] != strconv.Itoa(rest) {
		t.Errorf("%s more, want %d", m[1], rest)
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
