package renta

import (
	"errors"
	"hash/maphash"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// clock is a time by a till's own clock: the date and time count, whatever
// zone is written behind them.
type clock struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (c *clock) UnmarshalJSON(data []byte) error {
	var text httpapi.String
	if err := text.UnmarshalJSON(data); err != nil {
		return err
	}
	local := strings.TrimSpace(string(text))
	if len(local) > len(clockLayout) { // mostly there is no zone
		local = zone.ReplaceAllString(local, "")
	}
	c.Time = httpapi.ParseTime(local)
	return nil
}

var zone = regexp.MustCompile(`(?:[Zz]|[+-]\d\d:?\d\d)$`)

// sightingWire is what of a row tells about its till.
type sightingWire struct {
	CDateUtc     httpapi.Time
	SerialNumber httpapi.String
	KktRegNumber httpapi.RNM
	FnNumber     httpapi.String
	DocDateTime  clock
}

// check refuses a row that names no till or no time, and tells when the
// receipt was printed, by the till's clock. Where only the reception is known,
// in UTC, the clock is taken for Moscow's.
func (w sightingWire) check() (time.Time, error) {
	const moscow = 3 * time.Hour
	switch {
	case w.SerialNumber == "" && w.KktRegNumber == "":
		return time.Time{}, errors.New("a receipt names no till")
	case !w.DocDateTime.IsZero():
		return w.DocDateTime.Time, nil
	case w.CDateUtc.IsZero():
		return time.Time{}, errors.New("a receipt has no date")
	}
	return w.CDateUtc.Add(moscow), nil
}

func (w sightingWire) public() Sighting {
	at, _ := w.check() // it was checked
	return Sighting{Serial: string(w.SerialNumber), RNM: string(w.KktRegNumber), FN: string(w.FnNumber), At: at, Received: w.CDateUtc.Time}
}

// receiptWire is a row of 001, table 1, with the fields of the example that
// the table leaves out.
type receiptWire struct {
	sightingWire
	ID             httpapi.String `json:"Id"`
	IsCorrection   httpapi.Bool
	Tag            httpapi.Int
	IsBso          httpapi.Bool
	OperationType  httpapi.String
	UserInn        httpapi.String
	KktAddress     httpapi.String
	KktAdress      httpapi.String // as it is spelt in table 4
	DocNumber      httpapi.Int
	DocShiftNumber httpapi.Int
	ReceiptNumber  httpapi.Int
	TotalSumm      httpapi.Int
	CashSumm       httpapi.Int
	ECashSumm      httpapi.Int
	CreditSumm     httpapi.Int
	PrepaidSumm    httpapi.Int
	TaxTotalSumm   httpapi.Int
	Tax10Summ      httpapi.Int
	Tax18Summ      httpapi.Int
	Tax110Summ     httpapi.Int
	Tax118Summ     httpapi.Int
	TaxNaSumm      httpapi.Int
	Tax0Summ       httpapi.Int
	Depth          httpapi.Int
}

func (w receiptWire) public() Receipt {
	r := Receipt{
		Sighting: w.sightingWire.public(), ID: string(w.ID),
		Correction: bool(w.IsCorrection), BSO: bool(w.IsBso), Tag: int(w.Tag), Operation: operationOf(string(w.OperationType)),
		INN: innOf(w.UserInn), Address: string(w.KktAddress),
		Number: int64(w.DocNumber), Shift: int64(w.DocShiftNumber), InShift: int64(w.ReceiptNumber),
		Total: int64(w.TotalSumm), Cash: int64(w.CashSumm), Electronic: int64(w.ECashSumm), Credit: int64(w.CreditSumm), Prepaid: int64(w.PrepaidSumm),
		Tax: Taxes{
			Total: int64(w.TaxTotalSumm), Rate10: int64(w.Tax10Summ), Rate18: int64(w.Tax18Summ), Rate10of110: int64(w.Tax110Summ),
			Rate18of118: int64(w.Tax118Summ), None: int64(w.TaxNaSumm), Rate0: int64(w.Tax0Summ),
		},
		Depth: int(w.Depth),
	}
	if r.Address == "" {
		r.Address = string(w.KktAdress)
	}
	return r
}

// fullWire is 001, table 2.
type fullWire struct {
	receiptWire
	UserName httpapi.String
	Items    httpapi.List[itemWire]
}

type itemWire struct {
	Name              httpapi.String
	CustomName        httpapi.String
	Price             httpapi.Int
	Quantity          httpapi.String // whole by the table; goods are also sold by weight
	Total             httpapi.Int
	CalculationMethod httpapi.Int
	SubjectType       httpapi.Int
	NDSRate           httpapi.Int `json:"NDS_Rate"`
	NDSSumm           httpapi.Int `json:"NDS_Summ"`
}

func (w itemWire) public() Item {
	return Item{
		Name: string(w.Name), CustomName: string(w.CustomName), Price: int64(w.Price), Quantity: string(w.Quantity), Total: int64(w.Total),
		Method: int(w.CalculationMethod), Subject: int(w.SubjectType), VAT: int(w.NDSRate), VATSum: int64(w.NDSSumm),
	}
}

func (w fullWire) full() FullReceipt {
	r := FullReceipt{Receipt: w.receiptWire.public(), Company: string(w.UserName), Items: httpapi.Convert(w.Items, itemWire.public)}
	if r.Depth == 0 {
		r.Depth = len(r.Items)
	}
	return r
}

// checkFor refuses what is no receipt, or another one. An id that is cut
// short, as in the document's example, is the same.
func (w fullWire) checkFor(id string) error {
	if _, err := w.check(); err != nil {
		return err
	}
	const enough = 24
	got, want := strings.ToLower(string(w.ID)), strings.ToLower(id)
	if got == "" || got == want || len(got) >= enough && strings.HasPrefix(want, got) {
		return nil
	}
	return errors.New("the answer is about another receipt")
}

var receiptID = regexp.MustCompile(`^[0-9A-Fa-f-]{1,64}$`)

func isReceiptID(id string) bool { return receiptID.MatchString(id) }

// operationOf matches a word of the document, case and spaces aside. Another
// one stays as it is.
func operationOf(text string) Operation {
	for _, o := range [...]Operation{Income, Expense, RefundIncome, RefundExpense} {
		if fold(text) == fold(string(o)) {
			return o
		}
	}
	return Operation(text)
}

// seen tells receipts that were given before: the edges of two windows are one
// moment, and a repeated reading begins anew. It holds a number for each
// receipt of two windows, the last and the one that is read.
type seen struct {
	seed      maphash.Seed
	last, now map[uint64]struct{}
}

func newSeen() *seen { return &seen{seed: maphash.MakeSeed(), now: map[uint64]struct{}{}} }

// next begins a window.
func (s *seen) next() { s.last, s.now = s.now, map[uint64]struct{}{} }

// add tells whether the receipt is a new one.
func (s *seen) add(r Receipt) bool {
	key := maphash.String(s.seed, r.ID)
	if r.ID == "" {
		key = maphash.Comparable(s.seed, [...]string{r.FN, r.Serial, r.At.Format(clockLayout), strconv.FormatInt(r.Number, 10)})
	}
	_, before := s.last[key]
	_, again := s.now[key]
	s.now[key] = struct{}{}
	return !before && !again
}
