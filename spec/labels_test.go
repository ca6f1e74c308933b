package spec_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/spec"
)

// Labels of defaults are merged in by key, and taken as they were written.
func TestLabels(t *testing.T) {
	const must = `serial: "1", fn: {number: "1111111111111111"}`
	withLabels := strings.Replace(withDefaults, ", modle: x", "", 1)
	withLabels = strings.Replace(withLabels, "defaults:", "defaults:\n  labels: {region: 02, tier: gold}", 1)
	for _, tt := range []struct {
		name, labels string
		want         map[string]string
	}{
		{"inherited", "", map[string]string{"region": "02", "tier": "gold"}},
		{
			"over them by key", ", labels: {tier: silver, этаж: 3, open: true, site: Нижний Новгород}",
			map[string]string{"region": "02", "tier": "silver", "этаж": "3", "open": "true", "site": "Нижний Новгород"},
		},
		{"one taken back", ", labels: {tier: ~}", map[string]string{"region": "02"}},
		{"all taken back", ", labels: ~", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, list := parse(withLabels + "  one: {" + must + tt.labels + "}\n  two: {serial: \"2\", fn: {number: \"2222222222222222\"}}\n")
			if f == nil {
				t.Fatal(strings.Join(lines(list), "\n"))
			}
			if got := f.KKTs["one"].Labels; !maps.Equal(got, tt.want) {
				t.Errorf("labels are %v, want %v", got, tt.want)
			}
			if got := f.KKTs["two"].Labels; len(got) != 2 || got["tier"] != "gold" {
				t.Errorf("another till's are %v", got)
			}
			if !maps.Equal(map[string]string{"region": "02", "tier": "gold"}, f.KKTs["two"].Labels) {
				t.Error(f.KKTs["two"].Labels)
			}
		})
	}
}

func TestLabelKeys(t *testing.T) {
	for key, want := range map[string]bool{
		"region": true, "a.b/c-d_e": true, "этаж": true, "9": true, "": false, "a=b": false, "a,b": false, "a*": false,
		"-a": false, "a-": false, "a b": false, "a!": false, strings.Repeat("a", 63): true, strings.Repeat("a", 64): false,
	} {
		if spec.IsLabelKey(key) != want {
			t.Errorf("IsLabelKey(%q) is not %t", key, want)
		}
	}
}
