package view

import (
	"io"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"
)

// defaultWidth is taken for a stream whose width is not known.
const defaultWidth = 100

// Output is where kktctl prints: plans and data to Out, progress and
// diagnostics to Err. Its fields may be set by tests at will.
type Output struct {
	Out, Err io.Writer
	// Color allows colours; a stream is coloured when it is a terminal too.
	Color bool
	// ForceColor has streams coloured that are no terminals.
	ForceColor bool
	// Width is in columns; 0 means that it is not known.
	Width          int
	OutTTY, ErrTTY bool
	// Moving allows live progress on Err when that is a terminal.
	Moving  bool
	Verbose bool
}

// OutputOptions is what NewOutput decides from.
type OutputOptions struct {
	Out, Err       io.Writer
	OutTTY, ErrTTY bool
	Width          int
	NoColor        bool                             // --no-color
	Verbose        bool                             // -v
	LookupEnv      func(name string) (string, bool) // os.LookupEnv; nil means an empty environment
}

// NewOutput decides about colours and movement from the environment:
// --no-color and NO_COLOR forbid colours, CLICOLOR_FORCE demands them,
// CLICOLOR=0, TERM=dumb and CI do without; CI and TERM=dumb forbid movement.
func NewOutput(o OutputOptions) Output {
	env := func(name string) string {
		if o.LookupEnv == nil {
			return ""
		}
		v, _ := o.LookupEnv(name)
		return v
	}
	still := env("TERM") == "dumb" || IsSet(env("CI"))
	out := Output{
		Out: o.Out, Err: o.Err, OutTTY: o.OutTTY, ErrTTY: o.ErrTTY,
		Width: o.Width, Verbose: o.Verbose, Moving: !still,
	}
	switch {
	case o.NoColor || env("NO_COLOR") != "":
	case IsSet(env("CLICOLOR_FORCE")):
		out.Color, out.ForceColor = true, true
	default:
		out.Color = !still && env("CLICOLOR") != "0"
	}
	return out
}

// IsSet reads a switch in the environment: absent, empty, 0 and false are off.
func IsSet(v string) bool { return v != "" && v != "0" && v != "false" }

// Detect tells whether a file is a terminal and how wide it is; the width of
// what is no terminal is 0.
func Detect(f *os.File) (tty bool, width int) {
	if !isatty.IsTerminal(f.Fd()) {
		return false, 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		width = 0
	}
	return true, width
}

// Options is how a text is made.
type Options struct {
	Color   bool
	Width   int // columns; 0 means the default of 100
	Verbose bool
	// Now is what relative times count from; zero leaves them out.
	Now time.Time
	// Location is the zone that times are shown in; nil means Moscow time,
	// in which the service and the tax service count their days.
	Location *time.Location
	// Program is what commands to copy begin with, ready for a shell; empty
	// means kktctl.
	Program string
	// Again are the flags that an apply was called with, to stand behind an
	// apply that goes on with it; they begin with a space.
	Again string
	// Automated leaves out which command comes next: a pipeline knows.
	Automated bool
}

// OutOptions are the Options for texts that go to Out.
func (o Output) OutOptions(now time.Time) Options {
	return Options{Color: o.colored(o.OutTTY), Width: o.Width, Verbose: o.Verbose, Now: now}
}

// ErrOptions are the Options for texts that go to Err.
func (o Output) ErrOptions(now time.Time) Options {
	return Options{Color: o.colored(o.ErrTTY), Width: o.Width, Verbose: o.Verbose, Now: now}
}

func (o Output) colored(tty bool) bool { return o.Color && (tty || o.ForceColor) }

// width is the width to lay out for: what is narrower than 40 columns is
// treated as 40, or every word would stand alone.
func (o Options) width() int {
	switch {
	case o.Width <= 0:
		return defaultWidth
	case o.Width < 40:
		return 40
	default:
		return o.Width
	}
}

// commands puts the program into the commands that a text names, so that they
// can be copied as they are.
func (o Options) commands(text string) string {
	if o.program() == "kktctl" && o.Again == "" || !strings.Contains(text, "kktctl ") {
		return text
	}
	words := strings.Split(text, "kktctl ")
	var b strings.Builder
	for i, w := range words[:len(words)-1] {
		b.WriteString(w)
		name, _, _ := strings.Cut(words[i+1], " ")
		switch name = strings.TrimRight(name, ".,:;\n"); {
		case name == "apply":
			words[i+1] = name + o.Again + strings.TrimPrefix(words[i+1], name)
			b.WriteString(o.program() + " ")
		case isCommand(name):
			b.WriteString(o.program() + " ")
		default:
			b.WriteString("kktctl ")
		}
	}
	return b.String() + words[len(words)-1]
}

// isCommand tells the commands that take the flags of Program from other
// words.
func isCommand(name string) bool {
	switch name {
	case "validate", "plan", "drift", "apply", "resume", "tasks", "resolve", "state", "unlock", "receipt", "import",
		"check", "show", "graph", "sandbox":
		return true
	}
	return false
}

// program is the beginning of a command to copy.
func (o Options) program() string {
	if o.Program == "" {
		return "kktctl"
	}
	return o.Program
}
