package ofd_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/providers/ofd/ferma/orangedata"
	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
	"github.com/kktctl/kktctl/providers/ofd/sim"
)

// nodeModules is where scripts/prepare.sh puts what package-lock.json names.
const nodeModules = "KKTCTL_TEST_NODE_MODULES"

// nodeConfig is what the scripts of testdata/node are told.
type nodeConfig struct {
	URL            string `json:"url"`
	INN            string `json:"inn"`
	CA             string `json:"ca"`
	Cert           string `json:"cert"`
	Key            string `json:"key"`
	Signing        string `json:"signing"`
	ForeignCert    string `json:"foreignCert"`
	ForeignKey     string `json:"foreignKey"`
	ForeignSigning string `json:"foreignSigning"`
	Receipt        string `json:"receipt"`
	Correction     string `json:"correction"`
}

// nodeAnswer is what came of one call of the npm client.
type nodeAnswer struct {
	OK      bool
	Value   json.RawMessage
	Status  int
	Message string
	Errors  []string
}

// node runs a script of testdata/node, which uses the npm client.
func node(t *testing.T, script string, config nodeConfig) map[string]nodeAnswer {
	t.Helper()
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", filepath.Join("testdata", "node", script))
	cmd.Env = append(os.Environ(), "KKTCTL_TEST_CONFIG="+string(text), "NODE_OPTIONS=", "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", script, err, out.String(), errs.String())
	}
	answers := map[string]nodeAnswer{}
	if err := json.Unmarshal(out.Bytes(), &answers); err != nil {
		t.Fatalf("%s: %v\n%s%s", script, err, out.String(), errs.String())
	}
	return answers
}

// needNode skips where the npm client cannot be run. make test installs it and
// node where it can, and CI takes no skip.
func needNode(t *testing.T) {
	t.Helper()
	if os.Getenv(nodeModules) == "" {
		t.Skipf("%s names no folder of npm modules: make test prepares one", nodeModules)
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is absent: make test installs it")
	}
}

// authority makes an authority with its files, which the npm client reads.
func authority(t *testing.T) (*sim.Authority, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "certs")
	a, err := sim.OpenAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	return a, dir
}

// orangeService serves Orange Data over TLS, with one till.
func orangeService(t *testing.T, ours *sim.Authority) (service *sim.Service, url string) {
	t.Helper()
	world := (&sim.World{}).Add(sim.SeedTill{INN: fleetINN, Serial: "00307404867358", FN: "9287440300784224"})
	service = sim.New(world, sim.Options{})
	t.Cleanup(func() { _ = service.Close() })
	url, err := service.StartTLS("127.0.0.1:0", ours)
	if err != nil {
		t.Fatal(err)
	}
	return service, url
}

func nodeKeys(dir string) nodeConfig {
	in := func(name string) string { return filepath.Join(dir, name) }
	return nodeConfig{
		INN: fleetINN, CA: in(sim.FileCA), Cert: in(sim.FileClient), Key: in(sim.FileClientKey), Signing: in(sim.FileSign),
	}
}

const fleetINN = "5252012620"

// TestNodeOrangeData has a client that nobody here wrote work a day against
// the simulated service over mTLS.
func TestNodeOrangeData(t *testing.T) {
	needNode(t)
	ours, dir := authority(t)
	_, foreign := authority(t)
	world := (&sim.World{}).Add(sim.SeedTill{INN: fleetINN, Serial: "00307404867358", FN: "9287440300784224"})
	service := sim.New(world, sim.Options{})
	t.Cleanup(func() { _ = service.Close() })
	config := nodeKeys(dir)
	config.ForeignCert, config.ForeignKey = filepath.Join(foreign, sim.FileClient), filepath.Join(foreign, sim.FileClientKey)
	config.ForeignSigning = filepath.Join(foreign, sim.FileSign)
	var err error
	if config.URL, err = service.StartTLS("127.0.0.1:0", ours); err != nil {
		t.Fatal(err)
	}
	answers := node(t, "receipts.js", config)
	till := service.Snapshot().Tills[0]
	for name, want := range map[string]struct {
		status  int
		says    string
		printed int // number of the fiscal document
	}{
		"receipt":                              {},
		"receipt waits":                        {},
		"receipt is printed":                   {printed: 1},
		"correction":                           {},
		"correction waits":                     {},
		"correction is printed":                {printed: 2},
		"correction among documents":           {printed: 2},
		"correction as the document prints it": {},
		"receipt again":                        {status: 409},
		"correction again":                     {status: 409},
		"company unknown":                      {status: 400, says: "Организация с ИНН 7725713770 не найдена"},
		"wrong signature":                      {status: 400, says: "Подпись запроса не прошла проверку"},
		"receipt unknown":                      {status: 400, says: "не найден"},
		"foreign certificate":                  {status: 401},
		"status with a foreign certificate":    {status: 401},
	} {
		got, ran := answers[name]
		delete(answers, name)
		var done struct {
			ID, DeviceSN, DeviceRN, FSNumber string
			DocumentNumber                   int
		}
		if len(got.Value) > 0 {
			_ = json.Unmarshal(got.Value, &done) // null where there is no body
		}
		switch {
		case !ran || got.OK != (want.status == 0) || got.Status != want.status || !strings.Contains(strings.Join(got.Errors, "\n"), want.says):
			t.Errorf("%s: %+v", name, got)
		case want.printed == 0 && got.OK && string(got.Value) != "null":
			t.Errorf("%s: an answer has no body, this is %s", name, got.Value)
		case want.printed > 0 && (done.DeviceSN != till.Serial || done.DeviceRN != till.RNM || done.FSNumber != till.FN || done.DocumentNumber != want.printed):
			t.Errorf("%s: %s", name, got.Value)
		}
	}
	if len(answers) > 0 {
		t.Errorf("nobody looked at %v", answers)
	}
	accepted := 0
	for _, e := range service.Ledger() {
		if e.OK {
			accepted++
		}
	}
	if accepted != 3 || len(service.Duplicates()) > 0 {
		t.Errorf("%+v", service.Ledger())
	}
}

