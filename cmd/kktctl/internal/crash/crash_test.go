package crash

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// everything brings ten tills through all workflows in one apply.
func everything(parallelism int) *scenario {
	return &scenario{name: "everything", most: 4, apply: []string{
		"apply", "--auto-approve", "--wait", "20s", "--parallelism", strconv.Itoa(parallelism),
	}}
}

// The sizes of the sample, when not all is asked for.
const (
	sampleCritical = 40 // one crash at a critical point, one workflow at a time
	sampleFiles    = 30 // one crash where files are replaced
	sampleSingle   = 10 // one crash anywhere
	sampleParallel = 40 // one crash, ten workflows at a time
	sampleSystems  = 40 // one crash where nothing lists what was done
	samplePeople   = 4  // one crash while people sign and report; a case has dozens of processes
	sampleDouble   = 40 // two crashes in a row
)

// TestCrashAnywhere kills kktctl at every point of its work, once, and at
// pairs of points. The sample leans towards the points around calls that cannot
// be repeated.
func TestCrashAnywhere(t *testing.T) {
	b := programs
	if given := os.Getenv("KKTCTL_CRASH_POINTS"); given != "" {
		one(t, b, given)
		return
	}
	all := os.Getenv("KKTCTL_CRASH") == "all"
	rng := random(t)
	t.Run("one workflow at a time", func(t *testing.T) {
		s := everything(1)
		calm := s.calm(t, b)
		cases := each(len(calm.points))
		if !all { // the same points come in every run
			cases = sample(sampleSingle, func() []int { return []int{1 + rng.IntN(len(calm.points))} })
			cases = append(cases, some(rng, sampleCritical, critical(calm.points))...)
			cases = append(cases, some(rng, sampleFiles, replacing(calm.points))...)
		}
		s.playAll(t, b, calm, cases)
	})
	t.Run("ten workflows at a time", func(t *testing.T) {
		s := everything(10)
		calm := s.calm(t, b)
		cases := each(len(calm.points))
		if !all {
			cases = sample(sampleParallel, func() []int { return []int{near(rng, calm.points)} })
		}
		s.playAll(t, b, calm, cases)
	})
	t.Run("people sign and report", func(t *testing.T) {
		s := people()
		calm := s.calm(t, b)
		size := samplePeople
		if all {
			size *= 100
		}
		s.playAll(t, b, calm, sample(size, func() []int { return []int{near(rng, calm.points)} }))
	})
	t.Run("the other systems", func(t *testing.T) {
		s := systems("1")
		calm := s.calm(t, b)
		cases := each(len(calm.points))
		if !all {
			cases = sample(sampleSystems/4, func() []int { return []int{1 + rng.IntN(len(calm.points))} })
			cases = append(cases, some(rng, sampleSystems-len(cases), critical(calm.points))...)
		}
		s.playAll(t, b, calm, cases)
	})
	t.Run("the other systems, two crashes", func(t *testing.T) {
		s := systems("10")
		calm := s.calm(t, b)
		size := sampleSystems / 4
		if all {
			size = len(calm.points)
		}
		s.playAll(t, b, calm, sample(size, func() []int {
			return []int{near(rng, calm.points), near(rng, calm.points)}
		}))
	})
	t.Run("two crashes", func(t *testing.T) {
		s := everything(10)
		calm := s.calm(t, b)
		size := sampleDouble
		if all {
			size = len(calm.points)
		}
		s.playAll(t, b, calm, sample(size, func() []int {
			return []int{near(rng, calm.points), near(rng, calm.points)}
		}))
	})
}

// critical finds the points before, within and after the calls that cannot be
// repeated, and those at the writing down of what became of them.
func critical(points []string) []int {
	var out []int
	for i, name := range points {
		_, what, _ := strings.Cut(name, " ")
		// What goes to Ferma shows nothing of itself.
		if !strings.HasPrefix(what, "POST ") && what != "TLS" || strings.HasSuffix(what, "/prepareDocuments") || strings.HasSuffix(what, "/CreateAuthToken") {
			continue
		}
		out = append(out, i+1)
		if strings.HasPrefix(name, "answered ") {
			for k := i + 1; k < len(points) && k < i+3; k++ {
				out = append(out, k+1)
			}
		}
	}
	return out
}

// replacing finds the points at which files are replaced and locks change
// hands: few among the many of a journal that is appended to.
func replacing(points []string) []int {
	var out []int
	for i, name := range points {
		if strings.HasSuffix(name, ".tmp") || strings.Contains(name, " rename ") || strings.Contains(name, " syncdir ") ||
			strings.Contains(name, " remove ") || strings.Contains(name, " lock ") {
			out = append(out, i+1)
		}
	}
	return out
}

