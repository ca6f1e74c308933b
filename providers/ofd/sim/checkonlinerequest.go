package sim

import (
	"math/bits"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// checkRequest is table 1 of document 002, with what only its example has.
type checkRequest struct {
	Group             string
	RequestID         string
	ClientID          string
	Device            string
	DocumentType      *int
	Lines             []checkLine
	NonCash           []int64 // kopecks
	Cash              int64   // kopecks
	TaxMode           int
	PhoneOrEmail      string
	Place             string
	FullResponse      bool
	PaymentAgentModes int
}

type checkLine struct {
	Qty           *int64 // thousandths
	Price         *int64 // kopecks
	PayAttribute  int
	LineAttribute int
	TaxID         *int
	Description   string
	AgentModes    int
	ProviderData  *struct{ INN string }
}

// key names what must not be printed twice.
func (r checkRequest) key() string { return r.Group + " " + r.ClientID + " " + r.RequestID }

// serviceError is what the service says before a till is looked for (table 3).
func (r checkRequest) serviceError() (code int, description string) {
	switch {
	case r.Device == "":
		return 3, "отсутствует поле Device"
	case r.Device != "auto":
		return 8, "неправильное имя устройства"
	case r.RequestID == "":
		return 17, "отсутствует поле RequestId"
	}
	return 0, ""
}

// The errors of the till that a request can have.
const (
	deviceBadParameter = 51
	deviceNoData       = 52
	devicePaidLess     = 69
	deviceBadType      = 73
	deviceCardOver     = 77
	deviceNothing      = 142
	deviceNoLines      = 208
)

// deviceError is what the till says of a receipt (the second table of errors).
func (r checkRequest) deviceError() (code int, message string) {
	switch {
	case r.DocumentType == nil:
		return deviceNoData, "DocumentType"
	case *r.DocumentType < 0 || *r.DocumentType > 3:
		return deviceBadType, "DocumentType"
	case len(r.Lines) == 0:
		return deviceNoLines, "Lines"
	case r.TaxMode < 0 || r.TaxMode > 63 || bits.OnesCount(uint(r.TaxMode)) > 1:
		return deviceBadParameter, "TaxMode"
	case r.PaymentAgentModes < 0 || r.PaymentAgentModes > 127:
		return deviceBadParameter, "PaymentAgentModes"
	case r.PhoneOrEmail != "" && !checkContact(r.PhoneOrEmail):
		return deviceBadParameter, "PhoneOrEmail"
	case !stored(r.Place, 256):
		return deviceBadParameter, "Place"
	}
	for i, l := range r.Lines {
		if code, message := l.deviceError(r.PaymentAgentModes); code != 0 {
			return code, "Lines[" + strconv.Itoa(i) + "]." + message
		}
	}
	return r.paymentError()
}

func (r checkRequest) paymentError() (code int, message string) {
	if r.NonCash == nil {
		return deviceNoData, "NonCash"
	}
	card := int64(0)
	for _, sum := range r.NonCash {
		if sum < 0 {
			return deviceBadParameter, "NonCash"
		}
		card += sum
	}
	switch total := r.total(); {
	case len(r.NonCash) > 3:
		return deviceBadParameter, "NonCash"
	case r.Cash < 0:
		return deviceBadParameter, "Cash"
	case total == 0:
		return deviceNothing, "нулевой итог чека"
	case card+r.Cash < total:
		return devicePaidLess, "сумма всех оплат меньше итога чека"
	case card > total:
		return deviceCardOver, "сумма безналичных оплат больше итога чека"
	}
	return 0, ""
}

// total is what the lines cost in kopecks, each rounded for itself.
func (r checkRequest) total() int64 {
	sum := int64(0)
	for _, l := range r.Lines {
		sum += (*l.Qty**l.Price + 500) / 1000
	}
	return sum
}

func (l checkLine) deviceError(whole int) (code int, message string) {
	const most = 1 << 31
	switch {
	case l.Qty == nil:
		return deviceNoData, "Qty"
	case l.Price == nil:
		return deviceNoData, "Price"
	case l.TaxID == nil:
		return deviceNoData, "Taxid"
	case *l.Qty <= 0 || *l.Qty > most:
		return deviceBadParameter, "Qty"
	case *l.Price < 0 || *l.Price > most:
		return deviceBadParameter, "Price"
	case *l.TaxID < 1 || *l.TaxID > 10:
		return deviceBadParameter, "Taxid"
	case l.PayAttribute < 0 || l.PayAttribute > 7:
		return deviceBadParameter, "PayAttribute"
	case l.LineAttribute < 0 || l.LineAttribute > 33:
		return deviceBadParameter, "LineAttribute"
	case strings.TrimSpace(l.Description) == "":
		return deviceNoData, "Description"
	case !stored(l.Description, 128), !l.described():
		return deviceBadParameter, "Description"
	case l.AgentModes < 0 || l.AgentModes > 127:
		return deviceBadParameter, "AgentModes"
	case l.AgentModes|whole != 0 && (l.ProviderData == nil || !digits(l.ProviderData.INN, 10, 12)):
		return deviceNoData, "ProviderData"
	}
	return 0, ""
}

// described tells whether a line of income or premiums has a number for its
// description.
func (l checkLine) described() bool {
	n, err := strconv.Atoi(l.Description)
	switch l.LineAttribute {
	case 15:
		return err == nil && n >= 1 && n <= 31
	case 16:
		return err == nil && n >= 26 && n <= 31
	}
	return true
}

func checkContact(s string) bool {
	return regexp.MustCompile(`^7(\d{10}|-\d{3}-\d{3}-\d{2}-\d{2})$`).MatchString(s) || emailForm(s)
}

// stored tells whether a till can store a text: it keeps CP866.
func stored(s string, most int) bool {
	if utf8.RuneCountInString(s) > most {
		return false
	}
	for _, r := range s {
		if _, ok := charmap.CodePage866.EncodeRune(r); !ok || r < ' ' {
			return false
		}
	}
	return true
}
