package main

import (
	"fmt"
	"net"
	"net/url"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/spec/diag"
)

// checkEndpoint refuses an --endpoint that credentials must not be sent to.
func checkEndpoint(endpoint string) error {
	if endpoint == "" {
		return nil
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return fmt.Errorf("--endpoint is not an address of a service\nhint: write it as https://ofd.ru or http://127.0.0.1:8080, without a login in it")
	}
	return nil
}

// tellEndpoint says where all calls go when --endpoint or KKTCTL_ENDPOINT
// redirects them: credentials go there too.
func (a *App) tellEndpoint(g *globals) {
	if g.Endpoint == "" {
		return
	}
	fmt.Fprintf(a.Err, "All calls go to %s.\n", view.Clean(g.Endpoint))
	if exposedEndpoint(g.Endpoint) {
		a.showDiagnostics(g, diag.List{{
			Severity: diag.Warning,
			Summary:  "credentials and documents are sent without encryption, to another machine",
			Hint:     "give the endpoint as https://",
		}})
	}
}

// exposedEndpoint tells of plain http that leaves this machine.
func exposedEndpoint(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" || u.Hostname() == "localhost" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return ip == nil || !ip.IsLoopback()
}
