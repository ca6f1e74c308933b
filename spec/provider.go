package spec

import (
	"errors"
	"net"
	"net/url"
	"strings"

	"github.com/kktctl/kktctl/spec/fiscal"
	"gopkg.in/yaml.v3"
)

// DefaultEndpoint is where the service is unless the fleet says otherwise.
const DefaultEndpoint = "https://ofd.ru"

// defaultRate keeps to what the service takes from its clients in the field.
const defaultRate = 2

func defaultProvider() Provider {
	return Provider{Endpoint: DefaultEndpoint, RequestsPerSecond: defaultRate}
}

func providerSchema() schema[Provider] {
	return schema[Provider]{
		{"endpoint", func(r *reader, n *yaml.Node, p *Provider) {
			if s := r.endpoint(n); s != "" {
				p.Endpoint = s
			}
		}},
		{"requestsPerSecond", func(r *reader, n *yaml.Node, p *Provider) {
			if v, ok := r.rate(n, 1000); ok {
				p.RequestsPerSecond = v
			}
		}},
		{"caBundle", func(r *reader, n *yaml.Node, p *Provider) { p.CABundle = r.secretFile(n) }},
		{"partner", func(r *reader, n *yaml.Node, p *Provider) { p.Partner = r.partner(n) }},
		{"renta", func(r *reader, n *yaml.Node, p *Provider) { p.Renta = r.login(n) }},
		{"ferma", func(r *reader, n *yaml.Node, p *Provider) { fermasSchema().read(r, n, p) }},
	}
}

// endpoint reads a base URL.
func (r *reader) endpoint(n *yaml.Node) string {
	r.mayText(TextURL)
	s, ok := r.secretText(n, "write it as https://host") // a password may stand in it
	if !ok || s == "" {
		return ""
	}
	u, err := baseURL(s)
	if err != nil {
		r.errorAt(n, "write it as https://host", "%s", err.Error())
		return ""
	}
	if exposed(u) {
		r.warnAt(n, "use https://", "credentials would be sent over plain http")
	}
	return strings.TrimRight(s, "/")
}

// secureEndpoint is endpoint for a service that knows its clients by their
// certificates, which only TLS shows.
func (r *reader) secureEndpoint(n *yaml.Node) string {
	if u, err := baseURL(strings.TrimSpace(deref(n).Value)); err == nil && exposed(u) {
		r.errorAt(n, "use https://", "must be an https address: a client certificate is shown over https only")
		return ""
	}
	return r.endpoint(n)
}

// exposed tells of plain http that leaves this machine.
func exposed(u *url.URL) bool { return u.Scheme == "http" && !loopback(u.Hostname()) }

// baseURL checks the address of a service; its errors never echo it.
func baseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https"):
		return nil, errors.New("must be an http or https address")
	case u.User != nil:
		return nil, errors.New("must not hold a login or password")
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return nil, errors.New("must not hold a query or a fragment")
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

func (r *reader) partner(n *yaml.Node) Partner {
	if isNull(n) {
		return Partner{}
	}
	s := schema[Partner]{
		{"inn", func(r *reader, n *yaml.Node, p *Partner) { p.INN = r.needChecked(n, fiscal.CheckINN, innHint) }},
		{"apiKey", func(r *reader, n *yaml.Node, p *Partner) { p.APIKey = r.secret(n) }},
		{"login", func(r *reader, n *yaml.Node, p *Partner) { p.Login = r.secret(n) }},
		{"password", func(r *reader, n *yaml.Node, p *Partner) { p.Password = r.secret(n) }},
	}
	p := Partner{Pos: r.pos(n)}
	g := s.read(r, n, &p)
	if !r.wasMap(n) {
		return p
	}
	s.need(r, n, g, "inn")
	switch {
	case s.has(g, "login") != s.has(g, "password"):
		r.errorAt(n, "a login goes with its password", "must have both login and password, or neither")
	case !s.has(g, "apiKey") && !s.has(g, "login"):
		r.errorAt(n, "write apiKey: env:OFD_API_KEY", "has no credentials")
	case !p.APIKey.IsZero() && !p.Login.IsZero():
		r.warnAt(n, "leave out login and password: with the key everything can be done", "login and password are not used: apiKey wins")
	}
	return p
}

func (r *reader) login(n *yaml.Node) Login {
	if isNull(n) {
		return Login{}
	}
	s := schema[Login]{
		{"login", func(r *reader, n *yaml.Node, l *Login) { l.Login = r.secret(n) }},
		{"password", func(r *reader, n *yaml.Node, l *Login) { l.Password = r.secret(n) }},
	}
	l := Login{Pos: r.pos(n)}
	if g := s.read(r, n, &l); r.wasMap(n) {
		s.need(r, n, g, "login", "password")
	}
	return l
}

func fermasSchema() schema[Provider] {
	return schema[Provider]{
		{"checkonline", func(r *reader, n *yaml.Node, p *Provider) { p.CheckOnline = r.ferma(n) }},
		{"orangedata", func(r *reader, n *yaml.Node, p *Provider) { p.OrangeData = r.ferma(n, "signingKey") }},
	}
}

// ferma reads a Ferma service; Orange Data signs requests with one more key.
func (r *reader) ferma(n *yaml.Node, more ...string) Ferma {
	if isNull(n) {
		return Ferma{}
	}
	s := schema[Ferma]{
		{"endpoint", func(r *reader, n *yaml.Node, f *Ferma) { f.Endpoint = r.secureEndpoint(n) }},
		{"certificate", func(r *reader, n *yaml.Node, f *Ferma) { f.Certificate = r.secretFile(n) }},
		{"key", func(r *reader, n *yaml.Node, f *Ferma) { f.Key = r.secretFile(n) }},
		{"signingKey", func(r *reader, n *yaml.Node, f *Ferma) { f.SigningKey = r.secretFile(n) }},
	}
	f := Ferma{Pos: r.pos(n)}
	if g := s.read(r, n, &f); r.wasMap(n) {
		s.need(r, n, g, append([]string{"endpoint", "certificate", "key"}, more...)...)
	}
	return f
}

// wasMap tells whether a value that was read as a map is one: what else it
// lacks need not be said when it is not.
func (r *reader) wasMap(n *yaml.Node) bool { return deref(n).Kind == yaml.MappingNode }
