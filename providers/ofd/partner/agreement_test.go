package partner

import "testing"

func TestAgreementForm(t *testing.T) {
	for id, ok := range map[string]bool{
		"999ae9fc-edaa-43fd-ba93-f999e3ed841f":          true,
		"999AE9FC-EDAA-43FD-BA93-F999E3ED841F":          true,
		"999ae9fcedaa43fdba93f999e3ed841f":              false,
		"{999ae9fc-edaa-43fd-ba93-f999e3ed841f}":        false,
		"urn:uuid:999ae9fc-edaa-43fd-ba93-f999e3ed841f": false,
		"17":       false,
		"":         false,
		"12345678": false,
	} {
		if err := CheckAgreementID(id); (err == nil) != ok {
			t.Errorf("%q: %v", id, err)
		}
	}
}
