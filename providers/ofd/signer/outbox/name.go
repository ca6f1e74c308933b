package outbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/kktctl/kktctl/providers/ofd/signer"
)

// The bounds on the parts of a name, in characters of at most four bytes.
const (
	maxTill = 24
	maxID   = 20
)

// Name gives the file name, without extension, under which a document is laid
// out. It is made of letters, digits, - and _ only, whatever the wire sent.
func Name(doc signer.Document) string {
	till := strings.TrimPrefix(doc.Address, "kkts.")
	id := doc.DocumentID
	if id == "" {
		id = doc.ApplicationID
	}
	return signer.Slug(till, maxTill) + "_" + kind(doc.FileName) + "_" + signer.Slug(id, maxID) + "_" + mark(doc)
}

// mark tells apart what looks alike after cleaning.
func mark(doc signer.Document) string {
	h := sha256.New()
	for _, part := range []string{doc.Address, doc.ApplicationID, doc.DocumentID, doc.Content} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// kind says what a document is for, by the beginning of its file name (wire
// texts classify documents in no other way).
func kind(fileName string) string {
	name := strings.ToUpper(fileName)
	switch {
	case strings.HasPrefix(name, "KO_ZVLREGKKT"):
		return "registration"
	case strings.HasPrefix(name, "KO_OTCHREGKKT"):
		return "report"
	case strings.HasPrefix(name, "KO_ZVLSNUCHKKT"):
		return "deregistration"
	}
	return "document"
}
