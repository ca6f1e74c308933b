package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/sim"
)

// coverageRow is a row of docs/coverage.md.
type coverageRow struct {
	document, section string
	kind              string // call, example, link or extra
	call              string // METHOD path
	maker, tests      string
}

func (r coverageRow) String() string {
	return fmt.Sprintf("%s %s %s %s", r.document, r.section, r.kind, r.call)
}

// TestCoverage keeps docs/coverage.md complete: every call of the documents,
// every call that the simulated service serves, and nothing else, each with a
// command or an action that there is and tests that there are.
func TestCoverage(t *testing.T) {
	root := filepath.Join("..", "..")
	rows := coverageRows(t)
	want := documentedCalls(t)
	known := testNames(t, root)
	commands := commandNames()
	seen := map[string]bool{}
	covered := map[string]bool{}
	for _, r := range rows {
		if seen[r.String()] {
			t.Errorf("%s: stands there twice", r)
		}
		seen[r.String()] = true
		if r.kind != "extra" && !want[r.String()] {
			t.Errorf("%s: the documents have no such call", r)
		}
		covered[r.call] = true
		checkMaker(t, r, commands)
		checkTests(t, r, known)
	}
	for call := range want {
		if !seen[call] {
			t.Errorf("%s: has no row", call)
		}
	}
	checkRoutes(t, rows, covered)
}

// checkRoutes compares the page with what the simulated service serves.
func checkRoutes(t *testing.T, rows []coverageRow, covered map[string]bool) {
	t.Helper()
	served := map[string]bool{}
	for _, route := range sim.Routes() {
		call := route.Method + " " + strings.ToLower(route.Pattern)
		served[call] = true
		if !covered[call] {
			t.Errorf("%s: is served by the simulated service and has no row", call)
		}
	}
	for _, r := range rows {
		if (r.kind == "call" || r.kind == "extra") && !served[r.call] {
			t.Errorf("%s: is not served by the simulated service", r)
		}
	}
}

// checkTests: a row names tests, and those exist.
func checkTests(t *testing.T, r coverageRow, known map[string]bool) {
	t.Helper()
	name := regexp.MustCompile("`((?:[a-z]+\\.(?:Test|Fuzz)\\w+)|script/\\w+)`")
	if rest := strings.TrimSpace(name.ReplaceAllString(r.tests, "")); rest != "" || r.tests == "" {
		t.Errorf("%s: %q names no test", r, r.tests)
	}
	for _, m := range name.FindAllStringSubmatch(r.tests, -1) {
		if !known[m[1]] {
			t.Errorf("%s: there is no %s", r, m[1])
		}
	}
}

// checkMaker: the commands and actions of a row exist, or it says that nothing
// makes the call, and why.
func checkMaker(t *testing.T, r coverageRow, commands map[string]bool) {
	t.Helper()
	if strings.HasPrefix(r.maker, "nothing: ") {
		return
	}
	words := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(r.maker, -1)
	made := false
	for _, m := range words {
		name, command := strings.CutPrefix(m[1], "kktctl ")
		made = made || command
		switch {
		case command && !commands[name]:
			t.Errorf("%s: there is no command %s", r, m[1])
		case !command && !isAction(m[1]) && !declarable(m[1]):
			t.Errorf("%s: %s is neither an action nor a key of the fleet file", r, m[1])
		}
	}
	if !made {
		t.Errorf("%s: %q names no command", r, r.maker)
	}
}

func isAction(word string) bool {
	return slices.Contains([]planner.Action{
		planner.CreateCabinet, planner.Order, planner.Book, planner.Check, planner.Register, planner.Reregister,
		planner.Unregister, planner.Pay, planner.AddKKT, planner.RemoveKKT,
	}, planner.Action(word))
}

// declarable names the keys of the fleet file that the page speaks of.
func declarable(word string) bool {
	return slices.Contains([]string{"powerOfAttorney", "partner/v1", "registration: simplified"}, word)
}

// commandNames gives every command without kktctl before it, such as "tasks sign".
func commandNames() map[string]bool {
	root, _ := newRootCmd(&App{Env: func(string) string { return "" }})
	names := map[string]bool{}
	all := root.Commands()
	for len(all) > 0 {
		cmd := all[0]
		all = append(all[1:], cmd.Commands()...)
		names[strings.TrimPrefix(cmd.CommandPath(), "kktctl ")] = true
	}
	return names
}

// documentedCalls reads testdata/calls.txt.
func documentedCalls(t *testing.T) map[string]bool {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "calls.txt"))
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			calls[line] = true
		}
	}
	if len(calls) < 45 {
		t.Fatalf("%d calls", len(calls))
	}
	return calls
}

// coverageRows reads the tables of docs/coverage.md.
func coverageRows(t *testing.T) []coverageRow {
	t.Helper()
	var rows []coverageRow
	document := ""
	heading := regexp.MustCompile(`^## (\d{3})?`)
	section := regexp.MustCompile(`^(\S+)(?: \((example|link)\))?$`)
	call := regexp.MustCompile("^(GET|POST|PUT|DELETE) `([^`]+)`$")
	for line := range strings.Lines(readPage(t, "coverage.md")) {
		line = strings.TrimSpace(line)
		if m := heading.FindStringSubmatch(line); m != nil {
			document = m[1]
		}
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| ---") || strings.HasPrefix(line, "| section") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if len(cells) != 4 {
			t.Errorf("%s: %d cells", line, len(cells))
			continue
		}
		s, c := section.FindStringSubmatch(cells[0]), call.FindStringSubmatch(cells[1])
		if s == nil || c == nil {
			t.Errorf("%s: no section or no call", line)
			continue
		}
		r := coverageRow{document: document, section: s[1], kind: s[2], call: c[1] + " " + c[2], maker: cells[2], tests: cells[3]}
		switch {
		case document == "":
			r.kind = "extra" // of no document
		case r.kind == "":
			r.kind = "call"
		}
		rows = append(rows, r)
	}
	return rows
}

// scriptCalls are the calls that scripts have made to a simulated service, by
// the script.
type scriptCalls struct {
	mu   sync.Mutex
	made map[string][]sim.Call
}

func (c *scriptCalls) add(script string, calls []sim.Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made[script] = append(c.made[script], calls...)
}

// check holds docs/coverage.md against what was called: of the scripts of a
// row, all of which have run, one at least has made the row's call.
func (c *scriptCalls) check(t *testing.T) {
	for _, r := range coverageRows(t) {
		shown, ran := false, true
		names := regexp.MustCompile("`script/(\\w+)`").FindAllStringSubmatch(r.tests, -1)
		method, path, _ := strings.Cut(r.call, " ")
		pattern := regexp.MustCompile("^/" + strings.ReplaceAll(regexp.QuoteMeta(path), `\*`, "[^/]+") + "/?$")
		for _, m := range names {
			calls, known := c.made[m[1]]
			ran = ran && known
			shown = shown || slices.ContainsFunc(calls, func(call sim.Call) bool {
				return call.Method == method && pattern.MatchString(strings.ToLower(call.Path))
			})
		}
		if len(names) > 0 && ran && !shown {
			t.Errorf("docs/coverage.md: %s: no script of the row makes the call", r)
		}
	}
}
