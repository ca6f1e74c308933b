package postgres

import (
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// The names that a URL need not give.
const (
	DefaultSchema = "kktctl"
	DefaultState  = "default"
)

// connectTime bounds one try to connect, unless the URL has connect_timeout.
const connectTime = 5 * time.Second

// maxConnections of one process: writes, the renewal of the lease, a reader.
const maxConnections = 3

// place is what a URL says.
type place struct {
	schema   string
	state    string
	location string
	config   *pgxpool.Config
}

// parameters of a URL that are libpq's. What belongs to a session (options,
// search_path as libpq takes it) is not among them: a pooler would lose it.
func parameters() []string {
	return []string{
		"application_name", "channel_binding", "connect_timeout", "dbname", "host", "port", "passfile", "require_auth", "service",
		"sslcert", "sslcertmode", "sslkey", "sslmode", "sslnegotiation", "sslrootcert", "sslsni", "target_session_attrs", "user",
	}
}

// maxName bounds the name of a state, in characters.
const maxName = 200

// isStateName tells whether a state may be called so.
func isStateName(name string) bool {
	for i, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && (i == 0 || !strings.ContainsRune("._/-", r)) {
			return false
		}
	}
	return name != "" && utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxName
}

// form is how a URL looks, for messages.
const form = "write it as postgres://user@host:5432/database?state=NAME"

// parse reads a URL. No message quotes more of it than names: a password may
// stand anywhere in a URL that is not well formed.
func parse(text string, o *options) (place, error) {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") || u.Opaque != "" || u.Fragment != "" || strings.ContainsAny(strings.TrimPrefix(u.Path, "/"), "/@") {
		return place{}, errors.New("the state's address is not a URL of PostgreSQL\nhint: " + form)
	}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return place{}, errors.New("the state's address: what follows the ? is not well formed\nhint: " + form)
	}
	if err := checkSecrets(u, values); err != nil {
		return place{}, err
	}
	p := place{schema: DefaultSchema, state: DefaultState}
	if err := p.names(values); err != nil {
		return place{}, err
	}
	u.RawQuery = values.Encode()
	if p.config, err = config(u, values, o); err != nil {
		return place{}, err
	}
	p.locate(u, values)
	return p, nil
}

// checkSecrets refuses a password: a URL is shown, and stands in the lists of
// processes.
func checkSecrets(u *url.URL, values url.Values) error {
	_, has := u.User.Password()
	if !has && !values.Has("password") && !values.Has("sslpassword") {
		return nil
	}
	return errors.New("the state's address holds a password\nhint: leave it out of the URL; give it as state.password in the fleet file, in KKTCTL_STATE_PASSWORD or PGPASSWORD, or in the file ~/.pgpass")
}

// names takes what is kktctl's own out of the parameters.
func (p *place) names(values url.Values) error {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if len(values[key]) > 1 {
			return fmt.Errorf("the state's address: the parameter %s is given twice", key)
		}
		value := values.Get(key)
		switch key {
		case "schema", "search_path":
			if value == "" || len(value) > 63 || strings.ContainsAny(value, "\x00,") {
				return fmt.Errorf("the state's address: %s has to name one schema", key)
			}
			p.schema = value
		case "state":
			if !isStateName(value) {
				return errors.New("the state's address: state has to be letters, digits, dots, slashes, hyphens and underscores, up to 200")
			}
			p.state = value
		default:
			if !slices.Contains(parameters(), key) {
				return fmt.Errorf("the state's address: the parameter %.40q is not known\nhint: there are schema, state, %s", key, strings.Join(parameters(), ", "))
			}
			continue
		}
		values.Del(key)
	}
	return nil
}

