package sealed_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"strings"
	"testing"

	"filippo.io/age"
	"golang.org/x/crypto/ssh"

	"github.com/kktctl/kktctl/state/sealed"
)

func identity(t *testing.T) (public, private string) {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id.Recipient().String(), id.String()
}

func sshIdentity(t *testing.T) (public, private string) {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ssh.NewPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(p))), string(pem.EncodeToMemory(block))
}

func TestWrapsForAllAndUnwrapsForEach(t *testing.T) {
	pub1, key1 := identity(t)
	pub2, key2 := sshIdentity(t)
	_, other := identity(t)
	s, err := sealed.New([]string{pub2 + " anna@host", pub1, pub1}, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Recipients(); len(got) != 2 || got[0] != pub1 || got[1] != pub2 {
		t.Errorf("recipients: %q", got)
	}
	wrapped, err := s.Wrap([]byte("the key"), s.Recipients())
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"# created: today\n" + key1 + "\n", key2, other + "\n" + key1} {
		r, err := sealed.New(nil, key, "env:KEY")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := r.Unwrap(wrapped); err != nil || string(got) != "the key" {
			t.Errorf("unwrapped %q, %v", got, err)
		}
	}
	r, _ := sealed.New(nil, other, "env:KEY")
	if _, err := r.Unwrap(wrapped); err == nil || !strings.Contains(err.Error(), "env:KEY") || strings.Contains(err.Error(), other) {
		t.Errorf("a foreign identity: %v", err)
	}
	if _, err := s.Unwrap(wrapped); err == nil || !strings.Contains(err.Error(), "no identity") {
		t.Errorf("no identity: %v", err)
	}
	k, _ := sealed.New(nil, key1, "env:KEY")
	if _, err := k.Unwrap(bytes.Replace(wrapped, []byte("-> X25519"), []byte("-> X25518"), 1)); err == nil {
		t.Error("a damaged key was unwrapped")
	}
}

// Whatever is wrong, a private key is never in the message.
func TestRefusesWhatIsNoKey(t *testing.T) {
	_, private := identity(t)
	for _, r := range []string{"", "age1", "age1qqqq", private, strings.ToLower(private), "ssh-rsa AAAA", "anna", "age1yubikey1qqqq"} {
		if _, err := sealed.New([]string{r}, "", ""); err == nil || strings.Contains(strings.ToLower(err.Error()), strings.ToLower(private[:30])) {
			t.Errorf("recipient %.8q…: %v", r, err)
		}
	}
	for _, id := range []string{"x", private[:40], private + "x", "AGE-PLUGIN-YUBIKEY-1", "age-encryption.org/v1\n", "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n"} {
		_, err := sealed.New(nil, id, "env:KEY")
		if err == nil || strings.Contains(err.Error(), private[:40]) {
			t.Errorf("identity %.8q…: %v", id, err)
		}
	}
}
