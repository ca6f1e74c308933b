package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestWhereCallsGoIsTold(t *testing.T) {
	for endpoint, warned := range map[string]bool{
		"": false, "https://ofd.example": false, "http://127.0.0.1:1": false, "http://[::1]:1": false, "http://localhost:8080": false,
		"http://ofd.example": true, "http://192.0.2.1:80/x": true, "http://localhost.example": true,
	} {
		app := testApp(t)
		var errs bytes.Buffer
		app.Err = &errs
		app.tellEndpoint(&globals{File: "fleet.yaml", Endpoint: endpoint})
		told, got := strings.Contains(errs.String(), "All calls go to "+endpoint+".\n"), strings.Contains(errs.String(), "warning: ")
		if told != (endpoint != "") || got != warned {
			t.Errorf("%q: told %v, warned %v:\n%s", endpoint, told, got, errs.String())
		}
	}
}
