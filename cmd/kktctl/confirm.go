package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxAnswer bounds what is read of an answer: the input may be anything.
const maxAnswer = 256

// nobodyToAsk is told before anything was read or sent, with the reason. It
// names the command that only looks.
func nobodyToAsk(why, look string) error {
	return errors.New("nobody can be asked: " + why + "\nhint: to apply without being asked, use --auto-approve; to look only, use " + look)
}

// errDeclined is told when the answer was not yes.
var errDeclined = errors.New("not confirmed: nothing was done")

// confirm asks and takes exactly yes for an answer.
func (a *App) confirm(ctx context.Context, question string) error {
	fmt.Fprintf(a.Err, "\n%s\nOnly \"yes\" is accepted: ", question)
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(io.LimitReader(a.In, maxAnswer)).ReadString('\n')
		answer <- strings.TrimRight(line, "\r\n")
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(a.Err)
		return context.Cause(ctx)
	case got := <-answer:
		if got != "yes" {
			return withCode(exitError, errDeclined)
		}
		return nil
	}
}
