package sim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	addPath    = "/api/Renta/v1/addKkt/"
	membersURL = "/api/renta/v1/kkts"
)

func addBody() string {
	return fmt.Sprintf(`{"UserInn":%q,"UserKpp":%q,"UserOgrn":"1025202124716","UserEmail":"office@sever.example","KktList":[
	{"KktNumber":%q,"FnNumber":%q,"KktRegNumber":%q,"KktAddress":"Москва","KktPlace":"Зал","CurrentOfdInn":"7841465198"}]}`,
		testINN, testKPP, otherSerial, otherFN, otherRNM)
}

func TestLoginAsJSONAndForm(t *testing.T) {
	c := serve(t, nil)
	res, err := http.PostForm(c.url+loginPath+"/", url.Values{"Login": {DefaultRentaLogin}, "Password": {DefaultRentaPassword}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var v object
	if err := json.NewDecoder(res.Body).Decode(&v); err != nil || len(v["AuthToken"].(string)) != 32 {
		t.Fatal(err, v)
	}
	want(t, v, "2026-11-16T22:00:00", "ExpirationDateUtc")
	status, got, err := c.send("POST", loginPath, `{"Login":"sandbox","Password":"wrong"}`)
	if err != nil || status != http.StatusForbidden || string(got) != "{}" {
		t.Errorf("%d %s %v", status, got, err)
	}
	token := v["AuthToken"].(string)
	c.ok("GET", membersURL+"?AuthToken="+token, "")
	c.s.Advance(12 * time.Hour)
	status, got, err = c.send("GET", membersURL+"?AuthToken="+token, "")
	if err != nil || status != http.StatusForbidden || string(got) != "{}" {
		t.Errorf("an expired token: %d %s %v", status, got, err)
	}
	ledger := c.s.Ledger()
	if len(ledger) != 2 || !ledger[0].OK || ledger[1].OK {
		t.Errorf("%+v", ledger)
	}
}

func TestAddKktTwice(t *testing.T) {
	c := serve(t, registeredWorld())
	got := c.ok("POST", addPath, addBody())
	want(t, got, []any{}, "Errors")
	want(t, got, otherRNM, "KktList", "0", "KktRegNumber")
	row := c.ok("GET", membersURL+"/"+testINN, "")
	want(t, row, "Москва", "Data", "0", "KktAdress")
	want(t, row, "ООО «Север»", "Data", "0", "UserName")
	want(t, row, "Success", "Status")
	entities := c.ok("GET", "/api/renta/v1/legal-entities", "")
	want(t, entities, float64(1), "Data", "0", "KktRergistered")
	want(t, entities, float64(0), "Data", "0", "KktOnline")
	want(t, c.ok("POST", addPath, addBody()), "KktBelongAnotherInn", "Errors", "0", "ErrorMessage")
	if d := c.s.Duplicates(); len(d) != 1 || d[0].Kind != EffectAddKkt || d[0].Serial != otherSerial {
		t.Errorf("duplicates: %+v", d)
	}
	c.ok("POST", "/_sim/till?serial="+otherSerial+"&fn="+testFN, "")
	want(t, c.ok("POST", addPath, strings.ReplaceAll(addBody(), otherFN, testFN)), []any{}, "Errors")
	rows := c.ok("GET", membersURL, "")["Data"].([]any)
	if len(rows) != 1 || dig(rows, "0", "FnNumber") != testFN {
		t.Errorf("%v", rows)
	}
	if status, v := c.call("GET", membersURL+"/7709125605", ""); status != 404 || dig(v, "Errors", "0") != "InnNotFound" {
		t.Errorf("%d %v", status, v)
	}
}

func TestAddKktErrors(t *testing.T) {
	c := serve(t, registeredWorld())
	for from, tc := range map[string][3]string{
		`"UserKpp":"525201001"`:          {`"UserKpp":"770901001"`, "1", "INN_KPP_incorrect"},
		`"UserInn":"5252012620"`:         {`"UserInn":"52520126"`, "1", "INN_KPP_incorrect"},
		`"FnNumber":"` + otherFN:         {`"FnNumber":"99990789388`, "5", "RN_FN_incorrect"},
		`"FnNumber":"` + otherFN + `"`:   {`"FnNumber":"` + testFN + `"`, "5", "RN_FN_incorrect"},
		`"KktRegNumber":"` + otherRNM:    {`"KktRegNumber":"123`, "5", "RN_FN_incorrect"},
		`"KktNumber":"` + otherSerial:    {`"KktNumber":"` + testSerial, "3", "KktBelongAnotherInn"},
		`"CurrentOfdInn":"7841465198`:    {`"CurrentOfdInn":"78`, "5", "OfdInnUnknown"},
		`"KktRegNumber":"0000002928049`:  {`"KktRegNumber":"0000002950038`, "3", "KktBelongAnotherInn"},
		`"UserEmail":"office@sever.exa`:  {`"UserEmail":"office.sever.exa`, "400", "UserEmail"},
		`"UserOgrn":"1025202124716"`:     {`"UserOgrn":"1"`, "400", "UserOgrn"},
		`"KktPlace":"Зал"`:               {`"KktPlace":""`, "400", "KktList"},
		`"KktPlace":"Зал","CurrentOfdIn`: {`"KktSpot":"Зал","CurrentOfdIn`, "400", "не разобрано"},
	} {
		body := strings.Replace(addBody(), from, tc[0], 1)
		if body == addBody() {
			t.Fatalf("%s changes nothing", from)
		}
		status, v := c.call("POST", addPath, body)
		if tc[1] == "400" {
			message, _ := dig(v, "Errors", "0").(string)
			if status != 400 || v["Status"] != "Failed" || !strings.Contains(message, tc[2]) {
				t.Errorf("%s: %d %v", tc[0], status, v)
			}
			continue
		}
		want(t, v, tc[1], "Errors", "0", "ErrorCode")
		want(t, v, tc[2], "Errors", "0", "ErrorMessage")
		if status != http.StatusOK {
			t.Errorf("%s: %d", tc[0], status)
		}
	}
	if rows := c.ok("GET", membersURL, "")["Data"].([]any); len(rows) != 0 {
		t.Errorf("%v", rows)
	}
}

func TestRemoveKktOnItsDate(t *testing.T) {
	c := serve(t, registeredWorld().AddMember("", otherSerial))
	remove := func(inn, rnm, day string) object {
		return c.ok("POST", "/api/Renta/v1/removeKkt/"+inn+"/"+rnm+"/"+day, "")
	}
	for _, day := range []string{"2026-11-15", "16.11.2026", "2026-02-30"} {
		want(t, remove(DefaultCentreINN, otherRNM, day), "WrongDate", "Errors", "0", "ErrorMessage")
	}
	want(t, remove(testINN, otherRNM, "2026-11-17"), "INN_KPP_incorrect", "Errors", "0", "ErrorMessage")
	want(t, remove(DefaultCentreINN, "12", "2026-11-17"), "RN_FN_incorrect", "Errors", "0", "ErrorMessage")
	want(t, remove(DefaultCentreINN, "0000002950038403", "2026-11-17"), "KktBelongAnotherInn", "Errors", "0", "ErrorMessage")
	got := remove(DefaultCentreINN, otherRNM, "2026-11-17")
	want(t, got, object{"UserInn": DefaultCentreINN, "KktRegNumber": otherRNM, "KktOffDate": "2026-11-17"})
	members := func() int { return len(c.ok("GET", membersURL, "")["Data"].([]any)) }
	if members() != 1 {
		t.Error("a till left before its date")
	}
	remove(DefaultCentreINN, otherRNM, "2026-11-18")
	if d := c.s.Duplicates(); len(d) != 1 || d[0].Kind != EffectRemoveKkt {
		t.Errorf("duplicates: %+v", d)
	}
	c.s.Advance(11 * time.Hour) // midnight in Moscow
	c.token = ""
	if members() != 0 {
		t.Error("a till stays after its date")
	}
	want(t, c.ok("POST", addPath, addBody()), []any{}, "Errors")
	if n := len(c.s.Duplicates()); n != 1 || members() != 1 {
		t.Errorf("coming back: %d duplicates", n)
	}
}

func TestACentreSeesItsOwn(t *testing.T) {
	w := registeredWorld()
	w.RentaLogins = map[string]RentaLogin{"a": {"x", "7802870820"}, "b": {"x", "7709125605"}}
	w.AddMember("7709125605", otherSerial)
	c := serve(t, w)
	for login, n := range map[string]int{"a": 0, "b": 1} {
		res, err := http.Post(c.url+loginPath, "application/json", strings.NewReader(`{"Login":"`+login+`","Password":"x"}`))
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(res.Body)
		res.Body.Close()
		var v struct{ AuthToken string }
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		if rows := c.ok("GET", membersURL+"?AuthToken="+v.AuthToken, "")["Data"].([]any); len(rows) != n {
			t.Errorf("%s sees %d tills", login, len(rows))
		}
	}
}
