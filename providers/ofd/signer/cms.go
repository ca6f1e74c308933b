package signer

import (
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
)

// MaxSignature bounds a signature in any of its forms, in bytes.
const MaxSignature = 8 << 20

// Normalize gives a CMS signature, however a program or a person wrote it
// (DER or BER, PEM, base64 with any line breaks), as base64 without line
// breaks. What is not one ASN.1 SEQUENCE from its first byte to its last is
// refused.
func Normalize(out []byte) (string, error) {
	if len(out) > MaxSignature {
		return "", fmt.Errorf("the signature is larger than %d bytes", MaxSignature)
	}
	if len(bytes.TrimSpace(out)) == 0 {
		return "", errors.New("the signature is empty")
	}
	der, err := binary(out)
	if err != nil {
		return "", err
	}
	n, err := skip(der, 0)
	if err != nil {
		return "", fmt.Errorf("the signature is damaged: %w", err)
	}
	if len(bytes.TrimSpace(der[n:])) > 0 {
		return "", errors.New("something follows the signature")
	}
	return base64.StdEncoding.EncodeToString(der[:n]), nil
}

// binary finds the ASN.1 in any of the forms.
func binary(out []byte) ([]byte, error) {
	if out[0] == tagSequence {
		return out, nil
	}
	text := bytes.TrimSpace(bytes.TrimPrefix(out, []byte("\xef\xbb\xbf")))
	if bytes.HasPrefix(text, []byte("-----BEGIN ")) {
		return fromPEM(text)
	}
	der, err := decodeBase64(text)
	if err != nil || len(der) == 0 || der[0] != tagSequence {
		return nil, errors.New("the signature is neither DER nor PEM nor base64 of DER")
	}
	return der, nil
}

func fromPEM(text []byte) ([]byte, error) {
	block, rest := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the signature is damaged PEM")
	}
	switch block.Type {
	case "CMS", "PKCS7", "PKCS #7 SIGNED DATA":
	default:
		return nil, errors.New("the PEM is not a signature (CMS or PKCS7)")
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("something follows the PEM signature")
	}
	if len(block.Bytes) == 0 || block.Bytes[0] != tagSequence {
		return nil, errors.New("the PEM does not hold an ASN.1 sequence")
	}
	return block.Bytes, nil
}

func decodeBase64(text []byte) ([]byte, error) {
	return base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(text), nil)))
}

// DecodeContent decodes the base64 text of a document.
func DecodeContent(content string) ([]byte, error) {
	b, err := decodeBase64([]byte(content))
	if err != nil || len(b) == 0 {
		return nil, errors.New("the document's content is not base64")
	}
	return b, nil
}

// signedData is the content type of a signature (RFC 5652 §5.1), in DER.
func signedData() []byte {
	b, _ := asn1.Marshal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2})
	return b
}

// Attached tells whether a normalized signature carries what was signed.
// known is false when the structure is not a CMS SignedData.
func Attached(signature string) (attached, known bool) {
	der, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return false, false
	}
	info := children(der)
	if len(info) < 2 || !bytes.Equal(info[0], signedData()) {
		return false, false
	}
	explicit := children(info[1])
	if len(explicit) != 1 {
		return false, false
	}
	data := children(explicit[0]) // version, digestAlgorithms, encapContentInfo, …
	if len(data) < 4 || data[2][0] != tagSequence {
		return false, false
	}
	return len(children(data[2])) > 1, true
}

// CheckForm refuses a signature whose form is not the one that is configured.
// A form that cannot be recognised is left to the service.
func CheckForm(signature string, detached bool) error {
	attached, known := Attached(signature)
	if !known || attached != detached {
		return nil
	}
	if detached {
		return errors.New("the signature is attached, a detached one is configured")
	}
	return errors.New("the signature is detached, an attached one is configured\nhint: have the program sign with the content included, or set detached for this signer")
}
