package sim

import (
	"net/http"
	"net/url"
	"slices"
	"time"
)

// tokenLife is how long a token of a login lives. Its end is told in UTC, which
// read as Moscow time is three hours earlier.
const tokenLife = 12 * time.Hour

// role is whose token or key opens a call. They are never mixed.
type role uint8

const (
	byKey          role = iota // an API key of the partner API v2
	byPartnerLogin             // a token of the partner API v1
	byRentaLogin               // a token of Renta
)

// authorise checks the AuthToken of a call.
func (c *core) authorise(q request, r role) (reply, bool) {
	given := q.query.Get("AuthToken")
	switch {
	case r != byKey:
		if c.useToken(given, r) {
			return reply{}, true
		}
		return emptyObject(http.StatusForbidden), false
	case given == "":
		return failed(http.StatusUnauthorized, "не указан AuthToken"), false
	case slices.Contains(c.w.APIKeys, given) || slices.Contains(c.w.APIKeys, "*"):
		return reply{}, true
	}
	return failed(http.StatusForbidden, "ключ доступа недействителен"), false
}

// useToken tells whether a token opens a call of the role, and counts the call.
func (c *core) useToken(given string, r role) bool {
	t := c.tokens[given]
	if t == nil || t.role != r || !c.now.Before(t.expires) || c.w.TokenCalls > 0 && t.calls >= c.w.TokenCalls {
		return false
	}
	if !c.frozen {
		t.calls++
	}
	return true
}

// centreOf gives the INN of the centre whose token the call carries.
func (c *core) centreOf(q request) (string, bool) {
	t := c.tokens[q.query.Get("AuthToken")]
	if t == nil || t.role != byRentaLogin {
		return "", false
	}
	return t.centre, c.now.Before(t.expires)
}

// login is CreateAuthToken (documents 000 and 001), as JSON or as a form.
func (c *core) login(q request) reply {
	login, password, ok := q.credentials()
	t := c.account(login, password)
	if !ok || t == nil {
		c.record(Effect{Kind: EffectLogin, Key: "login", Reason: "wrong login or password"})
		return emptyObject(http.StatusForbidden)
	}
	value := c.w.newToken()
	t.expires = c.now.Add(tokenLife)
	c.tokens[value] = t
	c.record(Effect{Kind: EffectLogin, Key: "login", OK: true})
	return jsonReply(http.StatusOK, struct {
		AuthToken         string
		ExpirationDateUtc string
	}{value, t.expires.Format(wireTime)})
}

// account gives the token that a login opens, or nil. A login that is written
// down wins over one that matches any.
func (c *core) account(login, password string) *token {
	matches := func(want string) bool { return want == "*" || want == password }
	for _, name := range []string{login, "*"} {
		if want, ok := c.w.PartnerLogins[name]; ok && matches(want) {
			return &token{role: byPartnerLogin}
		}
		if a, ok := c.w.RentaLogins[name]; ok && matches(a.Password) {
			return &token{role: byRentaLogin, centre: a.Centre}
		}
	}
	return nil
}

func (q request) credentials() (login, password string, ok bool) {
	if q.kind == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(string(q.body))
		return form.Get("Login"), form.Get("Password"), err == nil
	}
	var body struct{ Login, Password string }
	err := q.decode(&body)
	return body.Login, body.Password, err == nil
}
