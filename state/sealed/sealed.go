// Package sealed wraps the keys of an encrypted state with age
// (https://age-encryption.org): public keys of age and of SSH wrap, private
// ones unwrap. What is done with the keys is the business of state.Codec.
package sealed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
)

// maxKey bounds a wrapped key: it is a few bytes and a stanza for each
// recipient.
const maxKey = 1 << 20

// Sealer implements state.Sealer.
type Sealer struct {
	recipients []string
	identities []age.Identity
	from       string // where the identities come from, for messages
	missing    error  // why there are none
}

// WriteOnly makes a Sealer that has no identity, and says why.
func WriteOnly(recipients []string, why error) (*Sealer, error) {
	s, err := New(recipients, "", "")
	if err == nil {
		s.missing = why
	}
	return s, err
}

// New makes a Sealer. Recipients are public keys: age1…, ssh-ed25519 … or
// ssh-rsa …; identities is the content of a file of private keys, such as
// age-keygen writes, or empty where there is none to read with; from says
// where it comes from. No error holds a private key.
func New(recipients []string, identities, from string) (*Sealer, error) {
	s := &Sealer{from: from}
	for _, r := range recipients {
		text, err := Canonical(r)
		if err != nil {
			return nil, err
		}
		s.recipients = append(s.recipients, text)
	}
	slices.Sort(s.recipients)
	s.recipients = slices.Compact(s.recipients)
	if identities == "" {
		return s, nil
	}
	var err error
	if s.identities, err = parseIdentities(identities); err != nil {
		return nil, fmt.Errorf("%s holds no usable identity: %w", from, err)
	}
	return s, nil
}

// Recipients gives the public keys, sorted.
func (s *Sealer) Recipients() []string { return s.recipients }

// CanRead tells whether there is an identity.
func (s *Sealer) CanRead() bool { return len(s.identities) > 0 }

// Canonical gives a public key without what does not belong to it, such as the
// comment of an SSH key; an error says why it is none.
func Canonical(recipient string) (string, error) {
	text := strings.TrimSpace(recipient)
	if fields := strings.Fields(text); len(fields) >= 2 && strings.HasPrefix(text, "ssh-") {
		text = fields[0] + " " + fields[1]
	}
	if _, err := parseRecipient(text); err != nil {
		return "", err
	}
	return text, nil
}

func parseRecipient(text string) (age.Recipient, error) {
	switch {
	case strings.HasPrefix(strings.ToUpper(text), "AGE-SECRET-KEY-"), strings.Contains(text, "PRIVATE KEY"):
		return nil, errors.New("this is a private key: it does not belong here, and is to be replaced by a new one\nhint: recipients are public keys, such as age-keygen -y prints")
	case strings.HasPrefix(text, "age1pq1"):
		return checked[age.Recipient](age.ParseHybridRecipient(text))
	case strings.HasPrefix(text, "age1"):
		r, err := age.ParseX25519Recipient(text)
		if err != nil && strings.Count(text, "1") > 1 {
			return nil, fmt.Errorf("%.20q… needs a plugin of age, which kktctl does not run", text)
		}
		return checked[age.Recipient](r, err)
	case strings.HasPrefix(text, "ssh-"):
		r, err := agessh.ParseRecipient(text)
		if err != nil {
			return nil, errors.New("not a usable SSH public key: ssh-ed25519 and ssh-rsa of 2048 bits or more are")
		}
		return r, nil
	}
	return nil, errors.New("not a public key: age1…, ssh-ed25519 … or ssh-rsa …")
}

// checked leaves the text out of a parser's error: it may be anything.
func checked[T any](v T, err error) (T, error) {
	if err != nil {
		var none T
		return none, errors.New("not a usable public key of age: a letter is wrong or missing")
	}
	return v, nil
}

// parseIdentities reads a file of age identities, or one SSH private key.
func parseIdentities(text string) ([]age.Identity, error) {
	switch {
	case strings.HasPrefix(text, "age-encryption.org/"), strings.Contains(text, "BEGIN AGE ENCRYPTED FILE"):
		return nil, errors.New("it is locked with a passphrase, which kktctl does not ask for\nhint: decrypt it into a file that only its owner can read: age -d")
	case strings.Contains(text, "PRIVATE KEY-----"):
		id, err := agessh.ParseIdentity([]byte(text))
		if err != nil {
			return nil, errors.New("not a usable SSH private key: ssh-ed25519 and ssh-rsa without a passphrase are")
		}
		return []age.Identity{id}, nil
	case strings.Contains(text, "AGE-PLUGIN-"):
		return nil, errors.New("it needs a plugin of age, which kktctl does not run")
	}
	ids, err := age.ParseIdentities(strings.NewReader(text))
	if err != nil { // the error may quote the line
		return nil, errors.New("an identity is a line AGE-SECRET-KEY-1…, as age-keygen writes it, or an SSH private key")
	}
	return ids, nil
}

// Wrap implements state.Sealer.
func (s *Sealer) Wrap(key []byte, to []string) ([]byte, error) {
	recipients := make([]age.Recipient, 0, len(to))
	for _, text := range to {
		r, err := parseRecipient(text)
		if err != nil {
			return nil, fmt.Errorf("recipient %.80q: %w", text, err)
		}
		recipients = append(recipients, r)
	}
	var b bytes.Buffer
	w, err := age.Encrypt(&b, recipients...)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(key); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Unwrap implements state.Sealer.
func (s *Sealer) Unwrap(wrapped []byte) ([]byte, error) {
	if s.missing != nil {
		return nil, s.missing
	}
	if len(s.identities) == 0 {
		return nil, errors.New("no identity is given here\nhint: declare state.encryption.identity in the fleet file, or set KKTCTL_STATE_IDENTITY")
	}
	if len(wrapped) > maxKey {
		return nil, errors.New("its key is too large")
	}
	r, err := age.Decrypt(bytes.NewReader(wrapped), s.identities...)
	if err != nil {
		var none *age.NoIdentityMatchError
		if errors.As(err, &none) {
			return nil, fmt.Errorf("%s is not the identity of any of them\nhint: give the private key that belongs to one of these public keys; age-keygen -y prints that of a private one", s.from)
		}
		return nil, errors.New("its key is damaged")
	}
	key, err := io.ReadAll(io.LimitReader(r, maxKey))
	if err != nil {
		return nil, errors.New("its key is damaged")
	}
	return key, nil
}
