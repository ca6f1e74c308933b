package main

import (
	"bytes"
	"errors"
	"testing"
)

func TestCodesAloneAreNoErrorToTell(t *testing.T) {
	for name, err := range map[string]error{
		"one":    withCode(exitUnknown, nil),
		"joined": withCode(exitInterrupted, errors.Join(nil, withCode(exitUnknown, nil))),
	} {
		var b bytes.Buffer
		(&App{Err: &b, Env: func(string) string { return "" }}).printError(&globals{}, err)
		if b.Len() > 0 {
			t.Errorf("%s: said %q", name, b.String())
		}
	}
}
