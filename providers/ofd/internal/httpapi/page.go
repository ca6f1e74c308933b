package httpapi

import "bytes"

// pageHint tells of an answer that is a page for people: something stands
// between, or the address is another one.
func pageHint(body []byte) string {
	if plainToTLS(body) {
		return "the service speaks https: is its endpoint written as http://? It has to be https://"
	}
	text := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if !bytes.HasPrefix(text, []byte("<")) {
		return ""
	}
	return "the answer is a page for people: is this the service's address, or a proxy's page?"
}

// plainToTLS finds what servers answer to plain HTTP where they speak TLS: Go's
// own and nginx.
func plainToTLS(body []byte) bool {
	const most = 4096
	body = bytes.ToLower(body[:min(most, len(body))])
	return bytes.Contains(body, []byte("client sent an http request to an https server")) ||
		bytes.Contains(body, []byte("plain http request was sent to https port"))
}
