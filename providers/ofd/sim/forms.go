package sim

import (
	"net/mail"
	"strings"
	"time"
)

func (p FNPaper) complete() bool {
	return momentForm(p.FdDateTime) && digits(p.FdNumber) && digits(p.FpValue)
}

func (d RegistrationData) complete() bool {
	return momentForm(d.DateTime) && digits(d.DocumentNumber) && digits(d.Signature)
}

func momentForm(s string) bool {
	_, err := time.Parse(wireTime, s)
	return err == nil
}

// serialForm takes letters and digits: some makers number with letters.
func serialForm(s string) bool {
	if trimSerial(s) == "" || len(s) > 20 {
		return false
	}
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' {
			return false
		}
	}
	return true
}

// addressText is an address in one line.
func addressText(a Address) string {
	if a.FullAddress != "" {
		return a.FullAddress
	}
	var parts []string
	for _, p := range []string{
		a.PostalCode, a.Region, a.District, a.City, a.Locality, a.Settlement, a.Street,
		a.HouseNumber, a.Building, a.Block, a.Office, a.Flat,
	} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}

func kppForm(s string) bool {
	if len(s) != 9 || !digits(s[:4]) || !digits(s[6:]) {
		return false
	}
	for _, r := range s[4:6] {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return true
}

func emailForm(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}