// some draws cases of one crash from points.
func some(rng *rand.Rand, size int, points []int) [][]int {
	var out [][]int
	for _, i := range rng.Perm(len(points))[:min(size, len(points))] {
		out = append(out, []int{points[i]})
	}
	return out
}

// near draws a point: half of the time one about where a critical one was in
// another run, for with many workflows at a time no two runs are the same.
func near(rng *rand.Rand, points []string) int {
	if c := critical(points); rng.IntN(2) == 0 {
		return max(1, c[rng.IntN(len(c))]+rng.IntN(5)-2)
	}
	return 1 + rng.IntN(len(points))
}

// one plays the case that the environment names, and tells all of it.
func one(t *testing.T, b bin, given string) {
	var crashes []int
	for _, s := range strings.Split(given, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			t.Fatalf("KKTCTL_CRASH_POINTS is %q, want numbers from 1", given)
		}
		crashes = append(crashes, n)
	}
	s := everything(1)
	calm := s.calm(t, b)
	p := s.play(t, b, crashes...)
	t.Logf("died at %q; %d rounds to the end", p.deaths, p.rounds)
	for _, w := range p.judgeCase(calm) {
		t.Error(w)
	}
}

// random gives the generator of the sample. Its seed is printed and can be
// given again.
func random(t *testing.T) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("KKTCTL_CRASH_SEED"); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatalf("KKTCTL_CRASH_SEED is %q, want a number", given)
		}
	}
	t.Logf("KKTCTL_CRASH_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func each(n int) [][]int {
	var out [][]int
	for i := range n {
		out = append(out, []int{i + 1})
	}
	return out
}

func sample(size int, draw func() []int) [][]int {
	var out [][]int
	for range size {
		out = append(out, draw())
	}
	return out
}

// calm runs the scenario without a crash and wants it to be in order.
func (s *scenario) calm(t *testing.T, b bin) played {
	t.Helper()
	p := s.play(t, b)
	if len(p.wrong) > 0 || len(p.points) == 0 {
		t.Fatalf("the undisturbed run: %s\n%s", strings.Join(p.wrong, "\n"), tail(p.story))
	}
	t.Logf("an undisturbed run has %d points, %d calls that cannot be repeated", len(p.points), len(p.calls))
	return p
}

// playAll plays the cases, some at a time.
func (s *scenario) playAll(t *testing.T, b bin, calm played, cases [][]int) {
	t.Helper()
	sum := tally{rounds: map[int]int{}, deaths: map[string]int{}}
	together(len(cases), func(i int) bool {
		p := s.play(t, b, slices.Clone(cases[i])...)
		sum.add(p)
		if wrong := p.judgeCase(calm); len(wrong) > 0 {
			t.Errorf("crashes %v, died at %q:\n%s", cases[i], p.deaths, strings.Join(wrong, "\n"))
		}
		return !sum.failing(t)
	})
	t.Log(sum.String())
}

// together plays n cases, a few at a time: each waits for its processes half of the
// time. It stops when one says so.
func together(n int, play func(i int) bool) {
	places := make(chan struct{}, 2*runtime.GOMAXPROCS(0))
	var players sync.WaitGroup
	var stop atomic.Bool
	for i := 0; i < n && !stop.Load(); i++ {
		places <- struct{}{}
		players.Go(func() { // a case that cannot go on ends its goroutine alone
			defer func() { <-places }()
			if !play(i) {
				stop.Store(true)
			}
		})
	}
	players.Wait()
}

// tally is what many cases have shown.
type tally struct {
	mu                           sync.Mutex
	cases, died, checked, drafts int
	rounds                       map[int]int    // cases by rounds to the empty plan
	deaths                       map[string]int // by kind of point
}

func (s *tally) add(p played) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cases++
	s.checked += len(p.calls)
	s.drafts += p.outcome.drafts
	if len(p.deaths) > 0 {
		s.rounds[p.rounds+1]++
	}
	for _, d := range p.deaths {
		s.died++
		kind, _, _ := strings.Cut(d, " ")
		s.deaths[kind]++
	}
}

// failing tells whether enough is known to stop: one defect fails many cases.
func (s *tally) failing(t *testing.T) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return t.Failed() && s.cases > 20
}

// String gives the figures.
func (s *tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d cases, %d deaths, %d calls that cannot be repeated were checked, %d unsigned drafts left;", s.cases, s.died, s.checked, s.drafts)
	for _, k := range slices.SortedFunc(maps.Keys(s.deaths), func(a, b string) int { return cmp.Compare(s.deaths[b], s.deaths[a]) }) {
		fmt.Fprintf(&b, " %s %d", k, s.deaths[k])
	}
	b.WriteString("; rounds to the empty plan:")
	for _, k := range slices.Sorted(maps.Keys(s.rounds)) {
		fmt.Fprintf(&b, " %d× %d", s.rounds[k], k)
	}
	return b.String()
}
