package sim

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestVerifySignature: the judge is given the base64 text of Content as it was
// handed out; what it refuses is taken, once, and rejected when the documents
// are checked, with its words as the reason.
func TestVerifySignature(t *testing.T) {
	var given []string
	s := New(nil, Options{Now: start, VerifySignature: func(content string, signature []byte) error {
		given = append(given, content)
		if string(signature) != "signed "+content {
			return errors.New("подписаны другие данные")
		}
		return nil
	}})
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		server.Close()
	})
	var log []string
	c := &caller{t: t, s: s, url: server.URL, log: &log}
	draft := func() (path, doc, content string) {
		a := c.app("POST", regPath, registration())
		path = regPath + "/" + a["Id"].(string)
		a = c.app("POST", path+"/prepareDocuments", signatory)
		return path, dig(a, "Documents", "0", "Id").(string), dig(a, "Documents", "0", "Content").(string)
	}
	sign := func(path, doc, text string) object {
		signature := base64.StdEncoding.EncodeToString([]byte(text))
		return c.app("POST", path+"/sign", fmt.Sprintf(`{"DocumentId":%q,"Signature":%q}`, doc, signature))
	}

	path, doc, content := draft()
	c.refused("POST", path+"/sign", fmt.Sprintf(`{"DocumentId":%q,"Signature":"не base64"}`, doc), "base64")
	if a := sign(path, doc, "signed another"); a["Status"] != StatusProcessingSigned {
		t.Errorf("status %v", a["Status"])
	}
	a := c.app("GET", path, "")
	if reason, _ := a["StatusReason"].(string); a["Status"] != StatusRejected || !strings.Contains(reason, "подписаны другие данные") {
		t.Errorf("status %v, reason %q", a["Status"], reason)
	}
	c.refused("POST", path+"/sign", fmt.Sprintf(`{"DocumentId":%q,"Signature":"AAAA"}`, doc), "уже подписан")

	path, doc, right := draft()
	sign(path, doc, "signed "+right)
	if a := c.poll(path[len(regPath)+1:], 2); a["Status"] != StatusSentToFns {
		t.Errorf("a right signature: status %v", a["Status"])
	}
	if len(given) != 2 || given[0] != content || given[1] != right {
		t.Errorf("the judge was given %q", given)
	}
}
