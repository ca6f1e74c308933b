// Command mutants plants bugs and looks whether the tests find them. Each file
// of testdata is a small change that breaks a promise of kktctl, with the
// promise and the tests that have to fail. The repository is copied into a
// temporary folder; there the changes are made one at a time.
//
// It ends with 1 when a change survives its tests, does not apply any more,
// does not build, or when a test that is to find it fails without it.
//
//	go run ./internal/mutants [-run PATTERN]
package main

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"time"
)

//go:embed testdata/*.txtar
var planted embed.FS

func main() {
	pattern := flag.String("run", "", "only the mutants whose names match")
	root := flag.String("root", ".", "the repository")
	flag.Parse()
	if err := interruptible(*root, *pattern); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// interruptible lets the copy be removed when somebody loses patience.
func interruptible(root, pattern string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return run(ctx, root, pattern, os.Stdout)
}

func run(ctx context.Context, root, pattern string, out io.Writer) error {
	chosen, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	mutants, err := load(planted)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "kktctl-mutants-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := copyTree(root, dir); err != nil {
		return err
	}
	b := bench{dir: dir, clean: map[suite]error{}}
	return b.all(ctx, mutants, chosen, out)
}

// all tries the mutants and prints a line for each.
func (b *bench) all(ctx context.Context, mutants []mutant, chosen *regexp.Regexp, out io.Writer) error {
	began, tried, bad := time.Now(), 0, 0
	for _, m := range mutants {
		if !chosen.MatchString(m.name) {
			continue
		}
		tried++
		start := time.Now()
		verdict, err := b.try(ctx, m)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			bad++
			verdict = err.Error()
		}
		fmt.Fprintf(out, "%-34s %-62s %5.1fs  %s\n", m.name, m.promise, time.Since(start).Seconds(), verdict)
	}
	fmt.Fprintf(out, "%d planted, %d caught, %d not; %s\n", tried, tried-bad, bad, time.Since(began).Round(time.Second))
	if bad > 0 {
		return fmt.Errorf("%d were not caught", bad)
	}
	if tried == 0 {
		return errors.New("no mutant has such a name")
	}
	return nil
}
