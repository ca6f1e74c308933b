package httpapi

import (
	"context"
	"net"
	"net/http"
	"time"
)

// The bounds of a connection.
const (
	dialTimeout      = 15 * time.Second
	handshakeTimeout = 15 * time.Second
	idleTimeout      = 60 * time.Second
	maxHeaderBytes   = 64 << 10
)

// newTransport makes a transport for reads or, when once is set, one that
// never sends a request twice: it resends only over reused connections, and
// here every request has a fresh one. HTTP/2 is left out because it may resend
// by itself. There is no http.Client above: redirects are not followed and
// cookies not kept.
func newTransport(config Config, once bool) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer(config),
		Protocols:              protocols,
		TLSClientConfig:        tlsConfig(config),
		TLSHandshakeTimeout:    handshakeTimeout,
		ResponseHeaderTimeout:  config.Timeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		IdleConnTimeout:        idleTimeout,
		MaxIdleConnsPerHost:    8,
		DisableKeepAlives:      once,
	}
}

func dialer(config Config) func(context.Context, string, string) (net.Conn, error) {
	if config.Dial != nil {
		return config.Dial
	}
	return (&net.Dialer{Timeout: dialTimeout}).DialContext
}
