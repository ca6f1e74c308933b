package main

import (
	"strings"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/spec"
)

// program is how the commands shown to a person begin: with the flags that
// this one was called with, so that they can be copied as they are.
func (a *App) program(g *globals) string {
	words := []string{"kktctl"}
	if g.File != "fleet.yaml" {
		words = append(words, "-f", shellWord(g.File))
	}
	if g.State != "" && spec.CheckStateURL(g.State) == nil { // what is refused may hold a password
		words = append(words, "--state", shellWord(g.State))
	}
	if g.Endpoint != "" && g.Endpoint != a.Env("KKTCTL_ENDPOINT") {
		words = append(words, "--endpoint", shellWord(g.Endpoint))
	}
	if g.Sandbox {
		words = append(words, "--sandbox")
	}
	return strings.Join(words, " ")
}

// goOn says which command comes next, to stand behind a sentence; nothing
// where a pipeline knows that.
func (a *App) goOn(g *globals, command string) string {
	if a.automated() {
		return ""
	}
	return " Go on with: " + a.program(g) + " " + command
}

// shellWord quotes a word for a POSIX shell when it needs quoting.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=@,+", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// errOptions are the view's options for what goes to stderr.
func (a *App) errOptions(g *globals) view.Options {
	o := a.output(g).ErrOptions(a.now())
	o.Program, o.Automated = a.program(g), a.automated()
	return o
}

// outOptions are the view's options for what goes to stdout.
func (a *App) outOptions(g *globals) view.Options {
	o := a.output(g).OutOptions(a.now())
	o.Program, o.Automated = a.program(g), a.automated()
	return o
}
