// Command kktctl keeps a fleet of Russian online cash registers (ККТ) as it
// is declared in a YAML file: it reads the live state through OFD.ru's APIs,
// shows a plan, and applies it in dependency order, for weeks where the tax
// service, a signature or a printed report is awaited.
//
// One file holds one command: its options, the constructor that gives it
// flags, and the function that runs it. Streams, environment and clock come
// from App, so that a test runs a command inside its own process.
package main

import (
	"cmp"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
)

// version is set by the linker, see the Makefile.
var version = "dev"

// frugal is the memory in bytes from which it is given back before more is
// taken: what a service answers may be large, and this often runs beside other
// things. It is no bound: a fleet that needs more gets more, slower.
const frugal = 192 << 20

func main() { os.Exit(realMain()) }

// realMain runs kktctl with the process's own streams and gives its exit code.
func realMain() int {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(frugal)
	}
	// Who reads the output may go (a pipe into head, a pager that is left): the
	// work goes on all the same, for what was sent has to be recorded.
	signal.Ignore(syscall.SIGPIPE)
	inTTY, _ := view.Detect(os.Stdin)
	outTTY, width := view.Detect(os.Stdout)
	errTTY, errWidth := view.Detect(os.Stderr)
	width = cmp.Or(width, errWidth)
	app := &App{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		InTTY: inTTY, OutTTY: outTTY, ErrTTY: errTTY, Width: width,
		Size: func() (int, int) {
			width, height, err := term.GetSize(int(os.Stderr.Fd()))
			if err != nil || width == 0 || height == 0 { // a terminal that does not know
				return 80, 24
			}
			return width, height
		},
		Env: os.Getenv,
		Now: time.Now,
		Signals: func() (<-chan os.Signal, func()) {
			c := make(chan os.Signal, 2)
			signal.Notify(c, os.Interrupt, syscall.SIGTERM)
			return c, func() { signal.Stop(c) }
		},
	}
	defer instrument(app)()
	return app.Main(os.Args[1:])
}
