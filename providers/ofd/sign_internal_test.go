package ofd

import (
	"context"
	"errors"
	"testing"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/providers/ofd/signer"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// signs is a signer whose signature names the document.
type signs struct{}

func (signs) Sign(_ context.Context, d signer.Document) (string, error) {
	return "made for " + d.DocumentID, nil
}

// A signature that a person gave goes with the document that it was asked for,
// and with no other.
func TestASignatureIsSentForItsDocument(t *testing.T) {
	errStop := errors.New("not sent in this test")
	for name, test := range map[string]struct{ given, asked, want string }{
		"given for this one":     {"given", "d-1", "given"},
		"given for another":      {"given", "d-0", "made for d-1"},
		"given, nobody was told": {"given", "", "given"},
		"not given":              {"", "", "made for d-1"},
	} {
		hash := ""
		run := &apply.Run{
			Address: "kkts.a", Fleet: &spec.Fleet{Companies: map[string]spec.Company{"c": {Signatory: spec.Signatory{Signer: "s"}}}},
			Till:     &spec.KKT{Company: "c"},
			Workflow: state.Workflow{Phase: phaseSignature, Data: state.WorkflowData{ApplicationID: "app", Signature: test.given, DocumentID: test.asked}},
			Intend: func(_ context.Context, _ state.Effect, h string, _ map[string]string) error {
				hash = h
				return errStop
			},
		}
		a := application{p: &Provider{Observer: &Observer{cfg: Config{Signers: map[string]signer.Signer{"s": signs{}}}}}}
		_, err := a.signDocument(t.Context(), run, partner.Application{ID: "app"}, partner.Document{ID: "d-1", Content: "x"}, nil)
		if !errors.Is(err, errStop) || hash != requestHash([]string{"app", "d-1", test.want}) {
			t.Errorf("%s: %v, or not the signature %q", name, err, test.want)
		}
	}
}
