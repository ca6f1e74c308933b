package view

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec/diag"
)

func TestPlanMarkdown(t *testing.T) {
	goldenPlan(t, "plan.md", PlanMarkdown(samplePlan(), Options{}, "kktctl plan"), samplePlan())
}

func TestPlanMarkdownIsCut(t *testing.T) {
	const n = 20_000
	p := bigPlan(n)
	for range n {
		p.Diagnostics = append(p.Diagnostics, diag.Diagnostic{Severity: diag.Warning, Summary: "the FN ends soon"})
	}
	got := PlanMarkdown(p, Options{}, "kktctl show plan.json")
	if l := utf8.RuneCountInString(got); l > maxMarkdown || l < maxMarkdown*9/10 {
		t.Errorf("%d characters", l)
	}
	checkWhole(t, got)
	all := regexp.QuoteMeta(mdCode("kktctl show plan.json"))
	if !regexp.MustCompile(`\n… and ` + strconv.Itoa(n-maxWeighty) + ` steps more: ` + strconv.Itoa(n-maxWeighty) + ` to register; see below\n`).MatchString(got) {
		t.Error("the table does not sum up its rest")
	}
	for what, listed := range map[string]int{
		"steps":    strings.Count(got, "\n- "+mdCode("+")),
		"messages": strings.Count(got, "\n- **warning**"),
	} {
		m := regexp.MustCompile(`\n- … and (\d+) ` + what + ` more(: (\d+) to register)?\. All: ` + all + `\n`).FindStringSubmatch(got)
		if listed == 0 || m == nil || m[1] != strconv.Itoa(n-listed) || m[3] != "" && m[3] != m[1] {
			t.Errorf("%d %s listed, and the rest is summed up as %v", listed, what, m)
		}
	}
}

// checkWhole wants every fold closed and every row of a table with as many
// cells as its title.
func checkWhole(t *testing.T, got string) {
	t.Helper()
	open, cells := 0, 0
	for l := range strings.SplitSeq(got, "\n") {
		switch {
		case strings.HasPrefix(l, "<details>"):
			if open++; open > 1 {
				t.Error("a fold in a fold")
			}
		case l == "</details>":
			open--
		case strings.HasPrefix(l, "|"):
			n := strings.Count(l, "|")
			if cells != 0 && n != cells {
				t.Errorf("%d cells, not %d: %s", n-1, cells-1, l)
			}
			cells = n
			continue
		}
		cells = 0
	}
	if open != 0 {
		t.Errorf("%d folds are left open", open)
	}
}

// Whatever the texts are, the comment has its bound, and one till's long text
// does not take the place of the others.
func TestPlanMarkdownOfLongText(t *testing.T) {
	p := bigPlan(50)
	long := strings.Repeat("|", 3_900)
	for i := range 40 {
		p.Steps[0].Changes = append(p.Steps[0].Changes, planner.Change{Path: "place." + strconv.Itoa(i), Before: long, After: long})
	}
	p.Steps[1].Address = "kkts." + long
	p.Fleet = strings.Repeat("север@", 900)
	p.Diagnostics = diag.List{{Severity: diag.Error, Summary: long, Detail: strings.Repeat("a line|\n", 2_000), Hint: long}}
	got := PlanMarkdown(p, Options{}, "kktctl plan "+long)
	if l := utf8.RuneCountInString(got); l > maxMarkdown {
		t.Errorf("%d characters", l)
	}
	checkWhole(t, got)
	for i := 2; i < 50; i++ {
		if !strings.Contains(got, mdCode(p.Steps[i].Address)) {
			t.Errorf("%s is not told", p.Steps[i].Address)
		}
	}
}

// The marker is the first line, and the costs stand before everything that is
// folded.
func TestPlanMarkdownTellsTheCostFirst(t *testing.T) {
	got := PlanMarkdown(samplePlan(), Options{}, "kktctl plan")
	last := -1
	for _, part := range []string{"<!-- kktctl:plan sever -->\n", "**SUMMARY LINE**", "| Costs | **100 ₽ and 1 code** |", "| Cannot be taken back |", "| Waits for people |", "| :-- | :-- | :-- |", "<details>", "#### Warnings and notes"} {
		i := strings.Index(strings.ReplaceAll(got, mdText(summaryLine(samplePlan())), "SUMMARY LINE"), part)
		if i <= last {
			t.Errorf("%q stands at %d, after %d", part, i, last)
		}
		last = i
	}
}

func TestPlanMarkdownOfHostileText(t *testing.T) {
	marker, got, _ := strings.Cut(PlanMarkdown(hostilePlan(), Options{}, "kktctl plan"), "\n")
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
	f.Add("see GH-12 :tada: --> | `x`")
	f.Fuzz(func(t *testing.T, s string) {
		got := mdText(s)
		checkClean(t, got, "")
		inner, coded := strings.CutPrefix(got, "<code>")
		inner = strings.TrimSuffix(inner, "</code>")
		rest := regexp.MustCompile(`&#[0-9]+;`).ReplaceAllString(inner, "")
		if i := strings.IndexAny(rest, "<>&`*_[]!#@|~\\$%^{}=+/?\n"); i >= 0 {
			t.Errorf("%q left in %q", rest[i], got)
		}
		if !coded && readAsMore.MatchString(inner) {
			t.Errorf("more than text in %q", got)
		}
		if html.UnescapeString(inner) != mdShort(s) {
			t.Errorf("it reads %q, not %q", html.UnescapeString(inner), mdShort(s))
		}
		if strings.Contains(got, "|") || utf8.RuneCountInString(inner) > maxMarkdownText*len("&#123;") {
			t.Errorf("no cell of a table: %q", got)
		}
	})
}
