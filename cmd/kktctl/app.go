package main

import (
	"context"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
)

// App is everything that commands take from the outside.
type App struct {
	In       io.Reader
	Out, Err io.Writer
	// InTTY, OutTTY and ErrTTY tell which streams are a terminal.
	InTTY, OutTTY, ErrTTY bool
	Width                 int // of the terminal in columns; 0 when unknown
	// Size gives the present size of the terminal that Err is; it may be nil.
	Size func() (width, height int)
	Env  func(string) string
	Now  func() time.Time
	// Signals starts the delivery of interrupts; the function returned ends it.
	Signals func() (<-chan os.Signal, func())
	// StoreOptions change how local states are kept, and Dial opens the
	// connections to the service. Only tests set them.
	StoreOptions []local.Option
	Dial         func(ctx context.Context, network, address string) (net.Conn, error)

	closers []io.Closer            // stores that this command opened
	opened  map[state.Store]opened // the same, with what they are read with
}

// Main runs the command that the arguments name and gives the exit code.
func (a *App) Main(args []string) int {
	errs := &lineWriter{w: a.Err}
	defer errs.end()
	defer a.closeStores()
	a.Err = errs
	root, g := newRootCmd(a)
	root.SetArgs(args)
	err := root.ExecuteContext(context.Background())
	a.printError(g, err)
	return exitCode(err)
}

// lineWriter lets several goroutines write: calls are told of with -v while
// progress is.
type lineWriter struct {
	mu    sync.Mutex
	w     io.Writer
	ended bool
}

// Write writes p whole.
func (l *lineWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return len(p), nil
	}
	return l.w.Write(p)
}

// end drops what comes later: a login outlives the command that gave it up.
func (l *lineWriter) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
}

// inCI tells whether a pipeline runs this: nobody is asked and nothing moves.
func (a *App) inCI() bool { return view.IsSet(a.Env("CI")) }

// automated tells whether the next command is not for a person to type: hints
// that name it are left out.
func (a *App) automated() bool { return a.inCI() || view.IsSet(a.Env("KKTCTL_IN_AUTOMATION")) }

// now is the current time in UTC: the only form kept and sent.
func (a *App) now() time.Time { return a.Now().UTC() }

// output gives the streams as the view needs them.
func (a *App) output(g *globals) view.Output {
	return view.NewOutput(view.OutputOptions{
		Out: a.Out, Err: a.Err, OutTTY: a.OutTTY, ErrTTY: a.ErrTTY, Width: a.Width,
		NoColor: g.NoColor, Verbose: g.Verbose,
		LookupEnv: func(name string) (string, bool) {
			v := a.Env(name)
			return v, v != ""
		},
	})
}
