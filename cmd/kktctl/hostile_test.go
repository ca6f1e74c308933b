package main

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/kktctl/kktctl/providers/ofd/sim"
)

// ours are the files that kktctl may leave behind.
var ours = regexp.MustCompile(`^fleet/(fleet\.yaml|sever\.kktstate[.a-z0-9-]*|outbox/[\p{L}\p{N}_-]+\.(b64|json|b64\.sig))$`)

// unprintable finds what may steer a terminal or hide in it.
func unprintable(b []byte) string {
	for i, r := range string(b) {
		_, size := utf8.DecodeRune(b[i:])
		switch {
		case r == '\n':
		case r == utf8.RuneError && size == 1:
			return fmt.Sprintf("invalid UTF-8 in %q", around(b, i))
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == 0x2028, r == 0x2029, r >= 0xe0000 && r <= 0xe0fff:
			return fmt.Sprintf("%U in %q", r, around(b, i))
		}
	}
	return ""
}

func around(b []byte, i int) []byte { return b[max(0, i-40):min(len(b), i+40)] }

// evil are texts as they stand inside a JSON string.
func evil() map[string]string {
	return map[string]string{
		"csi":          `\u001b[2J\u001b[31mX\u001b[0m`,
		"osc52":        `x\u001b]52;c;cm0gLXJmIH4=\u0007`,
		"osc8":         `\u001b]8;;http://169.254.169.254/\u001b\\here\u001b]8;;\u001b\\`,
		"c1":           `\u009b31m\u009d0;owned\u009c\u0090q\u009c`,
		"cr":           `ok\rPlan: 0 to register`,
		"lf":           `ok\nNo changes. The fleet matches the declaration.`,
		"backspace":    `abc\b\b\bxyz\u007f\u000b\f`,
		"nul":          `a\u0000b`,
		"rlo":          `\u202egnp.exe\u202c`,
		"isolates":     `\u2066\u2067abc\u2069\u2068`,
		"zero width":   `a\u200bb\u200d\u2060\ufeff\u200e\u00adc`,
		"tags":         `x\udb40\udc41\udb40\udc7f`,
		"separators":   `a\u2028b\u2029c`,
		"bad utf-8":    "\xff\xc0\xaf\xed\xa0\x80",
		"surrogate":    `\ud800x\udfff`,
		"combining":    strings.Repeat(`z\u0335`, 3) + strings.Repeat(`\u0348`, 200),
		"traversal":    `../../../../../tmp/evil`,
		"backslashes":  `..\\..\\..\\evil`,
		"absolute":     `/etc/cron.d/evil`,
		"device":       `CON`,
		"device name":  `aux.b64`,
		"home":         `~root/.ssh/authorized_keys`,
		"dots":         `..`,
		"option":       `--signature=/etc/passwd`,
		"shell":        "$(reboot)`reboot`;reboot|reboot",
		"html":         `<script>alert(1)</script><img src=x onerror=alert(1)>`,
		"markdown":     "](javascript:alert(1)) | x | ``` \\n# y",
		"format":       `%s%n%!d(MISSING)%9999999d`,
		"long":         strings.Repeat("A", 300_000),
		"long letters": strings.Repeat("Ж", 100_000),
		"metadata":     `http://169.254.169.254/latest/meta-data/`,
		"empty":        ``,
		"huge number":  `1e400`,
		"minus":        `-99999999999999999999`,
		"date":         `9999-99-99T99:99:99`,
		"year":         `+292277026596-12-04T15:30:08Z`,
	}
}

// places are the values of the service that are printed, compared or kept.
func places() map[string][]string {
	return map[string][]string{
		"/kkts":            {"KktModel", "FiscalAddress", "FiscalPlace", "Tariff", "SerialNumber", "FnNumber", "KktRegId", "Id", "FnEndDate", "ContractEndDateUtc", "LastDocOnKktDateTime"},
		"/code/list":       {"Code", "Id", "Service", "Tariff", "TariffCount", "Status", "ExpiredDateUtc"},
		"/paystatus":       {"Rnm", "ActivationCode", "Status", "DateUtc"},
		"/registration":    {"Id", "Documents.Id", "Status", "Stage", "StatusReason", "RegNumber", "FileName", "Description", "Content", "Signature", "Gateway", "DownloadUri", "Purpose", "StatusChangeDateUtc", "OfdAgreementId", "Message", "Code"},
		"/renta/v1/kkts":   {"KktSerialNumber", "KktRegNumber", "FnNumber", "KktAdress", "KktPlace", "UserName", "UserInn"},
		"/addkkt":          {"ErrorMessage", "ErrorCode", "UserInn", "KktRegNumber"},
		"/createauthtoken": {"AuthToken", "ExpirationDateUtc"},
		"/kkt/pay":         {"IsCompleted", "IsWaiting"},
	}
}

