package postgres_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/postgres"
)

const canary = "canary-s3cret-7741"

func TestLocation(t *testing.T) {
	for url, want := range map[string]string{
		"postgres://anna@db/fleet":                                                "postgres://anna@db/fleet?state=default",
		"postgresql://db:5433/fleet?state=a/b":                                    "postgres://db:5433/fleet?state=a/b",
		"postgres:///fleet?host=/run/pg&state=x":                                  "postgres:///fleet?host=/run/pg&state=x",
		"postgres://a,b/fleet?schema=till&state=север":                            "postgres://a,b/fleet?schema=till&state=%D1%81%D0%B5%D0%B2%D0%B5%D1%80",
		"postgres://anna@db/fleet?sslmode=require&search_path=s&sslrootcert=/x.p": "",
	} {
		s, err := postgres.Open(url)
		if want == "" {
			if err == nil {
				t.Errorf("%s: opened", url) // there is no such file
			}
			continue
		}
		if err != nil || s.Location() != want {
			t.Errorf("%s: %v, %v", url, s, err)
		}
	}
}

func TestWrongURL(t *testing.T) {
	for url, want := range map[string]string{
		"postgres://anna:" + canary + "@db/fleet":                      "holds a password",
		"postgres://anna@db/fleet?password=" + canary:                  "holds a password",
		"postgres://anna@db/fleet?sslpassword=" + canary:               "holds a password",
		"postgres://anna:" + canary + "%@db/fleet":                     "is not a URL of PostgreSQL",
		"postgres://anna:12/" + canary + "@db/fleet":                   "is not a URL of PostgreSQL",
		"postgres://anna:" + canary + "/x@db/fleet":                    "is not a URL of PostgreSQL",
		"postgres://db:port" + canary + "/fleet":                       "is not a URL of PostgreSQL",
		"postgres://db/fleet?a=%zz" + canary:                           "not well formed",
		"postgres://db/fleet?options=-c%20x=y":                         "\"options\" is not known",
		"postgres://db/fleet?sslmode=maybe":                            "cannot be used: ",
		"postgres://db/fleet?state=a&state=b":                          "given twice",
		"postgres://db/fleet?state=":                                   "state has to be letters",
		"postgres://db/fleet?state=%1b[2J":                             "state has to be letters",
		"postgres://db/fleet?schema=a,b":                               "one schema",
		"postgres://db/fleet?schema=":                                  "one schema",
		"postgres://db/fleet#x":                                        "is not a URL",
		"https://db/fleet":                                             "is not a URL of PostgreSQL",
		"postgres://db/fleet?sslrootcert=/nothing&sslmode=verify-full": "cannot be used",
	} {
		_, err := postgres.Open(url)
		switch {
		case err == nil || !strings.Contains(err.Error(), want):
			t.Errorf("%s: %v", url, err)
		case strings.Contains(err.Error(), canary):
			t.Errorf("%s: the secret is told: %v", url, err)
		}
	}
}

// TestPassword gives it as an option; what is wrong is told without it.
func TestPassword(t *testing.T) {
	srv, url := server(t), database(t, false)
	name := "u" + databaseOf(url)
	must(t, srv.Exec(t.Context(), fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s' SUPERUSER", name, canary)))
	over := srv.Address(name, databaseOf(url))
	begin(t, open(t, over, postgres.WithPassword(canary)))
	begin(t, open(t, strings.Replace(over, name+"@", "", 1)+"?state=second", postgres.WithUser(name), postgres.WithPassword(canary)))
	_, _, err := open(t, over, postgres.WithPassword(canary+"x")).Load(t.Context())
	if err == nil || !strings.Contains(err.Error(), "password authentication failed") || strings.Contains(err.Error(), canary) {
		t.Errorf("a wrong password: %v", err)
	}
	for _, text := range []string{fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", errors.Unwrap(err))} {
		if strings.Contains(text, canary) {
			t.Errorf("the password is in %s", text)
		}
	}
	must(t, srv.Exec(t.Context(), fmt.Sprintf("CREATE ROLE %s_guest LOGIN PASSWORD '%s'", name, canary)))
	_, _, err = open(t, srv.Address(name+"_guest", databaseOf(url)), postgres.WithPassword(canary)).Load(t.Context())
	if err == nil || !strings.Contains(err.Error(), "have the owner of the tables run") {
		t.Errorf("without rights: %v", err)
	}
}

// TestTrust verifies the server by roots of its own.
func TestTrust(t *testing.T) {
	srv, url := server(t), database(t, false)
	pem, err := os.ReadFile(filepath.Join(srv.Dir, "data", "server.crt"))
	must(t, err)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatal("no certificate")
	}
	over := srv.Address("open_kktctl", databaseOf(url))
	begin(t, open(t, over, postgres.WithRoots(roots)))
	began := time.Now()
	_, _, err = open(t, over, postgres.WithRoots(x509.NewCertPool())).Load(t.Context())
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("other roots: %v", err)
	}
	if time.Since(began) > 2*time.Second {
		t.Error("a certificate that does not fit is tried again")
	}
	if _, err := postgres.Open(over+"?sslmode=disable", postgres.WithRoots(roots)); err == nil || !strings.Contains(err.Error(), "sslmode=disable does not go with") {
		t.Errorf("sslmode=disable with roots: %v", err)
	}
}

// TestHostileTexts has a holder whose name is no text, and one that moves the
// cursor.
func TestHostileTexts(t *testing.T) {
	url := at(database(t, false), "hostile")
	s := open(t, url)
	lease, err := s.Lock(t.Context(), state.LockRequest{Holder: "an\x00na\xff'; DROP TABLE x; --", Operation: "a\x00"})
	must(t, err)
	info, err := s.LockInfo(t.Context())
	must(t, err)
	if *info != lease.LockInfo || info.Holder != "an?na?'; DROP TABLE x; --" {
		t.Errorf("held by %+v, told %+v", lease.LockInfo, info)
	}
	must(t, s.Unlock(t.Context(), lease))
	odd := open(t, at(strings.Replace(url, "&state=hostile", "", 1), "till")+"&schema=odd%20%22%27name")
	begin(t, odd)
	load(t, odd)
}

// TestNewer: rows of a later format are not touched.
func TestNewer(t *testing.T) {
	url := at(database(t, false), "newer")
	s := open(t, url)
	must(t, s.Unlock(t.Context(), begin(t, s)))
	execute(t, url, "UPDATE kktctl.states SET format = 2 WHERE name = NAME")
	if _, _, err := s.Load(t.Context()); !errors.Is(err, state.ErrNewer) {
		t.Errorf("load: %v", err)
	}
	if _, err := s.Lock(t.Context(), state.LockRequest{Holder: "anna"}); !errors.Is(err, state.ErrNewer) {
		t.Errorf("lock: %v", err)
	}
}
