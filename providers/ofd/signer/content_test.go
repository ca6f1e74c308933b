package signer_test

import (
	"encoding/base64"
	"testing"

	"github.com/kktctl/kktctl/providers/ofd/signer"
)

func TestContent(t *testing.T) {
	parts := tlv(0x30, oidSigned, tlv(0xa0, tlv(0x30, tlv(2, []byte{1}), tlv(0x31),
		tlv(0x30, oidData, tlv(0xa0, indefinite(0x24, tlv(4, []byte("the ")), tlv(4, []byte("content"))))), tlv(0x31))))
	wrong := tlv(0x30, oidSigned, tlv(0xa0, tlv(0x30, tlv(2, []byte{1}), tlv(0x31),
		tlv(0x30, oidData, tlv(0xa0, tlv(2, []byte{1}))), tlv(0x31))))
	for name, c := range map[string]struct {
		der  []byte
		want string
	}{
		"DER": {cms(tlv, "the content"), "the content"}, "BER": {cms(indefinite, "the content"), "the content"},
		"parts": {parts, "the content"}, "detached": {cms(tlv, ""), ""}, "not octets": {wrong, ""}, "no CMS": {tlv(0x30), ""},
	} {
		got, known := signer.Content(base64.StdEncoding.EncodeToString(c.der))
		if string(got) != c.want || known != (c.want != "") {
			t.Errorf("%s: got %q, known %v", name, got, known)
		}
	}
	if _, known := signer.Content("!"); known {
		t.Error("what is not base64 has content")
	}
}

func TestCheckContent(t *testing.T) {
	for name, c := range map[string]struct {
		der  []byte
		fits bool
	}{
		"the document": {cms(tlv, "text"), true}, "another text": {cms(tlv, "other"), false},
		"with a line break more": {cms(indefinite, "text\r\n"), false},
		"detached":               {cms(tlv, ""), true}, "no CMS": {tlv(0x30), true},
	} {
		if err := signer.CheckContent(base64.StdEncoding.EncodeToString(c.der), []byte("text")); (err == nil) != c.fits {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzContent(f *testing.F) {
	f.Add(cms(tlv, "content"))
	f.Add(cms(indefinite, "content"))
	f.Fuzz(func(t *testing.T, data []byte) {
		content, known := signer.Content(base64.StdEncoding.EncodeToString(data))
		if known && len(content) > len(data) {
			t.Fatalf("%d bytes of content in %d", len(content), len(data))
		}
	})
}
