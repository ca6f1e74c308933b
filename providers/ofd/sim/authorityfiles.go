package sim

import (
	"crypto"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// The files of an authority's folder.
const (
	FileCA         = "ca.pem"     // the root to trust
	FileClient     = "client.pem" // a client certificate of DefaultGroup
	FileClientKey  = "client.key"
	FileSign       = "sign.key" // signs the bodies of Orange Data
	FileSignPublic = "sign.pub"
	fileCAKey      = "ca.key"
)

// OpenAuthority gives the authority whose files lie in the folder, and makes
// them when there are none. Files that are not an authority's are left alone
// and reported: a client certificate of the real service may be among them.
func OpenAuthority(dir string) (*Authority, error) {
	here, missing := 0, ""
	for _, name := range []string{FileCA, FileClient, FileClientKey, FileSign, FileSignPublic, fileCAKey} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			here++
		} else {
			missing = name
		}
	}
	switch {
	case here == 0:
		return createAuthority(dir)
	case missing != "":
		return nil, fmt.Errorf("%s holds certificates but no %s: it is not a folder of the sandbox, and nothing in it was changed", dir, missing)
	}
	a, err := loadAuthority(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return a, nil
}

func createAuthority(dir string) (*Authority, error) {
	a, err := NewAuthority()
	if err != nil {
		return nil, err
	}
	files, err := a.files()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	for _, name := range []string{FileCA, FileClient, FileClientKey, FileSign, FileSignPublic, fileCAKey} {
		if err := writeNew(filepath.Join(dir, name), files[name]); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(writeSynced(f, data), f.Close())
}

// files gives the contents of the authority's files.
func (a *Authority) files() (map[string][]byte, error) {
	client, err := a.Client("")
	if err != nil {
		return nil, err
	}
	signing, err := a.SigningKey()
	if err != nil {
		return nil, err
	}
	public, err := x509.MarshalPKIXPublicKey(signing.Public())
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{FileSignPublic: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})}
	out[FileSign], err = keyPEM(signing)
	if err != nil {
		return nil, err
	}
	if out[FileClient], out[FileClientKey], err = CertificatePEM(client); err != nil {
		return nil, err
	}
	own := tls.Certificate{Certificate: [][]byte{a.certificate.Raw}, PrivateKey: a.key}
	if out[FileCA], out[fileCAKey], err = CertificatePEM(own); err != nil {
		return nil, err
	}
	return out, nil
}

func loadAuthority(dir string) (*Authority, error) {
	own, err := tls.LoadX509KeyPair(filepath.Join(dir, FileCA), filepath.Join(dir, fileCAKey))
	if err != nil {
		return nil, err
	}
	key, ok := own.PrivateKey.(crypto.Signer)
	if !ok || !own.Leaf.IsCA {
		return nil, fmt.Errorf("%s is no authority", FileCA)
	}
	if time.Now().After(own.Leaf.NotAfter) {
		return nil, fmt.Errorf("the certificates have run out: remove the folder, or name another")
	}
	text, err := os.ReadFile(filepath.Join(dir, FileSign))
	if err != nil {
		return nil, err
	}
	signing, err := parseRSA(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", FileSign, err)
	}
	return &Authority{certificate: own.Leaf, key: key, signingKey: signing}, nil
}

func parseRSA(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is not PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	signing, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("it is not an RSA key")
	}
	return signing, nil
}
