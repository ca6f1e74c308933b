package fiscal

import (
	"errors"
	"strconv"
)

// errCheckDigit is the answer to a number of the right form that was mistyped.
var errCheckDigit = errors.New("has a wrong check digit: it was mistyped")

// CheckINN checks form and check digits of an ИНН: 10 digits for a legal
// entity, 12 for an individual entrepreneur.
func CheckINN(s string) error {
	if len(s) != 10 && len(s) != 12 {
		if digits(s, len(s)) != nil {
			return digits(s, len(s))
		}
		return errors.New("must have 10 digits (a legal entity) or 12 (an entrepreneur), not " + strconv.Itoa(len(s)))
	}
	if err := digits(s, len(s)); err != nil {
		return err
	}
	if s == "0000000000" || s == "000000000000" {
		return errors.New("must not be all zeros")
	}
	if !innDigits(s) {
		return errCheckDigit
	}
	return nil
}

// innDigits checks the check digits of an ИНН of 10 or 12 digits.
func innDigits(s string) bool {
	fits := func(i int, weights ...int) bool {
		return weighted(s, weights...)%11%10 == int(s[i]-'0')
	}
	if len(s) == 10 {
		return fits(9, 2, 4, 10, 3, 5, 9, 4, 6, 8)
	}
	return fits(10, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) && fits(11, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
}

// CheckKPP checks the form of a КПП: four digits, two digits or capital Latin
// letters, three digits. It has no check digit.
func CheckKPP(s string) error {
	ok := len(s) == 9
	for i := 0; ok && i < len(s); i++ {
		digit := s[i] >= '0' && s[i] <= '9'
		letter := (i == 4 || i == 5) && s[i] >= 'A' && s[i] <= 'Z'
		ok = digit || letter
	}
	if !ok {
		return errors.New("must be 9 digits (the fifth and sixth may be capital Latin letters)")
	}
	return nil
}

// CheckOGRN checks an ОГРН of a legal entity: 13 digits, the last of which is
// the rest of the others by 11.
func CheckOGRN(s string) error { return checkRest(s, 13, 11) }

// CheckOGRNIP checks an ОГРНИП of an entrepreneur: 15 digits, the last of
// which is the rest of the others by 13.
func CheckOGRNIP(s string) error { return checkRest(s, 15, 13) }

func checkRest(s string, n int, mod uint64) error {
	if err := digits(s, n); err != nil {
		return err
	}
	head, err := strconv.ParseUint(s[:n-1], 10, 64)
	if err != nil {
		return err
	}
	if head == 0 {
		return errors.New("must not be all zeros")
	}
	if head%mod%10 != uint64(s[n-1]-'0') {
		return errCheckDigit
	}
	return nil
}
