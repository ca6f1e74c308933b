package state

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// ErrSealed tells that what is stored is encrypted, and that there is no key
// here that opens it. Nothing was written.
var ErrSealed = errors.New("it is encrypted")

var errUnmet = errors.New("the state has to be loaded before it is written to: whether it is encrypted is not known yet")

// Sealer wraps keys with public keys and unwraps them with private ones; see
// package sealed.
type Sealer interface {
	// Recipients gives the public keys that are declared, sorted.
	Recipients() []string
	// Wrap encrypts a key of a few bytes for public keys.
	Wrap(key []byte, to []string) ([]byte, error)
	// Unwrap decrypts what Wrap gave. Its error says which identities were
	// tried and where they come from; never what they are.
	Unwrap(wrapped []byte) ([]byte, error)
}

// maxKnown bounds the keys that are remembered.
const maxKnown = 1 << 16

// dataKey is what content is sealed with. Each process makes one of its own
// for a state.
type dataKey struct {
	lineage string
	to      []string
	wrapped []byte
	aead    cipher.AEAD
}

// keyContent is what is wrapped.
type keyContent struct {
	Lineage string `json:"lineage"`
	Key     []byte `json:"key"` // 32 bytes
}

// keys is what a Codec remembers.
type keys struct {
	sealer Sealer

	mu       sync.Mutex
	known    map[string]*dataKey // by wrapped form
	mine     *dataKey            // what this process seals with
	lineage  string              // of the state that was met last
	serial   uint64              // of its snapshot
	stored   []string            // for whom its snapshot is encrypted; nil: plain
	verified bool                // stored was encrypted too: nobody else wrote it
	kept     []string            // what is written is encrypted for, where nobody is declared
}

func newKeys(s Sealer) *keys { return &keys{sealer: s, known: map[string]*dataKey{}} }

// met remembers what was read of a snapshot. Its clear header alone proves
// nothing.
func (k *keys) met(h Header, verified bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	to := h.Recipients()
	verified = verified || (k.verified && k.lineage == h.Lineage && slices.Equal(k.stored, to))
	k.lineage, k.serial, k.stored, k.verified = h.Lineage, h.Serial, to, verified
}

// of remembers what is about to be written.
func (k *keys) of(lineage string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.lineage != lineage {
		k.lineage, k.serial, k.stored, k.verified = lineage, 0, nil, false
	}
}

// present gives the lineage of the state.
func (k *keys) present() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lineage
}

// target gives those for whom to encrypt: the declared ones, or those that are
// kept, or those of the state. It fails while they are not known.
func (k *keys) target() ([]string, error) {
	if to := k.sealer.Recipients(); len(to) > 0 {
		return to, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.kept) > 0 {
		return k.kept, nil
	}
	if k.lineage == "" || (len(k.stored) > 0 && !k.verified) {
		return nil, errUnmet
	}
	return k.stored, nil
}

// plainAfter gives the serial after which plain entries have no place in the
// journal of a state.
func (k *keys) plainAfter(lineage string) (uint64, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.serial, len(k.stored) > 0 && k.lineage == lineage
}

// own gives the key that this process seals with, made when it is first needed.
func (k *keys) own(lineage string, to []string) (*dataKey, error) {
	if lineage == "" {
		return nil, errUnmet
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if m := k.mine; m != nil && m.lineage == lineage && slices.Equal(m.to, to) {
		return m, nil
	}
	c := keyContent{Lineage: lineage, Key: make([]byte, 32)}
	_, _ = rand.Read(c.Key) // never fails
	text, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	wrapped, err := k.sealer.Wrap(text, to)
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	key, err := newDataKey(c, wrapped)
	if err != nil {
		return nil, err
	}
	key.to = slices.Clone(to)
	k.mine, k.known[string(wrapped)] = key, key
	return key, nil
}

func newDataKey(c keyContent, wrapped []byte) (*dataKey, error) {
	block, err := aes.NewCipher(c.Key)
	if err != nil || len(c.Key) != 32 {
		return nil, fmt.Errorf("%w: its key is of no use", ErrCorrupt)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	return &dataKey{lineage: c.Lineage, wrapped: wrapped, aead: aead}, nil
}

// open unwraps a key, once.
func (k *keys) open(wrapped []byte, lineage string, to []string) (*dataKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := k.known[string(wrapped)]
	if key == nil {
		text, err := k.sealer.Unwrap(wrapped)
		if err != nil {
			return nil, fmt.Errorf("%w for %s, and cannot be decrypted: %w", ErrSealed, naming(to), err)
		}
		var c keyContent
		if err := json.Unmarshal(text, &c); err != nil {
			return nil, fmt.Errorf("%w: its key is of no use", ErrCorrupt)
		}
		if key, err = newDataKey(c, wrapped); err != nil {
			return nil, err
		}
		if len(k.known) < maxKnown {
			k.known[string(wrapped)] = key
		}
	}
	if key.lineage != lineage {
		return nil, fmt.Errorf("%w: it was encrypted for lineage %.40q and stands in one of %.40q: %w", ErrCorrupt, key.lineage, lineage, ErrLineage)
	}
	return key, nil
}

// sealedFor is the error of who has no identity at all.
func sealedFor(to []string) error {
	return fmt.Errorf("%w for %s, and no identity is given here\nhint: declare state.encryption with its identity in the fleet file, or set KKTCTL_STATE_IDENTITY", ErrSealed, naming(to))
}

// naming names public keys for a message. They stand in the clear part of a
// file, where anybody may have written them.
func naming(to []string) string {
	if len(to) == 0 {
		return "recipients that are not named here"
	}
	var out []string
	for i, r := range to {
		if i == 8 {
			out = append(out, fmt.Sprintf("%d more", len(to)-i))
			break
		}
		if len(r) > 100 {
			r = r[:60] + "…" + r[len(r)-20:]
		}
		out = append(out, strings.ToValidUTF8(strings.Map(printable, r), "?"))
	}
	return strings.Join(out, ", ")
}

func printable(r rune) rune {
	if r < ' ' || r > '~' {
		return '?'
	}
	return r
}