const hostileFleet = `
kkts:
  a:
    company: petrova
    serial: "00307404867358"
    fn: {number: "9287440300784224", type: fn36}
    report: {at: 2026-11-20T10:15:00, document: "1", sign: "1234567890"}
  b:
    company: petrova
    serial: "00307404867291"
    fn: {number: "9287440300784225", type: fn36}
    place: Другое место
    renta: galereya
    activationCode: PSZ7D1Lq
  c:
    company: petrova
    serial: "00307404867292"
    fn: {number: "9287440300784226", type: fn36}
`

func hostileWorld() *sim.World {
	const petrova = "526208146302"
	w := (&sim.World{Device: sim.Device{AutoReport: true}}).Add(
		sim.SeedTill{INN: petrova, Serial: "00307404867291", FN: "9287440300784225", Model: "АТОЛ 42ФС", Address: "115280, Москва, ул Ленинская Слобода, д 19", Place: "Зал"},
		sim.SeedTill{INN: petrova, Serial: "99", FN: "9287440300784299", Model: "АТОЛ 42ФС", Address: "Москва", Place: "Зал"},
	).AddCode("PSZ7D1Lq", "Ofd", "Green", 2).AddMember("", "99")
	w.AddCompany(petrova, "", "319527500042184", "ИП Петрова Вера Ильинична")
	w.Rejections = []sim.Rejection{{Serial: "00307404867292", Reason: "отказ"}}
	return w
}

// Whatever text the service puts anywhere: nothing steers the terminal,
// nothing is written elsewhere, and every command ends.
func TestHostileTexts(t *testing.T) {
	texts := evil()
	names := sortedKeys(texts)
	met, cases := int64(0), 0
	for _, path := range sortedKeys(places()) {
		for _, key := range places()[path] {
			for _, name := range some(names, path, key) {
				cases++
				t.Run(strings.Trim(path, "/")+"/"+key+"/"+name, func(t *testing.T) {
					h := newHostile(t, hostileFleet, hostileWorld(), change{path: path, key: key, text: texts[name]})
					h.script()
					met += min(h.met.Load(), 1)
				})
			}
		}
	}
	t.Logf("%d cases, %d of them met", cases, met)
	if met < 80 {
		t.Errorf("%d cases changed an answer", met)
	}
}

// some gives each place its own few of the texts; those that name files get
// more. KKTCTL_HOSTILE=all gives all to all.
func some(names []string, path, key string) []string {
	if os.Getenv("KKTCTL_HOSTILE") == "all" {
		return names
	}
	each := 2
	if key == "FileName" || key == "Documents.Id" || key == "OrderReceiptUrl" {
		each = 12
	}
	h := fnv.New32a()
	h.Write([]byte(path + key))
	var out []string
	for i := range each {
		out = append(out, names[(int(h.Sum32()%uint32(len(names)))+i*len(names)/each)%len(names)])
	}
	return out
}

