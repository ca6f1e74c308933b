package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

type peopleKey struct{}

// people are the services that notifications of one script go to.
type people struct {
	mu     sync.Mutex
	told   []string // what arrived, as text
	status int      // that they answer with
	answer string
}

// ServeHTTP takes a message.
func (p *people) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		p.connect(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	defer p.mu.Unlock()
	text := string(body)
	var fields map[string]any
	if json.Unmarshal(body, &fields) == nil {
		text = ""
		for _, key := range []string{"chat_id", "title", "message", "text"} {
			if v, ok := fields[key].(string); ok && v != "" {
				text += key + ": " + v + "\n"
			}
		}
		lines, _ := fields["attachments"].([]any)
		for _, l := range lines {
			text += fmt.Sprint(l.(map[string]any)["text"]) + "\n"
		}
	}
	p.told = append(p.told, fmt.Sprintf("%s %s%s %s\n%s", r.Method, r.Host, r.URL.Path, r.Header.Get("X-Token"), text))
	w.WriteHeader(p.status)
	fmt.Fprint(w, p.answer)
}

// connect is a proxy behind which all hosts are this one.
func (p *people) connect(w http.ResponseWriter, _ *http.Request) {
	target, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	conn, _, err := target.Hijack()
	if err != nil {
		return
	}
	fmt.Fprint(conn, "HTTP/1.1 200 OK\r\n\r\n")
	inner := &http.Server{Handler: p, TLSConfig: &tls.Config{Certificates: []tls.Certificate{peopleCertificate()}}, ReadHeaderTimeout: time.Minute}
	go func() { _ = inner.ServeTLS(&oneConn{conn: conn}, "", "") }()
}

// oneConn is a listener with one connection.
type oneConn struct {
	conn net.Conn
	once bool
}

func (l *oneConn) Accept() (net.Conn, error) {
	if l.once {
		return nil, io.EOF
	}
	l.once = true
	return l.conn, nil
}
func (l *oneConn) Close() error   { return nil }
func (l *oneConn) Addr() net.Addr { return l.conn.LocalAddr() }

// peopleCertificate is that of the services, made once.
var peopleCertificate = sync.OnceValue(func() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "people"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		DNSNames: []string{"api.telegram.org", "hooks.slack.com", "slack.com", "hooks.example"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
})

// people [STATUS [ANSWER]] starts the services that notifications go to, or
// says what they answer from now on. HOOK is the address of a webhook; through
// the proxy of the environment they are also Telegram and Slack.
func cmdPeople(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: people [STATUS [ANSWER]]")
	}
	p, _ := ts.Value(peopleKey{}).(*peopleBox)
	if p.people == nil {
		p.people = &people{}
		server := httptest.NewServer(p.people)
		ts.Defer(server.Close)
		ts.Setenv("HOOK", server.URL)
		ts.Setenv("HTTPS_PROXY", server.URL)
		trusted := ts.MkAbs("people.pem")
		ts.Check(os.WriteFile(trusted, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: peopleCertificate().Certificate[0]}), 0o600))
		ts.Setenv("SSL_CERT_FILE", trusted)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status, p.answer = http.StatusOK, `{"ok": true}`
	if len(args) > 0 {
		var err error
		p.status, err = strconv.Atoi(args[0])
		ts.Check(err)
		p.answer = strings.Join(args[1:], " ")
	}
}

type peopleBox struct{ *people }

// told prints what people were told since it was last asked; with ! nothing
// may have been told.
func cmdTold(ts *testscript.TestScript, neg bool, args []string) {
	p := ts.Value(peopleKey{}).(*peopleBox)
	if p.people == nil || len(args) > 0 {
		ts.Fatalf("usage: told, after people")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.told
	p.told = nil
	fmt.Fprint(ts.Stdout(), strings.Join(all, "\n===\n"))
	if neg != (len(all) == 0) {
		ts.Fatalf("%d messages were told:\n%s", len(all), strings.Join(all, "\n"))
	}
}
