package orangedata

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// Decimal is a decimal number in millionths: roubles and quantities, exact.
// The documents' 123.45 is 123_450_000.
type Decimal int64

// one is the Decimal 1.
const one Decimal = 1_000_000

// decimalPlaces is how many digits a Decimal has after the point.
const decimalPlaces = 6

// decimalForm also takes the exponents with which short floats are written.
// It bounds the length, so that no number takes long to read.
var decimalForm = regexp.MustCompile(`^([+-]?)(\d{1,20})(?:\.(\d{1,20}))?(?:[eE]([+-]?\d{1,2}))?$`)

// Roubles makes a Decimal of kopecks.
func Roubles(kopecks int64) Decimal { return Decimal(kopecks) * (one / 100) }

// ParseDecimal reads a decimal number such as 123.45. More than six digits
// after the point, or 10^12 and more, is an error: nothing is rounded.
func ParseDecimal(s string) (Decimal, error) {
	parts := decimalForm.FindStringSubmatch(s)
	if parts == nil {
		return 0, fmt.Errorf("%s is not a decimal number such as 123.45", quote(s))
	}
	exponent := 0
	if parts[4] != "" {
		exponent, _ = strconv.Atoi(parts[4]) // the form has checked it
	}
	digits := strings.TrimRight(parts[3], "0")
	shift := decimalPlaces - len(digits) + exponent
	units, _ := new(big.Int).SetString(parts[1]+parts[2]+digits, 10) // the form has checked it
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(shift, -shift))), nil)
	if shift >= 0 {
		units.Mul(units, power)
	} else if _, rest := units.QuoRem(units, power, new(big.Int)); rest.Sign() != 0 {
		return 0, fmt.Errorf("%s has more than %d digits after the point", quote(s), decimalPlaces)
	}
	if units.CmpAbs(big.NewInt(int64(beyond))) >= 0 {
		return 0, fmt.Errorf("%s is too large", quote(s))
	}
	return Decimal(units.Int64()), nil
}

// String writes the number without needless zeros: 123.45, 2, -0.5.
func (d Decimal) String() string {
	sign, n := "", uint64(d)
	if d < 0 {
		sign, n = "-", -n
	}
	whole, rest := n/uint64(one), n%uint64(one)
	if rest == 0 {
		return sign + strconv.FormatUint(whole, 10)
	}
	return sign + strconv.FormatUint(whole, 10) + "." + strings.TrimRight(fmt.Sprintf("%06d", rest), "0")
}

// Places tells how many digits after the point the number needs.
func (d Decimal) Places() int {
	places := decimalPlaces
	for n := d; places > 0 && n%10 == 0; n /= 10 {
		places--
	}
	return places
}

// Cost is price × quantity in roubles, rounded to kopecks, half up, as a till
// does it for each position (tag 1043).
func Cost(price, quantity Decimal) Decimal {
	const kopeck = one / 100
	product := new(big.Int).Mul(big.NewInt(int64(price)), big.NewInt(int64(quantity)))
	divisor := big.NewInt(int64(one) * int64(kopeck))
	half := new(big.Int).Quo(divisor, big.NewInt(2))
	if product.Sign() < 0 {
		half.Neg(half)
	}
	product.Quo(product.Add(product, half), divisor)
	if product.CmpAbs(big.NewInt(int64(beyond/kopeck))) > 0 {
		return beyond
	}
	return Decimal(product.Int64()) * kopeck
}

// beyond is over every limit, and stays where sums would run over.
const beyond Decimal = 1_000_000_000_000_000_000

// sum adds up.
func sum(terms ...Decimal) Decimal {
	var total Decimal
	for _, d := range terms {
		if total += d; total >= beyond || total <= -beyond || d >= beyond {
			return beyond
		}
	}
	return total
}

// MarshalJSON writes a JSON number.
func (d Decimal) MarshalJSON() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalJSON reads a JSON number, or text that holds one.
func (d *Decimal) UnmarshalJSON(data []byte) error {
	text := string(data)
	if text == "null" {
		return nil
	}
	if strings.HasPrefix(text, `"`) {
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
	}
	v, err := ParseDecimal(text)
	if err == nil {
		*d = v
	}
	return err
}

// quote shows hostile text in an error, shortened.
func quote(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}
