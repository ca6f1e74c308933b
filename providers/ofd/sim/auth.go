package sim

import (
	"net/http"
	"net/url"
	"slices"
	"time"
)

// tokenLife is how long a token of Renta lives. Its end is told in UTC, which
// read as Moscow time is three hours earlier.
const tokenLife = 12 * time.Hour

// authorise checks the AuthToken of a call. API keys and tokens are never
// mixed.
func (c *core) authorise(q request, renta bool) (reply, bool) {
	given := q.query.Get("AuthToken")
	if renta {
		if _, ok := c.centreOf(q); ok {
			return reply{}, true
		}
		return emptyObject(http.StatusForbidden), false
	}
	if given == "" {
		return failed(http.StatusUnauthorized, "не указан AuthToken"), false
	}
	if slices.Contains(c.w.APIKeys, given) || slices.Contains(c.w.APIKeys, "*") {
		return reply{}, true
	}
	return failed(http.StatusForbidden, "ключ доступа недействителен"), false
}

// centreOf gives the INN of the centre whose token the call carries.
func (c *core) centreOf(q request) (string, bool) {
	t, ok := c.tokens[q.query.Get("AuthToken")]
	return t.centre, ok && c.now.Before(t.expires)
}

// login is CreateAuthToken (document 001), as JSON or as a form.
func (c *core) login(q request) reply {
	login, password, ok := q.credentials()
	account, known := c.account(login)
	if !ok || !known || (account.Password != "*" && account.Password != password) {
		c.record(Effect{Kind: EffectLogin, Key: "login", Reason: "wrong login or password"})
		return emptyObject(http.StatusForbidden)
	}
	value := c.w.newToken()
	expires := c.now.Add(tokenLife)
	c.tokens[value] = token{centre: account.Centre, expires: expires}
	c.record(Effect{Kind: EffectLogin, Key: "login", OK: true})
	return jsonReply(http.StatusOK, struct {
		AuthToken         string
		ExpirationDateUtc string
	}{value, expires.Format(wireTime)})
}

func (c *core) account(login string) (RentaLogin, bool) {
	if a, ok := c.w.RentaLogins[login]; ok {
		return a, true
	}
	a, ok := c.w.RentaLogins["*"]
	return a, ok
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
