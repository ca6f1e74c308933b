package view

import (
	"os"
	"path/filepath"
	"testing"
)

func TestNewOutput(t *testing.T) {
	for name, c := range map[string]struct {
		env          map[string]string
		noColor      bool
		tty          bool
		color, moves bool
	}{
		"terminal":             {tty: true, color: true, moves: true},
		"pipe":                 {moves: true},
		"--no-color":           {tty: true, noColor: true, moves: true},
		"NO_COLOR":             {tty: true, env: map[string]string{"NO_COLOR": "1"}, moves: true},
		"empty NO_COLOR":       {tty: true, env: map[string]string{"NO_COLOR": ""}, color: true, moves: true},
		"CLICOLOR=0":           {tty: true, env: map[string]string{"CLICOLOR": "0"}, moves: true},
		"CLICOLOR=1 in a pipe": {env: map[string]string{"CLICOLOR": "1"}, moves: true},
		"CLICOLOR_FORCE":       {env: map[string]string{"CLICOLOR_FORCE": "1"}, color: true, moves: true},
		"NO_COLOR wins":        {env: map[string]string{"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, moves: true},
		"--no-color wins":      {env: map[string]string{"CLICOLOR_FORCE": "1"}, noColor: true, moves: true},
		"dumb terminal":        {tty: true, env: map[string]string{"TERM": "dumb"}},
		"CI":                   {tty: true, env: map[string]string{"CI": "true"}},
		"CI=false":             {tty: true, env: map[string]string{"CI": "false"}, color: true, moves: true},
	} {
		out := NewOutput(OutputOptions{
			OutTTY: c.tty, ErrTTY: c.tty, NoColor: c.noColor,
			LookupEnv: func(k string) (string, bool) { v, ok := c.env[k]; return v, ok },
		})
		if got := out.OutOptions(now()).Color; got != c.color {
			t.Errorf("%s: colour %v", name, got)
		}
		if got := out.ErrOptions(now()).Color; got != c.color {
			t.Errorf("%s: colour of stderr %v", name, got)
		}
		if out.Moving != c.moves {
			t.Errorf("%s: moving %v", name, out.Moving)
		}
	}
}

func TestColoursAreOfEachStream(t *testing.T) {
	out := NewOutput(OutputOptions{ErrTTY: true})
	if out.OutOptions(now()).Color || !out.ErrOptions(now()).Color {
		t.Error("a pipe on stdout is coloured, or the terminal on stderr is not")
	}
}

func TestDetectAFile(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if tty, w := Detect(f); tty || w != 0 {
		t.Errorf("a file is a terminal of %d columns", w)
	}
}
