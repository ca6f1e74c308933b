package httpapi

import "bytes"

// pageHint tells of an answer that is a page for people: something stands
// between, or the address is another one.
func pageHint(body []byte) string {
	text := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if !bytes.HasPrefix(text, []byte("<")) {
		return ""
	}
	return "the answer is a page for people: is this the service's address, or a proxy's page?"
}
