package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
)

// StaticToken is a key that never expires: the partner's v2 API key (004 §1).
func StaticToken(role, key string) TokenSource { return staticToken{role: role, key: key} }

type staticToken struct{ role, key string }

func (s staticToken) Token(context.Context) (string, error) { return s.key, nil }
func (s staticToken) Drop(string) bool                      { return false }
func (s staticToken) Role() string                          { return s.role }

// String keeps the key out of prints.
func (s staticToken) String() string { return s.role }

// GoString keeps the key out of prints.
func (s staticToken) GoString() string { return s.role }

// Credentials are a login with its password.
type Credentials struct {
	Role     string // for people, such as "Renta login"
	Login    string
	Password string
	Form     bool // send a form instead of JSON (001); otherwise a form follows JSON that is not taken
}

// String keeps the secrets out of prints.
func (c Credentials) String() string { return c.Role }

// GoString keeps the secrets out of prints.
func (c Credentials) GoString() string { return c.Role }

// LoginSource logs in when it must and keeps the token until it expires or is
// refused. It is safe for concurrent use: there is one login at a time.
type LoginSource struct {
	client      *Client
	credentials Credentials
	group       singleflight.Group
	form        atomic.Bool // what the service takes

	mu      sync.Mutex
	token   string
	expires time.Time // zero: until it is refused
	refusal error     // of the last login
	until   time.Time // when a refused login may be tried again
}

// refusalPause is how long a refused login is not repeated: a password does
// not get better by trying, and accounts are locked for that.
const refusalPause = time.Minute

// LoginToken makes a source of tokens from a login (000, 001: CreateAuthToken).
func LoginToken(client *Client, credentials Credentials) *LoginSource {
	s := &LoginSource{client: client, credentials: credentials}
	s.form.Store(credentials.Form)
	return s
}

// Role names the credential.
func (s *LoginSource) Role() string { return s.credentials.Role }

// String keeps the secrets out of prints.
func (s *LoginSource) String() string { return s.credentials.Role }

// GoString keeps the secrets out of prints.
func (s *LoginSource) GoString() string { return s.credentials.Role }

// Token gives the token kept, or logs in.
func (s *LoginSource) Token(ctx context.Context) (string, error) {
	if token, err := s.kept(); token != "" || err != nil {
		return token, err
	}
	// The login outlives the caller that began it: others wait for it too.
	wait := s.group.DoChan("", func() (any, error) {
		if token, err := s.kept(); token != "" || err != nil {
			return token, err
		}
		return s.login(context.WithoutCancel(ctx))
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case r := <-wait:
		if r.Err != nil {
			return "", r.Err
		}
		return r.Val.(string), nil
	}
}

// Drop forgets token, unless another one was had meanwhile.
func (s *LoginSource) Drop(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == token {
		s.token = ""
	}
	return true
}

// kept gives the token, or a refusal, that still holds.
func (s *LoginSource) kept() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.client.config.Now()
	if s.refusal != nil && now.Before(s.until) {
		return "", s.refusal
	}
	if s.expires.IsZero() || now.Before(s.expires) {
		return s.token, nil
	}
	return "", nil
}

// login asks for a token. It changes nothing, so it is repeated like a read,
// but a refusal is final.
func (s *LoginSource) login(ctx context.Context) (string, error) {
	var out struct {
		AuthToken         String
		ExpirationDateUtc Time
	}
	call := Call{
		Op: "log in with the " + s.credentials.Role, Method: http.MethodPost,
		Path: "/api/Authorization/CreateAuthToken", Body: s.credentials.body(s.form.Load()), Out: &out,
		Check: func() error {
			if out.AuthToken == "" {
				return errors.New("the answer has no AuthToken")
			}
			return nil
		},
		Secrets: []string{s.credentials.Login, s.credentials.Password},
	}
	err := s.client.read(ctx, call)
	if formInstead(err) && s.form.CompareAndSwap(false, true) {
		call.Body = s.credentials.body(true)
		err = s.client.read(ctx, call)
	}
	if err != nil {
		return "", s.refused(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token, s.refusal = string(out.AuthToken), nil
	s.expires = expiry(out.ExpirationDateUtc.Time, s.client.config.Now())
	return s.token, nil
}

func (c Credentials) body(form bool) any {
	if form {
		return url.Values{"Login": {c.Login}, "Password": {c.Password}}
	}
	return struct{ Login, Password string }{c.Login, c.Password}
}

// formInstead tells whether a login as JSON was not understood: 000 knows JSON
// only, 001 a form as well. A refused password is not tried in another form.
func formInstead(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Status == http.StatusBadRequest || e.Status == http.StatusUnsupportedMediaType)
}

// refused words a refusal and remembers it.
func (s *LoginSource) refused(err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || !refusesToken(e.Status) {
		return err
	}
	e.Hint = fmt.Sprintf("check the %s and its password", s.credentials.Role)
	e.Refused = s.credentials.Role
	e.Err = fmt.Errorf("the %s was refused", s.credentials.Role)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token, s.refusal, s.until = "", e, s.client.config.Now().Add(refusalPause)
	return e
}

// expiry reads ExpirationDateUtc, which 001 takes for UTC and 004 for Moscow
// time: the earlier of the two that still lies ahead. When neither does, the
// clocks disagree, and the token is used until it is refused.
func expiry(at, now time.Time) time.Time {
	const moscow = 3 * time.Hour
	switch {
	case at.IsZero():
		return time.Time{}
	case at.Add(-moscow).After(now):
		return at.Add(-moscow)
	case at.After(now):
		return at
	}
	return time.Time{}
}
