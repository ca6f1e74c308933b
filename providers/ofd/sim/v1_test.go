package sim

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

const payV1Path = "/api/integration/partner/v1/kkt/pay"

// login gives the token of a login, or fails.
func (c *caller) login(login, password string) string {
	c.t.Helper()
	status, got, err := c.send("POST", loginPath, `{"Login":"`+login+`","Password":"`+password+`"}`)
	var v object
	if err != nil || status != http.StatusOK || json.Unmarshal(got, &v) != nil {
		c.t.Fatal(status, err, string(got))
	}
	return v["AuthToken"].(string)
}

// forbidden makes a call that is refused for its credential.
func (c *caller) forbidden(method, path, token string) {
	c.t.Helper()
	if status, got, err := c.send(method, path+"?AuthToken="+token, "{}"); err != nil || status != http.StatusForbidden {
		c.t.Errorf("%s %s: %d %s, %v", method, path, status, got, err)
	}
}

// The three credentials open what is theirs and nothing else.
func TestCredentialsAreNeverMixed(t *testing.T) {
	c := serve(t, registeredWorld())
	partner, renta := c.login(DefaultPartnerLogin, DefaultPartnerPassword), c.rentaToken()
	v1 := strings.Replace(kktsPath, "v2", "v1", 1)
	for _, path := range []string{v1, v1 + "/", strings.Replace(strings.ToUpper(v1), "/API", "/api", 1)} {
		if status, got, err := c.send("GET", path+"?AuthToken="+partner, ""); err != nil || status != http.StatusOK {
			t.Errorf("%s: %d %s, %v", path, status, got, err)
		}
	}
	c.forbidden("GET", v1, DefaultAPIKey)
	c.forbidden("GET", v1, renta)
	c.forbidden("POST", payV1Path, DefaultAPIKey)
	for _, path := range []string{kktsPath, codePath} {
		c.forbidden("GET", path, partner)
	}
	c.forbidden("GET", "/api/renta/v1/kkts", partner)
	if status, got, _ := c.send("POST", loginPath, `{"Login":"`+DefaultPartnerLogin+`","Password":"wrong"}`); status != http.StatusForbidden || string(got) != "{}" {
		t.Errorf("a wrong password: %d %s", status, got)
	}
}

// A payment through v1 is the same payment.
func TestPayV1(t *testing.T) {
	c := serve(t, registeredWorld())
	token := c.login(DefaultPartnerLogin, DefaultPartnerPassword)
	c.ok("POST", payV1Path+"?AuthToken="+token, payBody())
	c.refused("POST", payV1Path+"/?AuthToken="+token, payBody(), "уже применен")
	if d := c.s.Duplicates(); len(d) != 1 || d[0].Kind != EffectPay {
		t.Errorf("%+v", d)
	}
	rows := c.ok("GET", strings.Replace(statusPath, "v2", "v1", 1)+"?DateFromUtc=2026-11-01&DateToUtc=2026-11-30&AuthToken="+token, "")["Data"].([]any)
	if len(rows) != 1 {
		t.Errorf("%v", rows)
	}
}

// A token is good for so many calls, if the world says so.
func TestTokenCalls(t *testing.T) {
	w := registeredWorld()
	w.TokenCalls = 2
	c := serve(t, w)
	token := c.login(DefaultPartnerLogin, DefaultPartnerPassword)
	v1 := strings.Replace(kktsPath, "v2", "v1", 1)
	for range 2 {
		c.ok("GET", v1+"?AuthToken="+token, "")
	}
	c.forbidden("GET", v1, token)
}
