package crash

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/providers/ofd/sim"
)

// scenario is a fleet, a world, and what is done to bring them together.
type scenario struct {
	name  string   // of the fleet, and of its files in testdata
	apply []string // the command that is run until the plan is empty
	only  []string // its flags that resume does not take
	most  int      // rounds that this may take
	ferma bool     // is served as well, with TLS
	// people do what they owe after each apply; false when a process died.
	people func(g *game) bool
}

func (s *scenario) fleetFile() string { return filepath.Join("testdata", s.name+".yaml") }

func (s *scenario) world(t testing.TB) *sim.World {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", s.name+".world.json"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.ParseWorld(data)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// played is what one case has shown.
type played struct {
	outcome outcome
	points  []string // passed by the first processes, until one died
	deaths  []string // where processes died
	rounds  int      // until the plan was empty, after the last death
	calls   []call   // that cannot be repeated
	wrong   []string
	story   []string // what the processes said
}

// game is one case while it is played.
type game struct {
	*scenario
	t       testing.TB
	b       bin
	j       *judge
	root    string
	machine int
	dir     string
	quiet   time.Duration // period; 0 means hardly any
	crashes []int         // points still to die at, each counted from the death before
	log     []string
	played
}

// begin sets a case up; end plays it.
func (s *scenario) begin(t testing.TB, b bin, crashes ...int) *game {
	t.Helper()
	root, err := os.MkdirTemp("", "kktctl-crash-")
	if err != nil {
		t.Fatal(err)
	}
	g := &game{scenario: s, t: t, b: b, j: newJudge(t, s.world(t)), root: root, crashes: crashes}
	if s.ferma {
		g.j.withFerma(t, authority)
	}
	g.move()
	return g
}

// end goes on until the plan is empty, and gives what was shown.
func (g *game) end() played {
	g.t.Helper()
	defer os.RemoveAll(g.root)
	defer g.j.close()
	g.goOn()
	g.j.finish()
	g.outcome = outcomeOf(g.t, g.j, g.dir, g.name)
	g.calls = g.j.calls
	g.wrong = append(g.wrong, g.j.verdict()...)
	g.story = g.log
	return g.played
}

// tail shortens what processes said to what a failure needs.
func tail(story []string) string {
	const most = 1500
	var b strings.Builder
	for _, s := range story {
		if len(s) > most {
			first, _, _ := strings.Cut(s, "\n")
			s = first + "\n…" + strings.ToValidUTF8(s[len(s)-most:], "")
		}
		b.WriteString(s + "\n")
	}
	return b.String()
}

// play runs the scenario, dying at the given points, until the plan is empty.
func (s *scenario) play(t testing.TB, b bin, crashes ...int) played {
	t.Helper()
	return s.begin(t, b, crashes...).end()
}

// move lets the next process work on another machine.
func (g *game) move() {
	g.t.Helper()
	g.dir = place(g.t, g.root, g.scenario, g.j, g.machine)
	g.machine++
	g.j.use(g.dir, g.name)
}

// run runs a command that dies at point at, and looks no further.
func (g *game) run(at int, args ...string) ended {
	g.t.Helper()
	return g.b.run(g.t, g.j, g.dir, at, g.quiet, args...)
}

// do runs a command and tells whether it lived. What died goes on elsewhere.
func (g *game) do(args ...string) bool {
	g.t.Helper()
	at := 0
	if len(g.crashes) > 0 {
		at = g.crashes[0]
	}
	e := g.run(at, args...)
	g.log = append(g.log, fmt.Sprintf("$ kktctl %s\n%s", strings.Join(args, " "), e.out))
	if len(g.deaths) == 0 {
		g.points = append(g.points, e.points...)
	}
	if e.killed {
		g.deaths = append(g.deaths, e.last())
		g.log = append(g.log, "killed: "+e.last())
		g.crashes = g.crashes[min(1, len(g.crashes)):]
		g.j.settle(g.t)
		g.move()
		return false
	}
	if len(g.crashes) > 0 {
		g.crashes[0] -= len(e.points)
	}
	if e.code != 0 && (e.code != exitUnknown || g.name != "systems") {
		g.wrong = append(g.wrong, fmt.Sprintf("kktctl %s: exit code %d", args[0], e.code))
	}
	return true
}

// goOn applies until the plan is empty, on another machine after each death.
// Every other time it begins there with a resume, as a scheduled job would.
func (g *game) goOn() {
	g.t.Helper()
	for g.rounds = 0; g.rounds < g.most; g.rounds++ {
		if g.round() {
			return
		}
	}
	g.wrong = append(g.wrong, fmt.Sprintf("the plan is not empty after %d rounds", g.rounds))
}

// round applies once and tells whether nothing is left to do.
func (g *game) round() bool {
	g.t.Helper()
	lived := g.do(append(slices.Clone(g.apply), g.only...)...) && (g.people == nil || g.people(g))
	switch {
	case !lived && len(g.points)%2 == 1:
		g.do(append([]string{"resume"}, g.apply[2:]...)...)
		fallthrough
	case !lived:
		g.rounds = -1
		return false
	}
	e := g.run(0, "plan", "--detailed-exitcode")
	if e.code == 0 {
		return true
	}
	g.log = append(g.log, e.out)
	return false
}

// judgeCase compares a case with the run that nobody disturbed.
func (p played) judgeCase(calm played) []string {
	wrong := p.wrong
	if d := cmp.Diff(calm.outcome.world, p.outcome.world); d != "" {
		wrong = append(wrong, "the world is another one (-undisturbed +crashed):\n"+d)
	}
	if d := cmp.Diff(calm.outcome.state, p.outcome.state); d != "" {
		wrong = append(wrong, "the state is another one (-undisturbed +crashed):\n"+d)
	}
	if p.outcome.drafts > p.outcome.orphans {
		wrong = append(wrong, fmt.Sprintf("%d drafts lie at the service, the state tells of %d", p.outcome.drafts, p.outcome.orphans))
	}
	if len(wrong) > 0 {
		wrong = append(wrong, tail(p.story))
	}
	return wrong
}
