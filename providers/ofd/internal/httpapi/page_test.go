package httpapi

import (
	"errors"
	"strings"
	"testing"
)

func TestAPageForPeopleIsTold(t *testing.T) {
	for body, want := range map[string]string{
		"\xef\xbb\xbf \n<!DOCTYPE html>": "is this the service's address", "<html>": "a proxy's page",
		"Client sent an HTTP request to an HTTPS server.\n":                    "https://",
		"<html><center>The plain HTTP request was sent to HTTPS port</center>": "https://",
		"no page": "", `{"errors":["<html>"]}`: "",
	} {
		client, _ := serve(t, reply(400, body))
		err := client.Get(t.Context(), Call{Op: "list", Path: "/l"})
		var failure *Error
		if !errors.As(err, &failure) || (failure.Hint == "") != (want == "") || !strings.Contains(failure.Hint, want) {
			t.Errorf("%q: %v, hint %q", body, err, failure.Hint)
		}
	}
}
