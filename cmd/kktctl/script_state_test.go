package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/state/httpstore/httpstoretest"
)

// stateserver [--gitlab] starts a server of Terraform's HTTP state protocol,
// which wants the account anna with the password geheim, sets STATE_URL, and
// keeps its files in stateserver.
func cmdStateServer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 || len(args) == 1 && args[0] != "--gitlab" {
		ts.Fatalf("usage: stateserver [--gitlab]")
	}
	dir := filepath.Join(ts.Getenv("WORK"), "stateserver")
	ts.Check(os.MkdirAll(dir, 0o755))
	s := &httpstoretest.Server{Dir: dir, GitLab: len(args) == 1, Username: "anna", Password: "geheim"}
	server := httptest.NewServer(s)
	ts.Defer(server.Close)
	path := "/state/sever"
	if s.GitLab {
		path = "/api/v4/projects/1/terraform/state/sever"
	}
	ts.Setenv("STATE_URL", server.URL+path)
	ts.Value(stateServerKey{}).(*stateServer).Server = s
}

type stateServerKey struct{}

// stateServer is the server of one script.
type stateServer struct{ *httpstoretest.Server }

// statedown takes the server of stateserver away: at once, or with sign from
// the moment the service takes a signature.
func cmdStateDown(ts *testscript.TestScript, neg bool, args []string) {
	server := ts.Value(stateServerKey{}).(*stateServer)
	if neg || server.Server == nil || len(args) > 1 || len(args) == 1 && args[0] != "sign" {
		ts.Fatalf("usage: statedown [sign], after stateserver")
	}
	if len(args) == 0 {
		server.SetDown(true)
		return
	}
	done := false
	breaks := func(w *sim.World) {
		for _, a := range w.Applications {
			if a.Signed && !done {
				done = true
				server.SetDown(true)
			}
		}
	}
	serviceOf(ts).onChange.Store(&breaks)
}

// stateup brings the server back.
func cmdStateUp(ts *testscript.TestScript, neg bool, _ []string) {
	server := ts.Value(stateServerKey{}).(*stateServer)
	if neg || server.Server == nil {
		ts.Fatalf("no server was started")
	}
	server.SetDown(false)
}
