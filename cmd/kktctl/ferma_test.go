package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
)

// TestFermaAccess reads the files that the sandbox makes, and explains those
// that are something else.
func TestFermaAccess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "certs")
	if _, err := sim.OpenAuthority(dir); err != nil {
		t.Fatal(err)
	}
	file := func(name string) spec.Secret { return spec.Secret{Kind: spec.SecretFile, Name: name} }
	good := spec.Ferma{Certificate: file("client.pem"), Key: file("client.key"), SigningKey: file("sign.key")}
	access := func(check, orange spec.Ferma) (ofd.Config, error) {
		c := ofd.Config{Now: time.Now}
		fleet := &spec.Fleet{Provider: spec.Provider{CheckOnline: check, OrangeData: orange}}
		return c, fermaAccess(fleet, &secrets{dir: dir}, &c)
	}
	if c, err := access(spec.Ferma{}, spec.Ferma{}); err != nil || !c.CheckOnline.IsZero() {
		t.Errorf("nothing declared: %v", err)
	}
	c := ofd.Config{Now: time.Now}
	fleet := &spec.Fleet{Provider: spec.Provider{CheckOnline: good, OrangeData: good}}
	if err := fermaAccess(fleet, &secrets{dir: dir}, &c); err != nil || c.CheckOnline.IsZero() || c.OrangeData.SigningKey == nil {
		t.Errorf("%+v, %v", c.OrangeData, err)
	}
	for name, row := range map[string]struct {
		change func(*spec.Ferma)
		want   string
	}{
		"no file":         {func(f *spec.Ferma) { f.Key = file("none.key") }, "no such file"},
		"another key":     {func(f *spec.Ferma) { f.Key = file("ca.key") }, "does not match"},
		"no key":          {func(f *spec.Ferma) { f.Key = file("client.pem") }, "private key"},
		"signing with EC": {func(f *spec.Ferma) { f.SigningKey = file("client.key") }, "not an RSA key"},
		"signing public":  {func(f *spec.Ferma) { f.SigningKey = file("sign.pub") }, "is a public one"},
	} {
		bad := good
		row.change(&bad)
		_, err := access(good, bad)
		if err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), "provider.ferma.orangedata") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCertificatesRunOut tells of it before it happens, and when it has.
func TestCertificatesRunOut(t *testing.T) {
	authority, err := sim.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	end := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	pair, err := authority.ClientUntil("", end)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key, err := sim.CertificatePEM(pair)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string][]byte{"c.pem": certificate, "c.key": key} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fleet := &spec.Fleet{Policy: spec.Policy{RenewBefore: 30 * 24 * time.Hour}}
	fleet.Provider.CheckOnline.Certificate = spec.Secret{Kind: spec.SecretFile, Name: "c.pem"}
	fleet.Provider.CheckOnline.Key = spec.Secret{Kind: spec.SecretFile, Name: "c.key"}
	for _, row := range []struct {
		now           time.Time
		warns, refuse bool
	}{
		{end.AddDate(0, 0, -31), false, false},
		{end.AddDate(0, 0, -29), true, false},
		{end.Add(time.Hour), false, true},
	} {
		s, c := &secrets{dir: dir}, ofd.Config{Now: func() time.Time { return row.now }}
		err := fermaAccess(fleet, s, &c)
		if (err != nil) != row.refuse || (len(s.notes) > 0) != row.warns {
			t.Errorf("%v: %v, %v", row.now, err, s.notes)
		}
		if text := fmt.Sprint(err, s.notes); (row.refuse || row.warns) && !strings.Contains(text, "2027-03-01") {
			t.Errorf("no date in %s", text)
		}
	}
}

// TestSandboxPrintsOnTheExpectedTill looks at the tills of the simulated
// Ferma: those that the checks expect, unless the world names others.
func TestSandboxPrintsOnTheExpectedTill(t *testing.T) {
	fleet, list := spec.Load(fleetWithChecks(t))
	if list.HasErrors() {
		t.Fatal(list.Err())
	}
	world := &sim.World{CheckOnline: sim.CheckOnline{Tills: map[string]string{"kept": "9"}}}
	addCloudTills(world, fleet)
	want := &sim.World{
		CheckOnline: sim.CheckOnline{Tills: map[string]string{"kept": "9", sim.DefaultGroup: "00307404867358", "shop": "00307404867291"}},
		Orange:      sim.Orange{Tills: map[string]string{"5252012620": "00307404867291", "5252012620/Main": "00307404867358"}},
	}
	if diff := cmp.Diff(want, world); diff != "" {
		t.Error(diff)
	}
}

func fleetWithChecks(t *testing.T) string {
	t.Helper()
	base, err := os.ReadFile(filepath.Join("testdata", "base.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "fleet.yaml")
	text := string(base) + `
kkts:
  a: {serial: "00307404867358", fn: {number: "9287440300784224", type: fn36}}
  b: {serial: "00307404867291", fn: {number: "9287440300784225", type: fn36}}
checks:
  any: {kind: checkonline, company: sever, receipt: {Group: other}}
  kept: {kind: checkonline, company: sever, expect: b, receipt: {group: kept}}
  one: {kind: checkonline, company: sever, expect: a, receipt: {DocumentType: 0}}
  shop: {kind: checkonline, company: sever, expect: b, receipt: {GROUP: shop, Lines: []}}
  three: {kind: orangedata, company: sever, expect: b, receipt: {content: {}}}
  two: {kind: orangedata, company: sever, expect: a, receipt: {group: Main, content: {}}}
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
