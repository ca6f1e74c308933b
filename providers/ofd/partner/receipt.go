package partner

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	_ "image/jpeg" // the forms that a QR code may have
	_ "image/png"
	"net/url"
	"strings"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// Receipt is how an order is paid: a link for a person, or a QR code. It is
// text from the wire: never fetched, only given on.
type Receipt struct {
	Link  string // http or https; none that carries a token
	Image []byte // a PNG or JPEG
	Note  string // why there is neither
}

// The bounds of what is given on.
const (
	maxLink  = 2000
	maxImage = 256 << 10 // bytes; a QR code takes a few thousand
	maxSide  = 4096      // points
)

// readReceipt reads OrderReceiptUrl (004 table 8): a link to a bill or to a
// payment, or a QR code in base64.
func readReceipt(text, secret string) Receipt {
	text = strings.TrimSpace(text)
	low := strings.ToLower(text[:min(len(text), 16)])
	switch {
	case text == "":
		return Receipt{Note: "the service gave neither a link nor a QR code"}
	case strings.HasPrefix(low, "data:image/"):
		_, after, _ := strings.Cut(text, ",")
		return readImage(after)
	case strings.Contains(low, ":"):
		return readLink(text, secret)
	}
	return readImage(text)
}

func readLink(text, secret string) Receipt {
	bad := func(why string) Receipt { return Receipt{Note: "the service gave a link that is not shown: " + why} }
	if len(text) > maxLink {
		return bad("it is too long")
	}
	u, err := url.Parse(escapeRaw(text))
	switch {
	case err != nil:
		return bad("it cannot be read")
	case u.Scheme != "http" && u.Scheme != "https":
		return bad("it is neither http nor https")
	case u.Host == "" || u.Opaque != "":
		return bad("it names no host")
	case u.User != nil:
		return bad("it carries a login")
	case strings.ToValidUTF8(u.Host, "?") != u.Host || strings.ContainsFunc(u.Host, func(r rune) bool { return r <= ' ' || r > '~' }):
		return bad("its host is not written in plain letters")
	}
	link := u.String()
	if httpapi.Redact(link, secret) != link { // without its token it opens nothing, and with it, it opens the cabinet to whoever has it
		return Receipt{Note: "the link to pay by carries the partner's token and is not kept: open the order in the partner's cabinet"}
	}
	return Receipt{Link: link}
}

// escapeRaw writes what does not belong into a link as a link has it: nothing
// that steers a terminal, no space, no letter that looks like another.
func escapeRaw(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c <= ' ' || c > '~' || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func readImage(text string) Receipt {
	bad := func(why string) Receipt { return Receipt{Note: "the service gave no QR code that can be used: " + why} }
	if base64.StdEncoding.DecodedLen(len(text)) > maxImage+2 {
		return bad("it is too large")
	}
	data, err := decodeBase64(text)
	if err != nil {
		return bad("it is neither a link nor an image in base64")
	}
	head, form, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil, form != "png" && form != "jpeg": // others may be registered elsewhere
		return bad("it is neither PNG nor JPEG")
	case head.Width < 1 || head.Height < 1 || head.Width > maxSide || head.Height > maxSide:
		return bad(fmt.Sprintf("it is %d by %d points", head.Width, head.Height))
	}
	if _, _, err := image.Decode(bytes.NewReader(data)); err != nil {
		return bad("the " + form + " is damaged")
	}
	return Receipt{Image: data}
}

// decodeBase64 reads both alphabets, with and without padding and line breaks.
func decodeBase64(text string) ([]byte, error) {
	text = strings.NewReplacer("-", "+", "_", "/", "\r", "", "\n", "", " ", "").Replace(text)
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
}
