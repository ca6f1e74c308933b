package httpstore_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/state/httpstore"
)

// A reading that fails names the cause, and nothing that could be unknown.
func TestReadingFailsInWords(t *testing.T) {
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("\n<!DOCTYPE html><title>Log in</title>"))
	})
	plain, secure, gone := httptest.NewServer(page), httptest.NewTLSServer(page), httptest.NewServer(page)
	defer plain.Close()
	defer secure.Close()
	gone.Close()
	for address, want := range map[string]string{
		plain.URL:  "answers with HTML",
		secure.URL: "hint: if that is the server, name who signs its certificates by state.caBundle",
		gone.URL:   "the server cannot be reached",
	} {
		s, err := httpstore.Open(httpstore.Config{Address: address + "/state"})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = s.Load(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "not known") {
			t.Errorf("%v", err)
		}
		_ = s.Close()
	}
}
