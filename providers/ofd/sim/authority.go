package sim

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"sync"
	"time"
)

// DefaultGroup is the enterprise that a certificate of NewAuthority stands
// for, and that tills of Ferma belong to unless the world says otherwise.
const DefaultGroup = "sandbox"

// signingBits is the size of the key that Orange Data's bodies are signed
// with.
const signingBits = 2048

// certificateLife is how long the certificates of an authority are good for.
const certificateLife = 5 * 365 * 24 * time.Hour

// Authority is who the simulated service's certificates come from: the
// service's own, and those of clients of Ferma. It is made on the fly and is
// worth nothing anywhere else. It is safe for concurrent use.
type Authority struct {
	certificate *x509.Certificate
	key         crypto.Signer

	signing    sync.Mutex
	signingKey *rsa.PrivateKey // made when it is first wanted: that takes long
}

// NewAuthority makes an authority with keys of its own.
func NewAuthority() (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template, err := certificateFor("kktctl sandbox CA")
	if err != nil {
		return nil, err
	}
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &Authority{certificate: certificate, key: key}, nil
}

func certificateFor(name string) (*x509.Certificate, error) {
	number, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: number,
		Subject:      pkix.Name{Organization: []string{"kktctl sandbox"}, CommonName: name},
		NotBefore:    now.Add(-24 * time.Hour),
		NotAfter:     now.Add(certificateLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}, nil
}

// issue signs a certificate for a key of its own.
func (a *Authority) issue(template *x509.Certificate) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

// Server makes a certificate of the service: for this machine, and for the
// other hosts given, names or addresses.
func (a *Authority) Server(hosts ...string) (tls.Certificate, error) {
	template, err := certificateFor("kktctl sandbox")
	if err != nil {
		return tls.Certificate{}, err
	}
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, host := range append([]string{"localhost", "127.0.0.1", "::1", "0.0.0.0", "::"}, hosts...) {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else if host != "" {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	return a.issue(template)
}

// Client makes a client certificate of the enterprise that group names; empty
// means DefaultGroup.
func (a *Authority) Client(group string) (tls.Certificate, error) {
	return a.ClientUntil(group, time.Now().Add(certificateLife))
}

// ClientUntil is Client for a certificate that runs out at the time given.
func (a *Authority) ClientUntil(group string, end time.Time) (tls.Certificate, error) {
	setDefault(&group, DefaultGroup)
	template, err := certificateFor(group)
	if err != nil {
		return tls.Certificate{}, err
	}
	template.NotAfter = end
	if !end.After(template.NotBefore) {
		template.NotBefore = end.Add(-time.Hour)
	}
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return a.issue(template)
}

// SigningKey gives the key that clients of Orange Data sign bodies with.
func (a *Authority) SigningKey() (*rsa.PrivateKey, error) {
	a.signing.Lock()
	defer a.signing.Unlock()
	if a.signingKey == nil {
		key, err := rsa.GenerateKey(rand.Reader, signingBits)
		if err != nil {
			return nil, err
		}
		a.signingKey = key
	}
	return a.signingKey, nil
}

// Pool gives the roots that trust this authority alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// groupOf tells which enterprise the certificate of a connection stands for.
func (a *Authority) groupOf(state *tls.ConnectionState) (string, error) {
	if state == nil || len(state.PeerCertificates) == 0 {
		return "", errors.New("no client certificate")
	}
	leaf := state.PeerCertificates[0]
	_, err := leaf.Verify(x509.VerifyOptions{Roots: a.Pool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	if err != nil {
		return "", fmt.Errorf("the client certificate is not good: %w", err)
	}
	return leaf.Subject.CommonName, nil
}

// CertificatePEM gives a certificate and its key as PEM texts.
func CertificatePEM(c tls.Certificate) (certificate, key []byte, err error) {
	for _, der := range c.Certificate {
		certificate = append(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	key, err = keyPEM(c.PrivateKey)
	return certificate, key, err
}

func keyPEM(key any) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}
