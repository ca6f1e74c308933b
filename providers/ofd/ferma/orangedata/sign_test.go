package orangedata_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/providers/ofd/ferma/orangedata"
)

func block(title string, der []byte, headers ...string) []byte {
	b := &pem.Block{Type: title, Bytes: der}
	if len(headers) > 0 {
		b.Headers = map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": headers[0]}
	}
	return pem.EncodeToMemory(b)
}

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestSigningKeys(t *testing.T) {
	key := rsaKey(t, 2048)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := x509.MarshalPKCS1PrivateKey(key)
	for name, text := range map[string][]byte{
		"PKCS#1":                     block("RSA PRIVATE KEY", pkcs1),
		"PKCS#8":                     block("PRIVATE KEY", pkcs8),
		"PKCS#1 under the new title": block("PRIVATE KEY", pkcs1),
		"PKCS#8 under the old title": block("RSA PRIVATE KEY", pkcs8),
		"after a remark":             append([]byte("Bag Attributes\n  friendlyName: a\n"), block("PRIVATE KEY", pkcs8)...),
	} {
		k, err := orangedata.ParseSigningKey(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		body := []byte("{\"id\":\"1\"}")
		signature, err := orangedata.Sign(k, body)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := base64.StdEncoding.DecodeString(signature)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		digest := sha256.Sum256(body)
		if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], raw); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWrongSigningKeys(t *testing.T) {
	key := rsaKey(t, 2048)
	pkcs8, _ := x509.MarshalPKCS8PrivateKey(key)
	public, _ := x509.MarshalPKIXPublicKey(&key.PublicKey)
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, _ := x509.MarshalPKCS8PrivateKey(elliptical)
	sec1, _ := x509.MarshalECPrivateKey(elliptical)
	for name, c := range map[string]struct {
		text []byte
		want string
	}{
		"encrypted":       {block("ENCRYPTED PRIVATE KEY", pkcs8), "is encrypted"},
		"encrypted PKCS1": {block("RSA PRIVATE KEY", pkcs8, "AES-256-CBC,00"), "is encrypted"},
		"public":          {block("PUBLIC KEY", public), "is a public one"},
		"certificate":     {block("CERTIFICATE", pkcs8), "is a certificate"},
		"elliptic":        {block("PRIVATE KEY", ec), "not an RSA key"},
		"elliptic SEC1":   {block("EC PRIVATE KEY", sec1), "an RSA key is needed"},
		"XML":             {[]byte("<RSAKeyValue><Modulus>secretModulus</Modulus></RSAKeyValue>"), "not PEM"},
		"empty":           {nil, "not PEM"},
		"damaged":         {block("PRIVATE KEY", pkcs8[:40]), "cannot be read"},
		"short":           {block("RSA PRIVATE KEY", shortKey()), "too few"},
	} {
		_, err := orangedata.ParseSigningKey(c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secretModulus") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// shortKey is a key of 512 bits, which Go does not make any more.
func shortKey() []byte {
	const text = `MIIBOgIBAAJBALmFZY/iey7I0lfEHnPF820oDzoH0DgxqNAl5gShrQvrMz+F2eK+
E4EqbPDtud8AU7qbw8+o1h2yQGJhwusnPlMCAwEAAQJBAK+xTjKKaOAwnUsy1ygL
EnKQmoL5fU6KcPXWvlQqjMgYNEupho9W0x82bmFdj4CyU2rVOJufKw8CTqjeOQDv
ONECIQDewoSAQuszxBYAXtOVwXFzowEqnu5Slq/9c8pZDCGtCQIhANU0WWpzFecX
wUzwbRoUOHEO/Biviyv0eRM1We9w4gN7AiBfbvxvKrwzQEWgwP9qwCZHwUTlqpM1
pMMfFXVSMwVWaQIgXajPlvnTp19CJYCBDTHQ0anZiSakpryQ66VGSu91+j0CIF3F
6IfOhmYErWWDBQEIaqBRtWMm71tfC8R4nVJrqwnn`
	der, _ := base64.StdEncoding.DecodeString(text)
	return der
}