// config gives what libpq would connect with.
func config(u *url.URL, values url.Values, o *options) (*pgxpool.Config, error) {
	c, err := pgxpool.ParseConfig(u.String())
	if err != nil {
		return nil, notConfigured(err)
	}
	cc := c.ConnConfig
	if u.User.Username() == "" && o.user != "" {
		cc.User = o.user
	}
	if o.password != "" {
		cc.Password = o.password
	}
	if o.roots != nil {
		if err := trust(cc, values.Get("sslmode"), o); err != nil {
			return nil, err
		}
	}
	if cc.ConnectTimeout == 0 {
		cc.ConnectTimeout = connectTime
	}
	if len(cc.Fallbacks) > 0 && !values.Has("target_session_attrs") && several(cc) {
		cc.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	// Nothing that a pooler does not know, and nothing of the environment that
	// would change what statements mean.
	name := cc.RuntimeParams["application_name"]
	if name == "" {
		name = "kktctl"
	}
	cc.RuntimeParams = map[string]string{"application_name": name, "client_encoding": "UTF8"}
	cc.DefaultQueryExecMode = pgx.QueryExecModeExec
	cc.StatementCacheCapacity, cc.DescriptionCacheCapacity = 0, 0
	c.MaxConns, c.MinConns, c.MinIdleConns = maxConnections, 0, 0
	c.MaxConnIdleTime = 30 * time.Second // an apply that waits for days keeps none
	return c, nil
}

// notConfigured tells why without quoting the URL.
func notConfigured(err error) error {
	var parsing *pgconn.ParseConfigError
	reason := ""
	if errors.As(err, &parsing) && parsing.Unwrap() != nil {
		reason = ": " + clean(parsing.Unwrap().Error())
	}
	if strings.Contains(err.Error(), "as URL") {
		reason = ""
	}
	return fmt.Errorf("the state's address cannot be used%s\nhint: %s; its parameters are libpq's", reason, form)
}

// several tells whether there is more than one server.
func several(cc *pgx.ConnConfig) bool {
	return slices.ContainsFunc(cc.Fallbacks, func(f *pgconn.FallbackConfig) bool { return f.Host != cc.Host || f.Port != cc.Port })
}

// trust verifies servers by the given roots.
func trust(cc *pgx.ConnConfig, mode string, o *options) error {
	if mode != "" && mode != "verify-full" {
		return fmt.Errorf("the state's address: sslmode=%.20s does not go with state.caBundle\nhint: leave sslmode out: with a caBundle the server is verified", clean(mode))
	}
	verified := func(host string) *tls.Config {
		if strings.HasPrefix(host, "/") {
			return nil // a socket
		}
		return &tls.Config{RootCAs: o.roots, ServerName: host, MinVersion: tls.VersionTLS12}
	}
	hosts := []*pgconn.FallbackConfig{}
	for _, f := range append([]*pgconn.FallbackConfig{{Host: cc.Host, Port: cc.Port}}, cc.Fallbacks...) {
		if !slices.ContainsFunc(hosts, func(h *pgconn.FallbackConfig) bool { return h.Host == f.Host && h.Port == f.Port }) {
			hosts = append(hosts, &pgconn.FallbackConfig{Host: f.Host, Port: f.Port, TLSConfig: verified(f.Host)})
		}
	}
	cc.TLSConfig, cc.Fallbacks = hosts[0].TLSConfig, hosts[1:]
	return nil
}

// locate makes the location: what tells this state from others.
func (p *place) locate(u *url.URL, values url.Values) {
	shown := url.Values{}
	for _, key := range []string{"host", "port", "dbname", "service"} {
		if values.Has(key) {
			shown.Set(key, values.Get(key))
		}
	}
	if p.schema != DefaultSchema {
		shown.Set("schema", p.schema)
	}
	shown.Set("state", p.state)
	l := url.URL{Scheme: "postgres", Host: u.Host, Path: u.Path, RawQuery: strings.ReplaceAll(shown.Encode(), "%2F", "/")}
	if name := u.User.Username(); name != "" {
		l.User = url.User(name)
	}
	p.location = l.String()
}
