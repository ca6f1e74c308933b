package outbox_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/kktctl/kktctl/providers/ofd/signer"
	"github.com/kktctl/kktctl/providers/ofd/signer/outbox"
)

const text = "0L/RgNC40LLQtdGC" // "привет"

func document() signer.Document {
	return signer.Document{
		Address: "kkts.sloboda-1", ApplicationID: "app", DocumentID: "7f3d9f1e-1111-2222-3333-444455556666",
		FileName: "KO_ZVLREGKKT_5252_\u202e../../../etc/passwd\x00.xml", Content: text,
	}
}

func pending(t *testing.T, s *outbox.Signer, doc signer.Document) *signer.Pending {
	t.Helper()
	sig, err := s.Sign(t.Context(), doc)
	var p *signer.Pending
	if sig != "" || !errors.As(err, &p) {
		t.Fatalf("got %q, %v; want Pending", sig, err)
	}
	return p
}

func write(t *testing.T, name, data string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLaysOut(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out", "box")
	p := pending(t, outbox.New(dir, outbox.Options{}), document())
	if filepath.Dir(p.Path) != dir || p.Want != p.Path+".sig" || !strings.Contains(p.Path, "sloboda-1_registration_7f3d9f1e") {
		t.Errorf("paths: %+v", p)
	}
	if got, err := os.ReadFile(p.Path); err != nil || string(got) != text {
		t.Errorf("content: %q, %v", got, err)
	}
	about, err := os.ReadFile(strings.TrimSuffix(p.Path, ".b64") + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(about, &got); err != nil {
		t.Fatal(err)
	}
	if got["fileName"] != "KO_ZVLREGKKT_5252_../../../etc/passwd.xml" || got["address"] != "kkts.sloboda-1" {
		t.Errorf("sidecar: %v", got)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

func TestDecoded(t *testing.T) {
	p := pending(t, outbox.New(t.TempDir(), outbox.Options{Decode: true}), document())
	if got, err := os.ReadFile(p.Path); err != nil || string(got) != "привет" || filepath.Ext(p.Path) != ".xml" {
		t.Errorf("%s: %q, %v", p.Path, got, err)
	}
}

func TestIdempotent(t *testing.T) {
	s := outbox.New(t.TempDir(), outbox.Options{})
	p := pending(t, s, document())
	before, err := os.Stat(p.Path)
	if err != nil {
		t.Fatal(err)
	}
	pending(t, s, document())
	after, err := os.Stat(p.Path)
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("the document was written anew: %v", err)
	}
	write(t, p.Path, "tampered")
	pending(t, s, document())
	if got, _ := os.ReadFile(p.Path); string(got) != text {
		t.Errorf("a changed document was left: %q", got)
	}
}

func TestFindsSignature(t *testing.T) {
	der := "\x30\x03abc"
	want := base64.StdEncoding.EncodeToString([]byte(der))
	for suffix, form := range map[string]string{
		".sig": der, ".p7s": "-----BEGIN CMS-----\n" + want + "\n-----END CMS-----\n", ".sig.base64": want + "\r\n",
	} {
		for _, cut := range []string{"", ".b64"} {
			s := outbox.New(t.TempDir(), outbox.Options{})
			p := pending(t, s, document())
			name := strings.TrimSuffix(p.Path, cut) + suffix
			write(t, name, "")
			pending(t, s, document()) // empty: still being copied
			write(t, name, form)
			if got, err := s.Sign(t.Context(), document()); err != nil || got != want {
				t.Errorf("%s: %q, %v", suffix, got, err)
			}
			if _, err := os.Stat(p.Path); err != nil {
				t.Errorf("the document did not stay: %v", err)
			}
		}
	}
}

// TestNewContent has the same document id come back with other content.
func TestNewContent(t *testing.T) {
	s := outbox.New(t.TempDir(), outbox.Options{})
	p := pending(t, s, document())
	write(t, p.Want, "\x30\x03abc")
	again := document()
	again.Content = "b3RoZXI="
	if q := pending(t, s, again); q.Path == p.Path {
		t.Errorf("both contents stand at %s", q.Path)
	}
}

func TestRefuses(t *testing.T) {
	for name, put := range map[string]func(t *testing.T, want string){
		"not a signature": func(t *testing.T, want string) { write(t, want, "hello") },
		"a link": func(t *testing.T, want string) {
			other := filepath.Join(t.TempDir(), "x")
			write(t, other, "\x30\x03abc")
			if err := os.Symlink(other, want); err != nil {
				t.Fatal(err)
			}
		},
		"a folder": func(t *testing.T, want string) {
			if err := os.Mkdir(want, 0o700); err != nil {
				t.Fatal(err)
			}
		},
		"too large": func(t *testing.T, want string) { write(t, want, strings.Repeat("0", signer.MaxSignature+9)) },
		"of another document": func(t *testing.T, want string) {
			other, err := base64.StdEncoding.DecodeString("MDMGCSqGSIb3DQEHAqAmMCQCAQExADAbBgkqhkiG9w0BBwGgDgQMUEVGbmIzUm9aWEkrMQA=")
			if err != nil {
				t.Fatal(err)
			}
			write(t, want, string(other))
		},
	} {
		s := outbox.New(t.TempDir(), outbox.Options{})
		put(t, pending(t, s, document()).Want)
		sig, err := s.Sign(t.Context(), document())
		var p *signer.Pending
		if err == nil || errors.As(err, &p) || !strings.HasPrefix(err.Error(), "kkts.sloboda-1: ") {
			t.Errorf("%s: %q, %v", name, sig, err)
		}
	}
}

func TestRefusesLinkInPlaceOfDocument(t *testing.T) {
	s := outbox.New(t.TempDir(), outbox.Options{})
	p := pending(t, s, document())
	victim := filepath.Join(t.TempDir(), "victim")
	write(t, victim, "mine")
	if err := errors.Join(os.Remove(p.Path), os.Symlink(victim, p.Path)); err != nil {
		t.Fatal(err)
	}
	_, err := s.Sign(t.Context(), document())
	var pend *signer.Pending
	if err == nil || errors.As(err, &pend) {
		t.Errorf("got %v", err)
	}
	if got, _ := os.ReadFile(victim); string(got) != "mine" {
		t.Errorf("the link's target was written: %q", got)
	}
}

func FuzzName(f *testing.F) {
	f.Add("kkts.sloboda-1", "a", "7f3d", "KO_OTCHREGKKT_1.xml")
	f.Add("kkts.../..", "", "", "../../x")
	f.Add("kkts.con", "\x00", "nul.txt", "\u202e\xff")
	f.Add(strings.Repeat("𝔘", 100), strings.Repeat("/", 300), strings.Repeat("ё", 300), "")
	f.Fuzz(func(t *testing.T, address, app, id, file string) {
		name := outbox.Name(signer.Document{Address: address, ApplicationID: app, DocumentID: id, FileName: file})
		if len(name) > 230 || !utf8.ValidString(name) || strings.HasPrefix(name, "-") {
			t.Fatalf("name %q", name)
		}
		for _, r := range name {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_' {
				t.Fatalf("name %q holds %q", name, r)
			}
		}
		other := outbox.Name(signer.Document{Address: address + "x", ApplicationID: app, DocumentID: id, FileName: file})
		if other == name {
			t.Fatalf("two tills share %q", name)
		}
	})
}
