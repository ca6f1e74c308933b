package signer_test

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/providers/ofd/signer"
)

// tlv makes a DER element.
func tlv(tag byte, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	out := []byte{tag}
	switch n := len(body); {
	case n < 0x80:
		out = append(out, byte(n))
	default:
		out = append(out, 0x82, byte(n>>8), byte(n))
	}
	return append(out, body...)
}

// indefinite makes a BER element of indefinite length.
func indefinite(tag byte, parts ...[]byte) []byte {
	return append(append([]byte{tag, 0x80}, bytes.Join(parts, nil)...), 0, 0)
}

var (
	oidSigned = []byte{6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2}
	oidData   = []byte{6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1}
)

type maker func(tag byte, parts ...[]byte) []byte

// cms makes the outline of a SignedData.
func cms(mk maker, content string) []byte {
	encap := mk(0x30, oidData)
	if content != "" {
		encap = mk(0x30, oidData, mk(0xa0, tlv(4, []byte(content))))
	}
	return mk(0x30, oidSigned, mk(0xa0, mk(0x30, tlv(2, []byte{1}), tlv(0x31), encap, tlv(0x31))))
}

func TestNormalizeForms(t *testing.T) {
	long := strings.Repeat("x", 300)
	for name, der := range map[string][]byte{
		"DER attached": cms(tlv, long), "DER detached": cms(tlv, ""),
		"BER attached": cms(indefinite, long), "BER detached": cms(indefinite, ""),
	} {
		want := base64.StdEncoding.EncodeToString(der)
		var lines strings.Builder
		for i, r := range want {
			if i > 0 && i%64 == 0 {
				lines.WriteString("\r\n")
			}
			lines.WriteRune(r)
		}
		forms := map[string]string{
			"binary": string(der), "binary with line break": string(der) + "\n",
			"base64": want, "lines": lines.String() + "\r\n", "byte order mark": "\xef\xbb\xbf" + want,
			"PEM CMS":   string(pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: der})),
			"PEM PKCS7": string(pem.EncodeToMemory(&pem.Block{Type: "PKCS7", Bytes: der})),
		}
		for form, text := range forms {
			got, err := signer.Normalize([]byte(text))
			if err != nil || got != want {
				t.Errorf("%s, %s: got %q, %v", name, form, got, err)
			}
		}
	}
}

func TestNormalizeRefuses(t *testing.T) {
	der := cms(tlv, "content")
	for name, text := range map[string]string{
		"empty": "", "blank": " \r\n", "text": "permission denied", "not a sequence": "\x31\x00",
		"base64 of text": base64.StdEncoding.EncodeToString([]byte("hello")),
		"cut":            string(der[:len(der)-1]),
		"cut base64":     base64.StdEncoding.EncodeToString(der[:len(der)-3]),
		"twice":          string(der) + string(der),
		"cut BER":        string(indefinite(0x30, oidSigned)[:13]),
		"huge length":    "\x30\x84\xff\xff\xff\xff",
		"length of 8":    "\x30\x88\x00\x00\x00\x00\x00\x00\x00\x01\x00",
		"lone tag":       "\x30",
		"deep":           strings.Repeat("\x30\x80", 5000),
		"key":            string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"damaged PEM":    "-----BEGIN CMS-----\n!!!\n-----END CMS-----\n",
		"PEM of text":    string(pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: []byte("hello")})),
		"two PEM":        strings.Repeat(string(pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: der})), 2),
		"too large":      strings.Repeat("0", signer.MaxSignature+1),
	} {
		if got, err := signer.Normalize([]byte(text)); err == nil {
			t.Errorf("%s: accepted as %.40q", name, got)
		} else if strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: the error repeats the content: %v", name, err)
		}
	}
}

func TestCheckForm(t *testing.T) {
	for name, mk := range map[string]maker{"DER": tlv, "BER": indefinite} {
		for _, content := range []string{"", "the content"} {
			sig, err := signer.Normalize(cms(mk, content))
			if err != nil {
				t.Fatal(err)
			}
			attached, known := signer.Attached(sig)
			if !known || attached != (content != "") {
				t.Errorf("%s with content %q: attached %v, known %v", name, content, attached, known)
			}
			if err := signer.CheckForm(sig, !attached); err != nil {
				t.Errorf("%s with content %q: %v", name, content, err)
			}
			if err := signer.CheckForm(sig, attached); err == nil {
				t.Errorf("%s with content %q: the wrong form is accepted", name, content)
			}
		}
	}
	unknown := base64.StdEncoding.EncodeToString(tlv(0x30, tlv(2, []byte{1})))
	if signer.CheckForm(unknown, true) != nil || signer.CheckForm(unknown, false) != nil {
		t.Error("an unknown structure is judged")
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"  a\r\n\tb  ":           "a b",
		"\x1b[31mred\x1b[0m":     "[31mred[0m",
		"abc\u202egpj.exe\u200b": "abcgpj.exe",
		"bad\xffutf":             "badutf",
		"Ошибка: ключ":           "Ошибка: ключ",
		"0123456789ABC":          "0123456789…",
	} {
		limit := 12
		if strings.HasPrefix(in, "0") {
			limit = 10
		}
		if got := signer.Clean(in, limit); got != want {
			t.Errorf("Clean(%q): got %q, want %q", in, got, want)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	f.Add(cms(tlv, "content"))
	f.Add(cms(indefinite, ""))
	f.Add([]byte(base64.StdEncoding.EncodeToString(cms(tlv, "content"))))
	f.Add([]byte("-----BEGIN CMS-----\nMAA=\n-----END CMS-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := signer.Normalize(data)
		if err != nil {
			return
		}
		signer.Attached(got)
		again, err := signer.Normalize([]byte(got))
		if err != nil || again != got {
			t.Fatalf("%q normalizes to %q, then to %q (%v)", data, got, again, err)
		}
	})
}
