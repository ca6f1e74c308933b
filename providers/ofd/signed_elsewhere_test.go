package ofd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/kktctl/kktctl/providers/ofd/signer"
	"github.com/kktctl/kktctl/providers/ofd/sim"
)

// busybody signs a document in the cabinet before kktctl's signature arrives.
type busybody struct {
	t   *testing.T
	url string
}

func (s busybody) Sign(ctx context.Context, d signer.Document) (string, error) {
	signature := sim.SandboxSignature(d.Content)
	body, err := json.Marshal(map[string]string{"DocumentId": d.DocumentID, "Signature": signature})
	if err != nil {
		return "", err
	}
	url := s.url + "/api/integration/v2/b2b/kkt/registration/" + d.ApplicationID + "/sign?AuthToken=" + sim.DefaultAPIKey
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		s.t.Errorf("the other signature: %s", resp.Status)
	}
	return signature, nil
}

// A signature that is refused because the document has one goes on with that
// application: ending it would begin a second registration.
func TestSignedElsewhereMeanwhile(t *testing.T) {
	b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
	b.signers["sandbox"] = busybody{t, b.url}
	b.converge(1)
	if made, signed := b.effects(sim.EffectCreate), b.effects(sim.EffectSign); made != 1 || signed != 2 {
		t.Errorf("%d applications with %d signatures, want one with two", made, signed)
	}
}