// heard is what a service was sent: its exact bytes, and their signature.
type heard struct {
	Path, Body, Signature, Kind string
}

// TestNodeSignsTheSame has kktctl's client and the npm client send the same
// documents, signed with the same key: byte for byte the same arrives.
func TestNodeSignsTheSame(t *testing.T) {
	needNode(t)
	ours, dir := authority(t)
	config := nodeKeys(dir)
	var requests []heard
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
		requests = append(requests, heard{strings.TrimRight(r.URL.Path, "/"), string(body), r.Header.Get("X-Signature"), kind})
		w.WriteHeader(http.StatusCreated)
	}))
	certificate, err := ours.Server()
	if err != nil {
		t.Fatal(err)
	}
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.StartTLS()
	t.Cleanup(server.Close)
	config.URL = server.URL
	receipt, correction := orangeExamples(t)
	client := orangeClient(t, server.URL, ours)
	if _, err := client.Send(t.Context(), receipt); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Correct(t.Context(), correction); err != nil {
		t.Fatal(err)
	}
	config.Receipt, config.Correction = bodyFile(t, requests[0].Body), bodyFile(t, requests[1].Body)
	for name, a := range node(t, "same.js", config) {
		if !a.OK {
			t.Fatalf("%s: %+v", name, a)
		}
	}
	if len(requests) != 4 {
		t.Fatalf("%d requests", len(requests))
	}
	requests[1].Path = strings.Replace(requests[1].Path, "v1", "v2", 1) // the npm client has one base
	if diff := cmp.Diff(requests[:2], requests[2:]); diff != "" {
		t.Errorf("kktctl sends another thing than the npm client (- kktctl, + npm):\n%s", diff)
	}
}

// TestOrangeClientMeetsTheService has kktctl's client, whose bodies are those
// of the npm client, take a receipt and a correction to the end.
func TestOrangeClientMeetsTheService(t *testing.T) {
	ours, _ := authority(t)
	service, url := orangeService(t, ours)
	client := orangeClient(t, url, ours)
	receipt, correction := orangeExamples(t)
	for id, send := range map[string]func() (orangedata.Submission, error){
		receipt.ID:    func() (orangedata.Submission, error) { return client.Send(t.Context(), receipt) },
		correction.ID: func() (orangedata.Submission, error) { return client.Correct(t.Context(), correction) },
	} {
		for _, known := range []bool{false, true} {
			if got, err := send(); err != nil || got.Known != known {
				t.Fatalf("%s: %+v, %v", id, got, err)
			}
		}
		for _, want := range []orangedata.State{orangedata.Queued, orangedata.Done} {
			got, err := client.Status(t.Context(), fleetINN, id)
			if err != nil || got.State != want {
				t.Fatalf("%s: %+v, %v", id, got, err)
			}
			if want == orangedata.Done && (got.Document.DeviceSerial != "00307404867358" || got.Document.FN != "9287440300784224") {
				t.Errorf("%+v", got.Document)
			}
		}
	}
	if len(service.Duplicates()) > 0 {
		t.Errorf("%+v", service.Duplicates())
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	receipt.ID = "forged"
	_, err = orangedata.New(orangeTransport(t, url, ours, time.Minute), other).Send(t.Context(), receipt)
	if httpapi.OutcomeOf(err) != httpapi.OutcomeRefused || !strings.Contains(err.Error(), "Подпись") {
		t.Error(err)
	}
}

// orangeExamples are the document's, for the company of these tests.
func orangeExamples(t *testing.T) (receipt orangedata.Receipt, correction orangedata.Correction) {
	t.Helper()
	for name, into := range map[string]any{"receipt.json": &receipt, "correction.json": &correction} {
		text, err := os.ReadFile(filepath.Join("ferma", "orangedata", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatal(err)
		}
	}
	receipt.INN, correction.INN = fleetINN, fleetINN
	return receipt, correction
}

func orangeTransport(t *testing.T, url string, a *sim.Authority, within time.Duration) *httpapi.Client {
	t.Helper()
	certificate, err := a.Client("")
	if err != nil {
		t.Fatal(err)
	}
	api, err := httpapi.New(httpapi.Config{BaseURL: url, RootCAs: a.Pool(), Certificate: &certificate, Timeout: within})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.CloseIdle)
	return api
}

func orangeClient(t *testing.T, url string, a *sim.Authority) *orangedata.Client {
	t.Helper()
	return orangeClientWithin(t, url, a, time.Minute)
}

// orangeClientWithin reads its key from PEM, as kktctl does.
func orangeClientWithin(t *testing.T, url string, a *sim.Authority, within time.Duration) *orangedata.Client {
	t.Helper()
	key, err := a.SigningKey()
	if err != nil {
		t.Fatal(err)
	}
	der := x509.MarshalPKCS1PrivateKey(key)
	parsed, err := orangedata.ParseSigningKey(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: der}))
	if err != nil {
		t.Fatal(err)
	}
	return orangedata.New(orangeTransport(t, url, a, within), parsed)
}

// bodyFile writes a body into a file.
func bodyFile(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "body.json")
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
