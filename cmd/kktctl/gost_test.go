package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// hasGOST tells whether openssl is there with its ГОСТ engine.
func hasGOST() bool { return exec.Command("openssl", "engine", "gost").Run() == nil }

// scriptCondition knows [gost]: openssl has its ГОСТ engine, and [postgres]:
// PostgreSQL and pgbouncer are there.
func scriptCondition(cond string) (bool, error) {
	switch cond {
	case "gost":
		return hasGOST(), nil
	case "postgres":
		return hasDatabases(), nil
	}
	return false, fmt.Errorf("unknown condition %q", cond)
}

// gostkey NAME makes NAME.key, which SIGNER_KEY_PASSWORD opens, and its
// certificate NAME.pem, as the tests of a certification centre would.
func cmdGOSTKey(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: gostkey NAME")
	}
	key, cert := args[0]+".key", args[0]+".pem"
	const password = "env:SIGNER_KEY_PASSWORD"
	ts.Check(ts.Exec("openssl", "genpkey", "-engine", "gost", "-algorithm", "gost2012_256", "-pkeyopt", "paramset:TCA",
		"-aes256", "-pass", password, "-out", key))
	ts.Check(ts.Exec("openssl", "req", "-engine", "gost", "-x509", "-new", "-key", key, "-passin", password,
		"-md_gost12_256", "-days", "30", "-subj", "/CN="+filepath.Base(args[0]), "-out", cert))
}

// verifysignatures CERTIFICATE [decoded] has the service to come verify each
// signature with openssl: by that certificate, over the text of Content or
// over what it decodes to.
func cmdVerifySignatures(ts *testscript.TestScript, neg bool, args []string) {
	s := ts.Value(simKey{}).(*simulated)
	if neg || s.service != nil || len(args) < 1 || len(args) > 2 || len(args) == 2 && args[1] != "decoded" {
		ts.Fatalf("usage: verifysignatures CERTIFICATE [decoded], before sim")
	}
	cert, dir := ts.MkAbs(args[0]), ts.MkAbs("verified")
	s.verify = func(content string, signature []byte) error {
		text := []byte(content)
		if len(args) == 2 {
			var err error
			if text, err = base64.StdEncoding.DecodeString(content); err != nil {
				return err
			}
		}
		return errors.Join(os.MkdirAll(dir, 0o700), verifyGOST(dir, cert, text, signature))
	}
}

// verifyGOST has openssl judge a CMS signature of text, attached or detached.
func verifyGOST(dir, cert string, text, signature []byte) error {
	in, content, out := filepath.Join(dir, "signature.der"), filepath.Join(dir, "content"), filepath.Join(dir, "out")
	if err := errors.Join(os.WriteFile(in, signature, 0o600), os.WriteFile(content, text, 0o600)); err != nil {
		return err
	}
	args := []string{"cms", "-verify", "-engine", "gost", "-binary", "-inform", "DER", "-in", in, "-CAfile", cert, "-purpose", "any", "-out", out}
	said, err := exec.Command("openssl", args...).CombinedOutput()
	if err != nil && bytes.Contains(said, []byte("no content")) { // detached
		said, err = exec.Command("openssl", append(args, "-content", content)...).CombinedOutput()
	}
	if err != nil {
		return fmt.Errorf("openssl: %s", strings.Join(strings.Fields(string(said)), " "))
	}
	if carried, err := os.ReadFile(out); err != nil || !bytes.Equal(carried, text) {
		return errors.Join(errors.New("подписан не этот документ"), err)
	}
	return nil
}

// snippet NAME FILE writes the block "yaml NAME" of docs/signing.md to FILE.
func cmdSnippet(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: snippet NAME FILE")
	}
	page, err := os.ReadFile(ts.Value(pageKey{}).(string))
	ts.Check(err)
	all := blocks(string(page))
	i := slices.IndexFunc(all, func(b block) bool { return b.info == "yaml "+args[0] || b.info == "sh "+args[0] })
	if i < 0 {
		ts.Fatalf("docs/signing.md has no %s", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(string(page)[all[i].start:all[i].end]), 0o700))
}

// pageKey is where docs/signing.md is.
type pageKey struct{}
