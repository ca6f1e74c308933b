package main

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/kktctl/kktctl/planner"
)

var errNegative = errors.New("it is below zero")

// span is a flag's duration that is not negative.
type span time.Duration

// Set reads a duration such as 10m.
func (s *span) Set(text string) error {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return errors.New("it is not a duration such as 10m")
	case d < 0:
		return errNegative
	}
	*s = span(d)
	return nil
}

// String gives "0" for no duration, which help leaves out.
func (s *span) String() string {
	if *s == 0 {
		return "0"
	}
	return time.Duration(*s).String()
}

// Type is what help calls the value.
func (s *span) Type() string { return "duration" }

// fileName is a flag's name of a file or folder. It is never empty: an unset
// variable of a pipeline would be taken for a flag that was not given.
type fileName string

// Set takes the name.
func (n *fileName) Set(text string) error {
	if text == "" {
		return errors.New("it names no file: is a variable empty?")
	}
	*n = fileName(text)
	return nil
}

// String gives the name.
func (n *fileName) String() string { return string(*n) }

// Type is what help calls the value.
func (n *fileName) Type() string { return "string" }

// amount is a flag's whole number that is not negative.
type amount int

// Set reads the number.
func (a *amount) Set(text string) error {
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return errors.New("it is not a whole number")
	case n < 0:
		return errNegative
	}
	*a = amount(n)
	return nil
}

// String gives the number.
func (a *amount) String() string { return strconv.Itoa(int(*a)) }

// Type is what help calls the value.
func (a *amount) Type() string { return "int" }

// lockTimeoutFlag is the flag of every command that takes the state's lock.
func lockTimeoutFlag(f *pflag.FlagSet, d *time.Duration) {
	f.Var((*span)(d), "lock-timeout", "wait for the state's lock for so long, such as 10m")
}

// selectors is the value of a flag that chooses a part of the fleet and can be
// repeated.
type selectors []string

// Set checks the form of one selector and keeps it.
func (s *selectors) Set(text string) error {
	if _, err := planner.ParseSelector(text); err != nil {
		return err
	}
	*s = append(*s, text)
	return nil
}

// String gives them as they were written.
func (s *selectors) String() string { return strings.Join(*s, " ") }

// Type is what help calls the value.
func (s *selectors) Type() string { return "selector" }
