package main

import (
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// applicationid SERIAL sets APPLICATION to the id of the till's last
// application, as a person sees it in the partner's cabinet.
func cmdApplicationID(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: applicationid SERIAL")
	}
	id := ""
	for _, a := range serviceOf(ts).service.Snapshot().Applications {
		if strings.TrimLeft(a.KKT.SerialNumber, "0") == strings.TrimLeft(args[0], "0") {
			id = a.ID
		}
	}
	if id == "" {
		ts.Fatalf("till %s has no application", args[0])
	}
	ts.Setenv("APPLICATION", id)
}
