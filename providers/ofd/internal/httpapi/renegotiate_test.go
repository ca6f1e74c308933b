package httpapi

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCertificateAskedForLate calls a server that asks for the certificate
// when it has read the request, as web servers of TLS 1.2 do.
func TestCertificateAskedForLate(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil { // make test installs it where it can, and CI takes no skip
		t.Skip("openssl is not installed: no other server asks for a certificate late")
	}
	cert, key := selfSigned(t)
	pair, err := Certificate(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string][]byte{"c.pem": cert, "c.key": key} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server := exec.CommandContext(t.Context(), openssl, "s_server", "-accept", "127.0.0.1:0", "-tls1_2", "-naccept", "1",
		"-cert", filepath.Join(dir, "c.pem"), "-key", filepath.Join(dir, "c.key"), "-CAfile", filepath.Join(dir, "c.pem"))
	in, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	server.Stderr = server.Stdout
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		_ = server.Process.Kill() // whatever it still waits for
		<-done
		_ = server.Wait()
	})
	lines := bufio.NewReader(out)
	address := strings.TrimPrefix(lineWith(t, lines, "ACCEPT "), "ACCEPT ")
	go func() { // ask again when the request is there, answer when the certificate is
		defer close(done)
		lineWith(t, lines, `{"a":1}`)
		_, _ = io.WriteString(in, "R\n")
		lineWith(t, lines, "verify return:1")
		body := `{"Data":{},"Success":true}`
		_, _ = fmt.Fprintf(in, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s\n", len(body), body)
	}()
	roots := x509.NewCertPool()
	roots.AddCert(pair.Leaf)
	client, _ := newClient(t, Config{BaseURL: "https://" + address, RootCAs: roots, Certificate: pair})
	if err := client.Mutate(t.Context(), Call{Op: "print", Method: http.MethodPost, Path: "/x", Body: []byte(`{"a":1}` + "\n")}); err != nil {
		t.Fatal(err)
	}
	<-done
}

func lineWith(t *testing.T, r *bufio.Reader, text string) string {
	for {
		line, err := r.ReadString('\n')

		if strings.Contains(line, text) {
			return strings.TrimSpace(line)
		}
		if err != nil {
			t.Errorf("the server never said %q", text)
			return ""
		}
	}
}

// TestNoLateCertificateWithoutOne keeps the second handshake to those who have
// a certificate to show.
func TestNoLateCertificateWithoutOne(t *testing.T) {
	if c := tlsConfig(Config{}); c.Renegotiation != tls.RenegotiateNever || c.GetClientCertificate != nil {
		t.Errorf("%+v", c)
	}
}
