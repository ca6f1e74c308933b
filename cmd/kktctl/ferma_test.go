package main

import (
	"path/filepath"
	"strings"
	"testing"

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
		var c ofd.Config
		fleet := &spec.Fleet{Provider: spec.Provider{CheckOnline: check, OrangeData: orange}}
		return c, fermaAccess(fleet, &secrets{dir: dir}, &c)
	}
	if c, err := access(spec.Ferma{}, spec.Ferma{}); err != nil || !c.CheckOnline.IsZero() {
		t.Errorf("nothing declared: %v", err)
	}
	var c ofd.Config
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
