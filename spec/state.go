package spec

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/kktctl/kktctl/spec/diag"
	"gopkg.in/yaml.v3"
)

// State says where the fleet's state is kept and what opens it. The zero State
// is a file beside the fleet file.
type State struct {
	URL      string            // http(s)://, s3://, postgres:// or a path relative to Fleet.Dir; empty: NAME.kktstate
	Username Secret            // http: basic auth; s3: access key; postgres: user
	Password Secret            // http: basic auth; s3: secret key; postgres: password
	Headers  map[string]Secret // http: more headers, by their canonical names
	CABundle Secret            // file: only; roots of trust instead of the system's
	Endpoint string            // s3: base URL of the service
	Region   string            // s3

	// The lock's own addresses and methods, http only. Empty: the lock is at
	// the state's address with LOCK and UNLOCK, or as GitLab has it.
	LockAddress   string
	UnlockAddress string
	LockMethod    string
	UnlockMethod  string

	Encryption Encryption
	Pos        diag.Pos
}

// Encryption says for whom the state is encrypted (age) and with what it is
// read. The zero Encryption leaves it in the clear.
type Encryption struct {
	Recipients []string // public keys: age1…, or ssh-ed25519 …, ssh-rsa …
	Identity   Secret   // the private keys, in age's form
	Pos        diag.Pos
}

// IsZero tells whether nothing is declared.
func (e Encryption) IsZero() bool { return len(e.Recipients) == 0 && e.Identity.IsZero() }

const stateURLHint = "write https://host/path, s3://bucket/key, postgres://user@host/database, or the path of a file"

// StateScheme gives the scheme of a state's URL in small letters, such as
// https or s3; empty for the path of a file.
func StateScheme(location string) string {
	scheme, _, found := strings.Cut(location, "://")
	if !found {
		return ""
	}
	return strings.ToLower(scheme)
}

// CheckStateURL finds what is wrong with a state's URL or path. Its errors
// never echo the URL: a password may stand in it.
func CheckStateURL(location string) error {
	scheme := StateScheme(location)
	if conninfoSecret.MatchString(location) {
		return errors.New("must not hold a password")
	}
	if scheme == "" {
		return checkStatePath(location)
	}
	u, err := url.Parse(location)
	if err != nil {
		return errors.New("is not a URL")
	}
	if u.User != nil {
		if _, has := u.User.Password(); has {
			return errors.New("must not hold a password")
		}
	}
	switch scheme {
	case "http", "https":
		_, err := baseURL(location)
		return err
	case "s3":
		return checkObjectURL(u)
	case "postgres", "postgresql":
		return checkDatabaseURL(u)
	}
	return errors.New("is of a kind that states are not kept in")
}

// conninfoSecret finds a password among settings such as libpq's.
var conninfoSecret = regexp.MustCompile(`(?i)(^|[^a-z])(ssl)?pass(word|wd|file)?\s*=`)

// conninfoForm is how libpq's settings of a connection begin.
var conninfoForm = regexp.MustCompile(`(?i)^\s*(host|hostaddr|port|user|dbname|service|sslmode)\s*=`)

// loginForm is LOGIN:PASSWORD@HOST without a scheme, or with one of its slashes
// left out.
var loginForm = regexp.MustCompile(`:[^@]*@`)

// pathForm is what is certainly a path: with a drive's letter, a root or a dot
// in front.
var pathForm = regexp.MustCompile(`^([A-Za-z]:[\\/]|\.{1,2}[\\/]|/[^/])`)

// checkStatePath refuses as a path what would be the address of a server with
// its scheme in front: a file of that name would show the password in it.
func checkStatePath(location string) error {
	switch {
	case conninfoForm.MatchString(location):
		return errors.New("is neither a URL nor a path: settings of a connection are not taken")
	case !pathForm.MatchString(location) && loginForm.MatchString(location):
		return errors.New("must not hold a login and password, and has no scheme (a file of such a name is written ./NAME)")
	}
	return nil
}

// CheckBaseURL finds what is wrong with the address of a service, such as that
// of a lock. Its errors never echo it.
func CheckBaseURL(address string) error {
	_, err := baseURL(address)
	return err
}

func checkObjectURL(u *url.URL) error {
	switch {
	case u.User != nil:
		return errors.New("must not hold a login or password")
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return errors.New("must not hold a query or a fragment")
	case u.Host == "" || strings.Trim(u.Path, "/") == "":
		return errors.New("must name a bucket and a key, s3://bucket/key")
	}
	return nil
}

// checkDatabaseURL lets settings such as sslmode through, but no secret.
func checkDatabaseURL(u *url.URL) error {
	if u.Fragment != "" {
		return errors.New("must not hold a fragment")
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return errors.New("has a query that cannot be read")
	}
	for key := range q {
		if strings.Contains(strings.ToLower(key), "password") || strings.EqualFold(key, "passfile") {
			return errors.New("must not hold a password")
		}
	}
	return nil
}

func stateSchema() schema[State] {
	return schema[State]{
		{"url", func(r *reader, n *yaml.Node, s *State) { s.URL = r.stateURL(n) }},
		{"username", func(r *reader, n *yaml.Node, s *State) { s.Username = r.secret(n) }},
		{"password", func(r *reader, n *yaml.Node, s *State) { s.Password = r.secret(n) }},
		{"headers", func(r *reader, n *yaml.Node, s *State) { s.Headers = r.secretHeaders(n) }},
		{"caBundle", func(r *reader, n *yaml.Node, s *State) { s.CABundle = r.secretFile(n) }},
		{"endpoint", func(r *reader, n *yaml.Node, s *State) { s.Endpoint = r.endpoint(n) }},
		{"region", func(r *reader, n *yaml.Node, s *State) { s.Region = r.text(n) }},
		{"lockAddress", func(r *reader, n *yaml.Node, s *State) { s.LockAddress = r.endpoint(n) }},
		{"unlockAddress", func(r *reader, n *yaml.Node, s *State) { s.UnlockAddress = r.endpoint(n) }},
		{"lockMethod", func(r *reader, n *yaml.Node, s *State) { s.LockMethod = r.method(n) }},
		{"unlockMethod", func(r *reader, n *yaml.Node, s *State) { s.UnlockMethod = r.method(n) }},
		{"encryption", func(r *reader, n *yaml.Node, s *State) { s.Encryption = r.encryption(n) }},
	}
}

