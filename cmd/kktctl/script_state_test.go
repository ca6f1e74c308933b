package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"

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
}
