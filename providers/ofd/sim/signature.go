package sim

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"strings"
)

const (
	sandboxMark  = "kktctl sandbox"
	leastCMS     = 16 // bytes; a real one has thousands
	derSequence  = 0x30
	berUnbounded = 0x80
)

// sandboxCMS is what SandboxSignature wraps.
type sandboxCMS struct {
	Mark   string `asn1:"utf8"`
	Digest []byte
}

// SandboxSignature signs a document's content for the simulated service: a
// DER sequence, in base64, that names the sandbox and the SHA-256 of the
// content's text as received. The service checks it against the document.
func SandboxSignature(content string) string {
	sum := sha256.Sum256([]byte(content))
	der, err := asn1.Marshal(sandboxCMS{Mark: sandboxMark, Digest: sum[:]})
	if err != nil { // a string and bytes always encode
		return ""
	}
	return base64.StdEncoding.EncodeToString(der)
}

// signatureRefusal takes a sandbox signature of the content, or anything that
// is framed like a CMS: the simulator has no ГОСТ. With VerifySignature any
// base64 is taken at first, and judged when the documents are checked.
func (c *core) signatureRefusal(signature, content string) string {
	if signature == "" || strings.ContainsAny(signature, "\r\n") {
		return "Некорректная подпись: ожидается base64 без переносов"
	}
	der, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return "Некорректная подпись: ожидается base64"
	}
	if c.verify != nil {
		return ""
	}
	var own sandboxCMS
	if rest, err := asn1.Unmarshal(der, &own); err == nil && len(rest) == 0 && own.Mark == sandboxMark {
		if sum := sha256.Sum256([]byte(content)); !bytes.Equal(sum[:], own.Digest) {
			return "Подпись не соответствует документу"
		}
		return ""
	}
	if !framedLikeCMS(der) {
		return "Некорректная подпись: ожидается CMS"
	}
	return ""
}

// framedLikeCMS looks at the outermost sequence, of definite length (DER) or
// not (BER, as in the samples of 7.6.3 to 7.8.3).
func framedLikeCMS(der []byte) bool {
	if len(der) < leastCMS || der[0] != derSequence {
		return false
	}
	if der[1] == berUnbounded {
		return bytes.HasSuffix(der, []byte{0, 0})
	}
	var outer asn1.RawValue
	rest, err := asn1.Unmarshal(der, &outer)
	return err == nil && len(rest) == 0
}

// checkSignature has the signature of the only document judged; the verdict
// shows when the service checks the signed documents (ProcessingSignedDocuments).
func (c *core) checkSignature(a *Application, signature string) {
	if c.verify == nil {
		return
	}
	der, err := base64.StdEncoding.DecodeString(signature)
	if err == nil {
		err = c.verify(a.Documents[0].Content, der)
	}
	if err != nil {
		a.SignatureFault = "Подпись документа не прошла проверку: " + err.Error()
	}
}