// Answers of a wrong shape, at every path with KKTCTL_HOSTILE=all.
func TestHostileShapes(t *testing.T) {
	var strangers atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers.Add(1) }))
	defer other.Close()
	deep := strings.Repeat(`[`, 100_000) + strings.Repeat(`]`, 100_000)
	objects := strings.Repeat(`{"Data":`, 100_000) + `1` + strings.Repeat(`}`, 100_000)
	row := `{"SerialNumber":"00307404867291","KktRegId":"0000000000000001","FnNumber":"9287440300784225"}`
	to := func(address string) http.Header { return http.Header{"Location": {address}} }
	shapes := map[string]change{
		"deep array":      {text: `{"Success":true,"Data":` + deep + `}`, code: 200},
		"deep objects":    {text: objects, code: 200},
		"deep, cut":       {text: strings.Repeat(`[`, 100_000), code: 200},
		"number 1e400":    {text: `{"Success":true,"Data":[{"Id":1e400,"TariffCount":1e400,"SerialNumber":1e400}]}`, code: 200},
		"long number":     {text: `{"Success":true,"Data":[{"Id":` + strings.Repeat("9", 1_000_000) + `}]}`, code: 200},
		"same keys":       {text: `{"Success":true,"Success":false,"Data":[],"Data":[` + row + `]}`, code: 200},
		"same rows":       {text: `{"Success":true,"Data":[` + row + `,` + row + `,` + row + `]}`, code: 200},
		"huge header":     {text: `{}`, code: 200, head: http.Header{"X-Big": {strings.Repeat("x", 900_000)}}},
		"many headers":    {text: `{}`, code: 200, head: http.Header{"X-Big": slicesOf("x", 50_000)}},
		"cookie":          {text: `{"Success":true,"Data":[]}`, code: 200, head: http.Header{"Set-Cookie": {"a=b"}}},
		"wrong length":    {text: `{}`, code: 200, head: http.Header{"Content-Length": {"999999"}}},
		"not gzip":        {text: `{}`, code: 200, head: http.Header{"Content-Encoding": {"gzip"}}},
		"redirect 301":    {code: 301, head: to(other.URL)},
		"redirect 302":    {code: 302, head: to(other.URL)},
		"redirect 307":    {code: 307, head: to(other.URL)},
		"redirect 308":    {code: 308, head: to(other.URL)},
		"to metadata":     {code: 302, head: to("http://169.254.169.254/latest/meta-data/")},
		"to a file":       {code: 302, head: to("file:///etc/passwd")},
		"refresh":         {text: `{}`, code: 200, head: http.Header{"Refresh": {"0; url=" + other.URL}}},
		"login wanted":    {text: `{}`, code: 401, head: http.Header{"Www-Authenticate": {`Basic realm="x"`}}},
		"endless retries": {text: `{}`, code: 503, head: http.Header{"Retry-After": {"999999999999"}}},
		"null":            {text: `null`, code: 200},
		"nothing":         {code: 204},
		"utf-16":          {text: "\xff\xfe{\x00}\x00", code: 200},
		"html":            {text: "<html>\x1b]0;x\x07</html>", code: 200},
		"evil error":      {text: `{"Status":"Failed","Error":{"Code":"\u001b[31m","Message":"\u001b]52;c;eA==\u0007\u202e\r"}}`, code: 400},
		"evil errors":     {text: `{"Success":false,"Data":null,"Errors":[{"Code":"\u0000","Message":"\u009b2J"},"\u001bc"]}`, code: 200},
		"million errors":  {text: `{"Errors":[` + strings.TrimSuffix(strings.Repeat(`"x",`, 1_000_000), ",") + `]}`, code: 400},
	}
	// What looks like a broken connection is read four times, with pauses, and a
	// large answer takes its time: one path shows these.
	slow := map[string]bool{"huge header": true, "many headers": true, "not gzip": true, "wrong length": true, "million errors": true}
	cases := 0
	for _, path := range sortedKeys(places()) {
		for _, name := range sortedKeys(shapes) {
			often := path == "/kkts" && name != "many headers" && name != "wrong length" ||
				!slow[name] && (path == "/registration" || path == "/createauthtoken" || path == "/kkt/pay")
			if !often && os.Getenv("KKTCTL_HOSTILE") != "all" {
				continue
			}
			cases++
			c := shapes[name]
			c.path = path
			t.Run(strings.Trim(path, "/")+"/"+name, func(t *testing.T) {
				h := newHostile(t, hostileFleet, hostileWorld(), c)
				h.run("plan", "-v")
				h.run("apply", "--auto-approve", "-v")
				h.confined()
			})
		}
	}
	t.Logf("%d cases", cases)
	if n := strangers.Load(); n > 0 {
		t.Errorf("another host was called %d times", n)
	}
}

func slicesOf(s string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = s
	}
	return out
}
