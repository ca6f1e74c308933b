//go:build unix

package httpstore_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/httpstore"
	"github.com/kktctl/kktctl/state/httpstore/httpstoretest"
	"github.com/kktctl/kktctl/state/statetest"
)

const gitlabPath = "/api/v4/projects/1/terraform/state/sever"

func TestMain(m *testing.M) {
	statetest.Main(m, func(location string) (state.Store, error) {
		return httpstore.Open(httpstore.Config{Address: location, Term: time.Minute})
	})
}

// place is an empty place at a server of its own.
func place(t *testing.T, gitlab bool) (statetest.Place, *httpstoretest.Server, string) {
	t.Helper()
	clock := statetest.NewClock()
	server := &httpstoretest.Server{Dir: t.TempDir(), GitLab: gitlab, Now: clock.Now, Username: "anna", Password: "p"}
	ts := httptest.NewServer(server)
	t.Cleanup(ts.Close)
	address := ts.URL + "/state"
	if gitlab {
		address = ts.URL + gitlabPath
	}
	open := func(rt http.RoundTripper) state.Store {
		s, err := httpstore.Open(httpstore.Config{
			Address: address, Term: time.Minute, Username: "anna", Password: "p", Transport: rt, Version: "test",
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	return statetest.Place{
		Open: func() state.Store { return open(nil) }, Term: time.Minute, Pass: clock.Pass,
		Faulty: func(f *statetest.Faults) state.Store { return open(f.Transport(http.DefaultTransport)) },
		Damage: func(t *testing.T, n int) bool { return damage(t, server.Document(), n) },
	}, server, address
}

func TestStore(t *testing.T) {
	statetest.TestPlaces(t, func(t *testing.T) statetest.Place {
		p, _, _ := place(t, false)
		return p
	})
}

func TestGitLab(t *testing.T) {
	statetest.TestPlaces(t, func(t *testing.T) statetest.Place {
		p, _, _ := place(t, true)
		return p
	})
}

// damage alters the document: cut at many places, a part missing, emptied.
func damage(t *testing.T, path string, n int) bool {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	i := strings.LastIndex(text, `,"`) // the last group of the journal
	ways := []string{
		"", "\n", "{}", "null", text[:len(text)/2], text[:len(text)-3],
		text[:i] + "]" + text[strings.Index(text[i:], "]")+i+1:],
		strings.Replace(text, `"last":3`, `"last":2`, 1),
		strings.Replace(text, `"lineage":"`, `"lineage":"x`, 1),
		strings.Replace(text, "kkts.b", "kkts.x", 1),
		strings.Replace(text, `"version":1001`, `"version":1002`, 1),
		strings.Replace(text, `"version":1001`, `"version":4`, 1),
	}
	if n >= len(ways) {
		return false
	}
	if ways[n] == text {
		t.Fatalf("damage %d changes nothing in\n%s", n, text)
	}
	if err := os.WriteFile(path, []byte(ways[n]), 0o600); err != nil {
		t.Fatal(err)
	}
	return true
}

// TestHerd has 32 processes share a state, some of which die with the lock.
func TestHerd(t *testing.T) {
	clock := statetest.NewClock()
	ts := httptest.NewServer(&httpstoretest.Server{Dir: t.TempDir(), Now: clock.Now})
	t.Cleanup(ts.Close)
	statetest.Herd(t, statetest.HerdOptions{Location: ts.URL + "/state", Deaths: true, Place: statetest.Place{
		Open: func() state.Store {
			s, err := httpstore.Open(httpstore.Config{Address: ts.URL + "/state", Term: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			return s
		},
		Term: time.Minute, Pass: clock.Pass,
	}})
}
