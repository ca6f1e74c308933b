// Package httpapi is the one transport for all calls of OFD.ru. It paces them,
// bounds what it reads, takes the token from its source, opens every envelope
// that the documents show, and keeps secrets out of errors and logs.
//
// Reads are repeated when that can help. A call that changes something is
// attempted exactly once, over a connection of its own, and its error says
// what is known: it was not sent, it was refused, or nobody can tell.
package httpapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// DefaultTimeout bounds a call when Config.Timeout is zero.
const DefaultTimeout = 60 * time.Second

// The bounds of a decoded answer in bytes.
const (
	DefaultLimit int64 = 8 << 20
	ListLimit    int64 = 64 << 20
)

// Config says where the service is and how it is called.
type Config struct {
	BaseURL           string         // such as https://ofd.ru; a path in it is kept as a prefix
	RequestsPerSecond float64        // 0 means unlimited; not used when Pacer is given
	Pacer             *Pacer         // shared between clients of one service; optional
	RootCAs           *x509.CertPool // nil means the system's roots
	// Certificate is shown to a service that asks for one, as Ferma's do; nil
	// for none. See Certificate.
	Certificate *tls.Certificate
	UserAgent   string        // default kktctl
	Timeout     time.Duration // of one attempt, pacing not counted; default DefaultTimeout
	Logger      func(line string)
	Now         func() time.Time

	// Sleep waits between two attempts of a read; nil means a timer.
	Sleep func(ctx context.Context, d time.Duration) error
	// Dial opens connections; nil means the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Wrap is put around each transport; nil for nothing. It must not send a
	// request twice.
	Wrap func(http.RoundTripper) http.RoundTripper
}

// Client makes calls. It is safe for concurrent use.
type Client struct {
	base   *url.URL
	config Config
	reads  http.RoundTripper
	writes http.RoundTripper
	idle   func() // closes the connections that no call uses
}

// New checks the configuration and makes a Client. It opens no connection.
func New(config Config) (*Client, error) {
	base, err := parseBase(config.BaseURL)
	if err != nil {
		return nil, err
	}
	if config.Pacer == nil {
		if config.Pacer, err = NewPacer(config.RequestsPerSecond); err != nil {
			return nil, err
		}
	}
	config = withDefaults(config)
	reads, writes := newTransport(config, false), newTransport(config, true)
	return &Client{base: base, config: config, reads: config.Wrap(reads), writes: config.Wrap(writes), idle: reads.CloseIdleConnections}, nil
}

// CloseIdle closes the connections that no call uses.
func (c *Client) CloseIdle() { c.idle() }

func withDefaults(config Config) Config {
	if config.Timeout <= 0 {
		config.Timeout = DefaultTimeout
	}
	if config.UserAgent == "" {
		config.UserAgent = "kktctl"
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Sleep == nil {
		config.Sleep = sleep
	}
	if config.Wrap == nil {
		config.Wrap = func(t http.RoundTripper) http.RoundTripper { return t }
	}
	if config.Logger == nil {
		config.Logger = func(string) {}
	}
	return config
}

// parseBase never echoes the text: it may hold a password.
func parseBase(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("endpoint is not a URL")
	case base.Scheme != "https" && base.Scheme != "http":
		return nil, errors.New("endpoint must begin with https:// or http://")
	case base.Hostname() == "":
		return nil, errors.New("endpoint has no host")
	case base.User != nil:
		return nil, errors.New("endpoint must not hold a user or password")
	case base.RawQuery != "" || base.Fragment != "":
		return nil, fmt.Errorf("endpoint %s must have neither query nor fragment", base.Host)
	}
	base.Path = strings.TrimRight(base.Path, "/")
	base.RawPath = ""
	return base, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
