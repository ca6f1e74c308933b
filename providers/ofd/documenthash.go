package ofd

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Hash tells two documents apart, whatever their ids.
func (d *Document) Hash() string {
	sum := sha256.Sum256(append([]byte(d.Kind()+"\n"+d.INN+"\n"), d.body()...))
	return hex.EncodeToString(sum[:])
}

// partBytes is how much is kept of a part's hash: enough to see a change, too
// little to tell what was there.
const partBytes = 3

// Parts are keyed hashes of the document's parts, such as content.type and
// content.positions[0].
func (d *Document) Parts(key string) map[string]string {
	var whole map[string]json.RawMessage
	if json.Unmarshal(d.body(), &whole) != nil {
		return nil
	}
	out := map[string]string{}
	var walk func(path string, v json.RawMessage, depth int)
	walk = func(path string, v json.RawMessage, depth int) {
		var below map[string]json.RawMessage
		var list []json.RawMessage
		switch {
		case depth < 2 && json.Unmarshal(v, &below) == nil && below != nil:
			for k, b := range below {
				walk(path+"."+k, b, depth+1)
			}
		case json.Unmarshal(v, &list) == nil && list != nil:
			for i, b := range list {
				walk(fmt.Sprintf("%s[%d]", path, i), b, 2)
			}
		default:
			mac := hmac.New(sha256.New, []byte(key))
			fmt.Fprintf(mac, "%s\n%s", path, bytes.TrimSpace(v))
			out[path] = hex.EncodeToString(mac.Sum(nil)[:partBytes])
		}
	}
	for k, v := range whole {
		walk(k, v, 1)
	}
	return out
}

// Differences names the parts in which two documents differ.
func Differences(a, b map[string]string) []string {
	var out []string
	for _, path := range slices.Sorted(maps.Keys(a)) {
		if a[path] != b[path] {
			out = append(out, path)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(b)) {
		if _, ok := a[path]; !ok {
			out = append(out, path)
		}
	}
	return out
}