// state reads where the fleet's state is.
func (r *reader) state(n *yaml.Node, s *State) {
	if isNull(n) {
		return
	}
	s.Pos = r.pos(n)
	sc := stateSchema()
	g := sc.read(r, n, s)
	scheme := StateScheme(s.URL)
	for _, c := range []struct{ keys, schemes string }{
		{"headers lockAddress unlockAddress lockMethod unlockMethod", "http https"},
		{"endpoint region", "s3"},
		{"username password caBundle", "http https s3 postgres postgresql"},
	} {
		for key := range strings.FieldsSeq(c.keys) {
			if sc.has(g, key) && s.URL != "" && !strings.Contains(" "+c.schemes+" ", " "+scheme+" ") {
				r.within(key, func() { r.errorAt(n, "take it out", "does not belong to a state that is kept there") })
			}
		}
	}
	if !s.Password.IsZero() && s.Username.IsZero() && scheme != "postgres" && scheme != "postgresql" {
		r.within("username", func() { r.errorAt(n, "write username: env:NAME", "is missing: a password goes with it") })
	}
}

// stateURL reads the place of a state; what is refused is not shown.
func (r *reader) stateURL(n *yaml.Node) string {
	s, ok := r.secretText(n, stateURLHint)
	if !ok || s == "" {
		return ""
	}
	if err := CheckStateURL(s); err != nil {
		r.errorAt(n, stateHint(err), "%s", err.Error())
		return ""
	}
	if u, err := url.Parse(s); err == nil && exposed(u) {
		r.warnAt(n, "use https://", "credentials and the state would be sent over plain http")
	}
	if StateScheme(s) == "http" || StateScheme(s) == "https" {
		s = strings.TrimRight(s, "/")
	}
	return s
}

// stateHint is the way out of what CheckStateURL refuses.
func stateHint(err error) string {
	if strings.Contains(err.Error(), "password") {
		return "write username: env:NAME and password: env:NAME under state instead"
	}
	return stateURLHint
}

// secretHeaders reads headers of HTTP, whose values are secrets.
func (r *reader) secretHeaders(n *yaml.Node) map[string]Secret {
	r.may(func(p *Place) { p.Pairs = &Pairs{Key: headerForm.String(), Kind: TextSecret} })
	if !r.wantMap(n) {
		return nil
	}
	out := map[string]Secret{}
	n = deref(n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := deref(n.Content[i]), n.Content[i+1]
		if k.Kind != yaml.ScalarNode || !headerForm.MatchString(k.Value) {
			r.errorAt(k, "write it as PRIVATE-TOKEN: env:NAME", "this is not the name of a header")
			continue
		}
		name := http.CanonicalHeaderKey(k.Value)
		if _, again := out[name]; again {
			r.errorAt(k, "keep one of them", "the header %s is given twice", quote(k.Value))
			continue
		}
		r.within(k.Value, func() { out[name] = r.secret(v) })
	}
	return out
}

// headerForm is a token of RFC 9110, as names of headers are.
var headerForm = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$")

var methodForm = regexp.MustCompile(`^[A-Z]{2,20}$`)

// method reads a method of HTTP.
func (r *reader) method(n *yaml.Node) string {
	s, ok := r.textOK(n)
	if ok && s != "" && !methodForm.MatchString(s) {
		r.errorAt(n, "write LOCK, UNLOCK, POST, PUT or DELETE", "%s is not a method", quote(s))
		return ""
	}
	return s
}

// recipientForm is what age's public keys look like; whether one is right is
// found when it is used.
var recipientForm = regexp.MustCompile(`^(age1[0-9a-z]+|ssh-(ed25519|rsa) [A-Za-z0-9+/=]+( .*)?)$`)

func (r *reader) encryption(n *yaml.Node) Encryption {
	if isNull(n) {
		return Encryption{}
	}
	s := schema[Encryption]{
		{"recipients", func(r *reader, n *yaml.Node, e *Encryption) {
			r.elements(n, func(c *yaml.Node) {
				if v := r.recipient(c); v != "" {
					e.Recipients = append(e.Recipients, v)
				}
			})
		}},
		{"identity", func(r *reader, n *yaml.Node, e *Encryption) { e.Identity = r.secret(n) }},
	}
	e := Encryption{Pos: r.pos(n)}
	if g := s.read(r, n, &e); r.wasMap(n) {
		s.need(r, n, g, "recipients", "identity")
		if s.has(g, "recipients") && len(e.Recipients) == 0 {
			r.errorAt(n, "write recipients: [age1…]", "names no recipient")
		}
	}
	return e
}

// recipient reads a public key. What is not one may be a private key and is
// never shown.
func (r *reader) recipient(n *yaml.Node) string {
	const hint = "write the public key, age1…; the private one is named by identity: env:NAME"
	s, ok := r.secretText(n, hint)
	if ok && !recipientForm.MatchString(s) {
		r.errorAt(n, hint, "is not a public key of age; it is not shown")
		return ""
	}
	return s
}
