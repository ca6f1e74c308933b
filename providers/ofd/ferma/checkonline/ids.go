package checkonline

import (
	"crypto/sha256"
	"encoding/hex"
)

// maxID is the longest RequestID that is sent, in bytes.
const maxID = 64

// returnID makes the RequestID of a return. One that would be too long is
// replaced by its hash, so that two receipts never share a return's.
func returnID(id string) string {
	const suffix = "-return"
	switch {
	case id == "":
		return ""
	case len(id)+len(suffix) <= maxID:
		return id + suffix
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16]) + suffix
}
