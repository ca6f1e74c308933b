package orangedata

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
)

// minBits is the shortest key that is taken.
const minBits = 1024

// ParseSigningKey reads the key that bodies are signed with: a private RSA key
// in PEM, PKCS#1 or PKCS#8. Its errors hold nothing of the key.
func ParseSigningKey(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the signing key is not PEM; Orange Data also gives it as XML, which is converted first")
	}
	key, err := parseKey(block)
	if err != nil {
		return nil, err
	}
	if key.N.BitLen() < minBits {
		return nil, fmt.Errorf("the signing key has %d bits, too few to be safe", key.N.BitLen())
	}
	return key, nil
}

func parseKey(block *pem.Block) (*rsa.PrivateKey, error) {
	switch {
	case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
		return nil, errors.New("the signing key is encrypted: decrypt it first, as openssl pkey -in KEY -out PLAIN does")
	case block.Type == "PUBLIC KEY" || block.Type == "RSA PUBLIC KEY":
		return nil, errors.New("the signing key is a public one: the private one is needed, of which the service has the public half")
	case block.Type == "CERTIFICATE":
		return nil, errors.New("the signing key is a certificate: the private RSA key is needed")
	case block.Type != "PRIVATE KEY" && block.Type != "RSA PRIVATE KEY":
		return nil, fmt.Errorf("the signing key is %s: an RSA key is needed", quote(block.Type))
	}
	// Converters are known to put the one form under the other's title.
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the signing key cannot be read: it is neither PKCS#1 nor PKCS#8")
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("the signing key is not an RSA key")
	}
	return key, nil
}

// Sign gives the value of X-Signature for a body, whose every byte counts:
// base64 of RSA-SHA256, PKCS#1 v1.5.
func Sign(key *rsa.PrivateKey, body []byte) (string, error) {
	sum := sha256.Sum256(body)
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("the request cannot be signed: %w", err)
	}
	return base64.StdEncoding.EncodeToString(signature), nil
}
