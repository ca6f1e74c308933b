package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// block is a fenced block of README.md.
type block struct {
	info       string // after the fence
	start, end int    // of the body in the text
}

func blocks(text string) []block {
	var out []block
	fence := regexp.MustCompile("(?m)^```(.*)\n((?s:.*?))^```$")
	for _, m := range fence.FindAllStringSubmatchIndex(text, -1) {
		out = append(out, block{info: text[m[2]:m[3]], start: m[4], end: m[5]})
	}
	return out
}

// TestReadme runs the commands on the first page, in order and in one folder,
// with the fleet file that stands there. A line of three dots stands for any
// lines; -update writes the output of blocks without one anew.
func TestReadme(t *testing.T) {
	path, err := filepath.Abs(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	t.Chdir(t.TempDir())
	var out strings.Builder
	commands, last := 0, 0
	for _, b := range blocks(text) {
		body := text[b.start:b.end]
		if name, ok := strings.CutPrefix(b.info, "yaml "); ok {
			if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if b.info != "console" {
			continue
		}
		commands++
		got := runReadme(t, body)
		if !matchesDots(body, got) {
			if !*update || strings.Contains(body, "\n...\n") {
				t.Errorf("README.md shows:\n%s\nkktctl says:\n%s", body, got)
			}
		}
		if !strings.Contains(body, "\n...\n") {
			out.WriteString(text[last:b.start] + got)
			last = b.end
		}
	}
	if commands < 4 {
		t.Errorf("README.md shows %d commands", commands)
	}
	if *update {
		if err := os.WriteFile(path, []byte(out.String()+text[last:]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// runReadme runs the command of a block and gives the block as it should be.
func runReadme(t *testing.T, body string) string {
	t.Helper()
	line, _, _ := strings.Cut(body, "\n")
	command, ok := strings.CutPrefix(line, "$ kktctl ")
	if !ok {
		t.Fatalf("a console block begins with %q", line)
	}
	var shown bytes.Buffer
	app := testApp(t)
	app.Out, app.Err = &shown, &shown
	if code := app.Main(strings.Fields(command)); code != 0 {
		t.Errorf("%s: exit code %d", line, code)
	}
	return line + "\n" + shown.String()
}

// matchesDots compares line by line; "..." stands for any lines.
func matchesDots(want, got string) bool {
	pattern := regexp.QuoteMeta(want)
	pattern = strings.ReplaceAll(pattern, `\.\.\.`+"\n", `(?s:.*\n)?`)
	return regexp.MustCompile(`^` + pattern + `$`).MatchString(got)
}

// testApp is a kktctl inside this process: its clock starts on a fixed Monday.
func testApp(t *testing.T) *App {
	t.Helper()
	began, monday := time.Now(), time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	env := map[string]string{"KKTCTL_POLL_INTERVAL": "1ms", "KKTCTL_QUIET_PERIOD": "1ms"}
	return &App{
		In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &bytes.Buffer{},
		Env:     func(name string) string { return env[name] },
		Now:     func() time.Time { return monday.Add(time.Since(began)) },
		Signals: func() (<-chan os.Signal, func()) { return nil, func() {} },
	}
}
