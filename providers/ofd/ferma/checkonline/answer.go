package checkonline

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// LocalTimeLayout is the form of the times that tills print: the till's own
// time, for which no zone is given.
const LocalTimeLayout = "2006-01-02T15:04:05"

// Answer is a receipt as it was printed (002, table 2). Its texts are free of
// control characters.
type Answer struct {
	RequestID string
	ClientID  string
	// Device is the till that answered, by its factory number, and Address
	// where the service reached it.
	Device, Address string
	Path            string // of the service's own call
	FiscalDocNumber string // number of the fiscal document (ФД), tag 1040
	DocNumber       int64  // of the receipt in the shift
	At              string // LocalTimeLayout; empty when the answer has none
	GrandTotal      int64  // kopecks
	FiscalSign      string // ФПД, tag 1077
	DocumentType    int    // as the service numbers it
	QR              string // the text of the QR code: t=…&s=…&fn=…&i=…&fp=…&n=…
	// The till that printed: its ФН, factory number and РНМ.
	FNSerialNumber           string
	DeviceSerialNumber       string
	DeviceRegistrationNumber string
	Fatal                    bool
	HTTPStatus               int // that the service got itself
	// Doubts are what does not fit the receipt though it was printed: the
	// RequestID may have been used for another one before.
	Doubts []string
	// Raw is the answer whole: hostile text.
	Raw json.RawMessage
}

// answerWire is the answer with both layers of errors.
type answerWire struct {
	FCEError                 httpapi.Int
	RequestID                httpapi.String
	ClientID                 httpapi.String
	Device                   deviceWire
	Path                     httpapi.String
	Response                 *responseWire
	FiscalDocNumber          httpapi.String
	DocNumber                httpapi.Int
	Date                     *dateWire
	GrandTotal               httpapi.Int
	FiscalSign               httpapi.String
	DocumentType             httpapi.Int
	QR                       httpapi.String
	FNSerialNumber           httpapi.RNM // 16 digits, as an РНМ has
	DeviceSerialNumber       httpapi.String
	DeviceRegistrationNumber httpapi.RNM
	ErrorDescription         httpapi.String
	Fatal                    httpapi.Bool
	HTTPStatus               httpapi.Int
}

type deviceWire struct {
	Name    httpapi.String
	Address httpapi.String
}

type responseWire struct {
	Error         httpapi.Int
	ErrorMessages httpapi.List[httpapi.String]
}

type dateWire struct {
	Date struct{ Day, Month, Year httpapi.Int }
	Time struct{ Hour, Minute, Second httpapi.Int }
}

// decode reads an answer. A field whose name comes in two spellings, as
// fceerror and FCEError do, is read from the one that says something.
func decode(a httpapi.Answer) (answerWire, error) {
	var fields map[string]json.RawMessage
	var w answerWire
	if err := a.Decode(&fields); err != nil {
		return w, err
	}
	folded := make(map[string]json.RawMessage, len(fields))
	for _, name := range sorted(fields) {
		key := strings.ToLower(name)
		if before, twice := folded[key]; !twice || saysNothing(before) {
			folded[key] = fields[name]
		}
	}
	one, err := json.Marshal(folded)
	if err == nil {
		err = json.Unmarshal(one, &w)
	}
	if err != nil {
		return w, fmt.Errorf("%w: %w", ErrShape, err)
	}
	return w, nil
}

func saysNothing(raw json.RawMessage) bool {
	text := strings.TrimSpace(string(raw))
	return slices.Contains([]string{"null", "0", `""`, `"0"`, "false"}, text)
}

func sorted(m map[string]json.RawMessage) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// failure gives the error that the answer tells of; nil when it tells of none.
func (w answerWire) failure() *Error {
	e := &Error{
		Service: int(w.FCEError), Description: httpapi.Clean(string(w.ErrorDescription)),
		Fatal: bool(w.Fatal), Upstream: int(w.HTTPStatus),
	}
	if w.Response != nil {
		e.Device = int(w.Response.Error)
		for _, message := range w.Response.ErrorMessages {
			e.Messages = append(e.Messages, httpapi.Clean(string(message)))
		}
	}
	if e.Service == 0 && e.Device == 0 {
		return nil
	}
	e.Outcome = e.outcome()
	return e
}

func (w answerWire) public(raw []byte) *Answer {
	clean := func(s httpapi.String) string { return httpapi.Clean(string(s)) }
	return &Answer{
		RequestID: clean(w.RequestID), ClientID: clean(w.ClientID),
		Device: clean(w.Device.Name), Address: clean(w.Device.Address), Path: clean(w.Path),
		FiscalDocNumber: clean(w.FiscalDocNumber), DocNumber: int64(w.DocNumber), At: w.Date.local(),
		GrandTotal: int64(w.GrandTotal), FiscalSign: clean(w.FiscalSign), DocumentType: int(w.DocumentType), QR: clean(w.QR),
		FNSerialNumber:           httpapi.Clean(string(w.FNSerialNumber)),
		DeviceSerialNumber:       clean(w.DeviceSerialNumber),
		DeviceRegistrationNumber: httpapi.Clean(string(w.DeviceRegistrationNumber)),
		Fatal:                    bool(w.Fatal), HTTPStatus: int(w.HTTPStatus), Raw: raw,
	}
}

// local joins the parts of a date, of which the year has two digits.
func (d *dateWire) local() string {
	if d == nil || d.Date.Month == 0 || d.Date.Day == 0 {
		return ""
	}
	year := int(d.Date.Year)
	if year < 100 {
		year += 2000
	}
	at := time.Date(year, time.Month(d.Date.Month), int(d.Date.Day),
		int(d.Time.Hour), int(d.Time.Minute), int(d.Time.Second), 0, time.UTC)
	if at.Day() != int(d.Date.Day) || at.Month() != time.Month(d.Date.Month) {
		return "" // there is no such day
	}
	return at.Format(LocalTimeLayout)
}
