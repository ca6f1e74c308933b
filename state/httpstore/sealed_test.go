package httpstore_test

import (
	"bytes"
	"net/http/httptest"
	"os"
	"testing"

	"filippo.io/age"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/httpstore"
	"github.com/kktctl/kktctl/state/httpstore/httpstoretest"
	"github.com/kktctl/kktctl/state/sealed"
	"github.com/kktctl/kktctl/state/statetest"
)

// An encrypted state passes the same suite, each process with keys of its own,
// and nothing of it can be read at the server.
func TestEncrypted(t *testing.T) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var servers []*httpstoretest.Server
	statetest.Test(t, func(t *testing.T) func() state.Store {
		server := &httpstoretest.Server{Dir: t.TempDir()}
		servers = append(servers, server)
		ts := httptest.NewServer(server)
		t.Cleanup(func() {
			ts.Close()
			data, err := os.ReadFile(server.Document())
			if err == nil && (bytes.Contains(data, []byte("00307")) || bytes.Contains(data, []byte("АТОЛ")) || bytes.Contains(data, []byte("kkts."))) {
				t.Errorf("the server can read the state:\n%.2000s", data)
			}
		})
		return func() state.Store {
			keys, err := sealed.New([]string{id.Recipient().String()}, id.String(), "env:KEY")
			if err != nil {
				t.Fatal(err)
			}
			return open(t, httpstore.Config{Address: ts.URL, Codec: state.Encrypted(keys)})
		}
	})
	if len(servers) < 20 {
		t.Errorf("%d places", len(servers))
	}
}
