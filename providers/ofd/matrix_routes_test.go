package ofd_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/providers/ofd/sim"
)

// uncalled are routes that kktctl never calls.
func uncalled() map[string]bool {
	return map[string]bool{
		"POST api/v2/corrections": true, // v1 is what is called
	}
}

// TestFaultMatrixIsComplete: every route of the simulated service that changes
// something is one of the matrix.
func TestFaultMatrixIsComplete(t *testing.T) {
	all := sim.Routes()
	for _, r := range all {
		if r.Method == http.MethodGet || uncalled()[r.Method+" "+r.Pattern] {
			continue
		}
		path := "/" + strings.ReplaceAll(r.Pattern, "*", "x")
		found := false
		for _, e := range endpoints() {
			found = found || e.method == r.Method && glob(e.path).MatchString(path)
		}
		if !found {
			t.Errorf("%s %s: no cell spoils it", r.Method, r.Pattern)
		}
	}
	for _, e := range endpoints() {
		found := false
		for _, r := range all {
			found = found || e.method == r.Method && glob(e.path).MatchString("/"+strings.ReplaceAll(r.Pattern, "*", "x"))
		}
		if !found {
			t.Errorf("%s: the simulated service serves no %s %s", e.name, e.method, e.path)
		}
	}
}
