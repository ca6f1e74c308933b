package ofd

import (
	"context"
	"encoding/base64"
	"errors"
	"testing"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/providers/ofd/signer"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// signs is a signer whose signature names the document.
type signs struct{}

func (signs) Sign(_ context.Context, d signer.Document) (string, error) {
	return madeFor(d.DocumentID), nil
}

// signature is one in form.
func signature(of string) string { return base64.StdEncoding.EncodeToString([]byte(of)) }

func madeFor(document string) string { return signature("made for " + document) }

// A signature that a person gave goes with the document that it was asked for,
// and with no other.
func TestASignatureIsSentForItsDocument(t *testing.T) {
	const appID, doc, other = "5d000000-0000-4000-8000-00000000000a", "5d000000-0000-4000-8000-000000000001", "5d000000-0000-4000-8000-000000000000"
	given := signature("given")
	errStop := errors.New("not sent in this test")
	api, err := httpapi.New(httpapi.Config{BaseURL: "http://ofd.invalid"})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ given, asked, want string }{
		"given for this one":     {given, doc, given},
		"given for another":      {given, other, madeFor(doc)},
		"given, nobody was told": {given, "", given},
		"not given":              {"", "", madeFor(doc)},
	} {
		hash := ""
		run := &apply.Run{
			Address: "kkts.a", Fleet: &spec.Fleet{Companies: map[string]spec.Company{"c": {Signatory: spec.Signatory{Signer: "s"}}}},
			Till:     &spec.KKT{Company: "c"},
			Workflow: state.Workflow{Phase: phaseSignature, Data: state.WorkflowData{ApplicationID: appID, Signature: test.given, DocumentID: test.asked}},
			Intend: func(_ context.Context, _ state.Effect, h string, _ map[string]string) error {
				hash = h
				return errStop
			},
		}
		a := application{p: &Provider{partner: partner.New(api, httpapi.StaticToken("key", "k")), Observer: &Observer{cfg: Config{Signers: map[string]signer.Signer{"s": signs{}}}}}}
		_, err := a.signDocument(t.Context(), run, partner.Application{ID: appID}, partner.Document{ID: doc, Content: "x"}, nil)
		if !errors.Is(err, errStop) || hash != requestHash([]string{appID, doc, test.want}) {
			t.Errorf("%s: %v, or not the signature %q", name, err, test.want)
		}
	}
}
