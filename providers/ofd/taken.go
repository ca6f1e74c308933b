package ofd

import (
	"context"
	"fmt"
	"strings"

	"github.com/kktctl/kktctl/apply"
)

// takenBefore looks whether Orange Data took a document at an earlier attempt,
// when a later one is refused: a refusal tells of its own attempt only. (What
// CheckOnline says of a RequestId holds for all of them.)
func (p *Provider) takenBefore(ctx context.Context, d *Document, id string, refused *failedPrint) (answer, *failedPrint) {
	if d.checkOnline != nil {
		return answer{}, refused
	}
	got, err := p.lookUp(ctx, d.INN, id)
	switch {
	case err != nil:
		return answer{}, &failedPrint{fault: faultUnclear, text: refused.text + "; and " + sentence(err), hint: refused.hint}
	case got.unknown:
		return answer{}, refused
	}
	return got, nil
}

// another tells a document that the service knew before it was sent from
// here, and that is not the one that was to be printed. Whether it is that one
// all the same, only a person can say: a service may repeat what it printed in
// other words.
func (s printing) another(got answer) (apply.Transition, bool) {
	if got.whole == nil || !s.run.Workflow.Data.Receipt.Known {
		return apply.Transition{}, false
	}
	var differs []string
	switch {
	case s.doc.orangeData != nil:
		differs = got.whole.Differs(s.doc.orangeData.Content)
	case s.doc.correction != nil:
		differs = got.whole.Differs(s.doc.correction.Content)
	default:
		return s.sameFile("the service knew " + s.id + " before it was sent: send the same file again, which compares it with what was printed"), true
	}
	if len(differs) == 0 {
		return apply.Transition{}, false
	}
	return person(s.run, fmt.Sprintf("the service knew %s before it was sent, and what it printed (document %s) differs from the file in %s",
		s.id, got.printed.Document, strings.Join(differs, ", ")),
		"look for it among the till's documents: --sent when it is yours all the same; else --not-sent, and send yours under a new id"), true
}
