package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/planner"
)

func interruptible(t *testing.T) (*App, chan os.Signal) {
	t.Helper()
	signals := make(chan os.Signal)
	app := testApp(t)
	app.Signals = func() (<-chan os.Signal, func()) { return signals, func() {} }
	return app, signals
}

func TestFirstInterruptStopsSoftlyTheSecondAtOnce(t *testing.T) {
	app, signals := interruptible(t)
	ctx, in := app.watchInterrupts(t.Context())
	defer in.end()
	in.softly()
	signals <- os.Interrupt
	<-in.stop
	if ctx.Err() != nil || !in.happened() {
		t.Fatalf("after the first: %v, happened %v", ctx.Err(), in.happened())
	}
	signals <- os.Interrupt
	<-ctx.Done()
}

// TestInterruptIsToldThroughTheProgress looks that nothing is written past
// what draws on the terminal, and that notices find their way afterwards.
func TestInterruptIsToldThroughTheProgress(t *testing.T) {
	for _, drawing := range []bool{true, false} {
		app, signals := interruptible(t)
		var errs bytes.Buffer
		app.Err = &errs
		_, in := app.watchInterrupts(t.Context())
		in.softly()
		var told []string
		closed := false
		ending := in.through(func(text string) { told = append(told, text) }, func() error { closed = true; return nil })
		if !drawing {
			if err := ending(); err != nil || !closed {
				t.Errorf("closed %v: %v", closed, err)
			}
		}
		signals <- os.Interrupt
		<-in.stop
		in.end()
		if drawing && (len(told) != 1 || errs.Len() > 0) || !drawing && (len(told) > 0 || errs.String() != softNotice+"\n") {
			t.Errorf("drawing %v: told %q, stderr %q", drawing, told, errs.String())
		}
	}
}

// TestListenerTakesTheInterruptNotice looks that a run hands notices to what
// it draws, which cleans them, and takes them back at its end.
func TestListenerTakesTheInterruptNotice(t *testing.T) {
	const notice = "a\x1b[Ab"
	for _, tty := range []bool{true, false} {
		app, _ := interruptible(t)
		var errs bytes.Buffer
		app.Err, app.ErrTTY = &lineWriter{w: &errs}, tty
		_, in := app.watchInterrupts(t.Context())
		_, done := app.shownListener(&globals{}, in, &planner.Plan{}, running{})
		in.notice(notice)
		if err := done(); err != nil {
			t.Fatal(err)
		}
		in.notice("later")
		in.end()
		got := errs.String()
		if strings.Count(got, `a\x1b[Ab`) != 1 || strings.Contains(got, notice) || !strings.HasSuffix(got, "later\n") {
			t.Errorf("terminal %v: %q", tty, got)
		}
	}
}

func TestInterruptEndsAtOnceWhileNothingIsSent(t *testing.T) {
	app, signals := interruptible(t)
	ctx, in := app.watchInterrupts(t.Context())
	defer in.end()
	signals <- os.Interrupt
	<-ctx.Done()
	if exitCode(ctx.Err()) != exitInterrupted {
		t.Errorf("exit code %d", exitCode(ctx.Err()))
	}
}

func TestConfirm(t *testing.T) {
	for answer, want := range map[string]error{
		"yes\n": nil, "yes\r\n": nil, "yes": nil,
		"y\n": errDeclined, "YES\n": errDeclined, "yes please\n": errDeclined, " yes\n": errDeclined, "": errDeclined,
		strings.Repeat("yes", 1000): errDeclined,
	} {
		app := testApp(t)
		app.In = strings.NewReader(answer)
		if err := app.confirm(t.Context(), "Apply?"); !errors.Is(err, want) {
			t.Errorf("%q: %v", answer, err)
		}
	}
}

func TestConfirmIsInterrupted(t *testing.T) {
	app := testApp(t)
	never, w := io.Pipe()
	defer w.Close()
	app.In = never
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := app.confirm(ctx, "Apply?"); exitCode(err) != exitInterrupted {
		t.Errorf("%v: exit code %d", err, exitCode(err))
	}
}

func TestProgram(t *testing.T) {
	app := testApp(t)
	for want, g := range map[string]globals{
		"kktctl":                              {File: "fleet.yaml"},
		"kktctl -f 'my fleet.yaml' --sandbox": {File: "my fleet.yaml", Sandbox: true},
		`kktctl --state 'it'\''s' --endpoint http://127.0.0.1:1`: {File: "fleet.yaml", State: "it's", Endpoint: "http://127.0.0.1:1"},
	} {
		if got := app.program(&g); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestHelpOfEveryCommand looks that each command says in a line what it is
// for, and that its help works.
func TestHelpOfEveryCommand(t *testing.T) {
	app := testApp(t)
	root, _ := newRootCmd(app)
	commands := root.Commands()
	for len(commands) > 0 {
		c := commands[0]
		commands = append(commands[1:], c.Commands()...)
		var out bytes.Buffer
		app := testApp(t)
		app.Out = &out
		args := slices.Concat(strings.Fields(c.CommandPath())[1:], []string{"--help"})
		if code := app.Main(args); code != 0 || c.Short == "" || !strings.Contains(out.String(), "Usage:") {
			t.Errorf("%s: exit %d, short %q, help %q", c.CommandPath(), code, c.Short, out.String())
		}
	}
}
