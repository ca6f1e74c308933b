package signer

import (
	"bytes"
	"encoding/base64"
	"errors"
)

// The tags of what a signature carries (RFC 5652 §5.2).
const (
	tagOctets      = 0x04
	tagOctetsParts = tagOctets | constructed // BER allows it in parts
)

// Content gives what a normalized signature carries with it, the text that
// was signed. known is false when it is detached or cannot be read.
func Content(signature string) (content []byte, known bool) {
	if attached, ok := Attached(signature); !ok || !attached {
		return nil, false
	}
	der, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return nil, false
	}
	data := children(children(children(der)[1])[0])
	explicit := children(children(data[2])[1])
	if len(explicit) != 1 {
		return nil, false
	}
	return octets(explicit[0], 0)
}

// CheckContent refuses a normalized signature that carries something else than
// what was to be signed. A detached one carries nothing and is left to the
// service.
func CheckContent(signature string, want []byte) error {
	if got, known := Content(signature); !known || bytes.Equal(got, want) {
		return nil
	}
	return errors.New("what it signs is not the document\nhint: the document is signed as it is, byte for byte; for openssl cms that takes -binary")
}

// octets gives the value of an OCTET STRING, whole or in parts.
func octets(b []byte, depth int) ([]byte, bool) {
	e, err := head(b)
	switch {
	case err != nil || depth > maxDepth:
		return nil, false
	case b[0] == tagOctets:
		return b[e.start:e.end], true
	case b[0] != tagOctetsParts:
		return nil, false
	}
	var all bytes.Buffer
	for _, part := range children(b) {
		piece, ok := octets(part, depth+1)
		if !ok {
			return nil, false
		}
		all.Write(piece)
	}
	return all.Bytes(), true
}
