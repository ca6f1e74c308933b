package spec

import (
	"maps"
	"slices"
	"testing"

	"gopkg.in/yaml.v3"
)

// What a hint says to write can be pasted between braces as it stands, and is
// the value of its key.
func TestExamplesCanBePasted(t *testing.T) {
	for _, key := range []string{
		"company", "model", "serial", "fn", "address", "inn", "signer", "at", "document", "sign", "date", "id", "reason",
		"quantity", "tariff", "fn", "payment", "kind", "receipt", "apiKey", "login", "password", "certificate", "key",
		"signingKey", "endpoint", "number", "lastName", "givenName", "name",
	} {
		form, _ := exampleForm(key)
		for _, text := range []string{"{before: 1, " + form + ", after: 2}", "{before: 1, after: 2, " + form + "}", "before: 1\nafter: 2\n" + form} {
			var got map[string]yaml.Node
			if err := yaml.Unmarshal([]byte(text), &got); err != nil {
				t.Errorf("%s: %v", text, err)
				continue
			}
			if keys := slices.Sorted(maps.Keys(got)); len(keys) != 3 || !slices.Contains(keys, key) {
				t.Errorf("%s has the keys %v", text, keys)
			}
		}
	}
}
