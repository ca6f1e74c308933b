package main

import (
	"strings"

	"github.com/kktctl/kktctl/spec/diag"
)

// hintMark begins the line of an error that tells the way out.
const hintMark = "\nhint: "

// fromText makes a diagnostic of an error's text: the first line, the lines
// below it, and the hint.
func fromText(text string) diag.Diagnostic {
	var d diag.Diagnostic
	if before, hint, found := strings.Cut(text, hintMark); found {
		text, d.Hint = before, hint
	}
	d.Summary, d.Detail, _ = strings.Cut(text, "\n")
	return d
}
