package orangedata

import (
	"encoding/json"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// Submission says what became of a receipt that was sent: it is in the queue.
type Submission struct {
	// Known says that the service had a receipt with this id before (409): it
	// is not printed twice, and its status is to be read.
	Known bool
}

// State is how far a receipt is (003 §2.2).
type State string

// The states.
const (
	Queued  State = "queued"  // 202: not printed yet
	Done    State = "done"    // 200: printed
	Expired State = "expired" // 524: never printed; send it under a new id
)

// Status is what the service says of a receipt.
type Status struct {
	State    State
	Document *Document // when Done
}

// Document is a receipt as it was printed (003 table 2). Its texts are free of
// control characters, but for Content.
type Document struct {
	ID           string
	DeviceSerial string // deviceSN: factory number of the till
	DeviceRNM    string // deviceRN: its РНМ
	FN           string // fsNumber
	OFDName      string
	OFDWebsite   string
	OFDINN       string
	FNSWebsite   string
	CompanyINN   string
	CompanyName  string
	Number       int64 // of the fiscal document (ФД)
	Shift        int64
	Index        int64           // of the receipt in the shift
	ProcessedAt  time.Time       // the till's own time, in no zone
	Content      json.RawMessage // as the service repeats it
	Change       string          // roubles
	Sign         string          // fp: fiscal sign (ФП)
	CallbackURL  string
}

// documentWire reads the answer. The table misspells two names that the
// example spells otherwise: both are read.
type documentWire struct {
	ID             httpapi.String `json:"id"`
	DeviceSN       httpapi.String `json:"deviceSN"`
	DeviceRN       httpapi.RNM    `json:"deviceRN"`
	FSNumber       httpapi.String `json:"fsNumber"`
	OFDName        httpapi.String `json:"ofdName"`
	OFDWebsite     httpapi.String `json:"ofdWebsite"`
	ODFWebsite     httpapi.String `json:"odfWebsite"`
	OFDINN         httpapi.String `json:"ofdinn"`
	ODFINN         httpapi.String `json:"odfINN"`
	FNSWebsite     httpapi.String `json:"fnsWebsite"`
	CompanyINN     httpapi.String `json:"companyINN"`
	CompanyName    httpapi.String `json:"companyName"`
	DocumentNumber httpapi.Int    `json:"documentNumber"`
	ShiftNumber    httpapi.Int    `json:"shiftNumber"`
	DocumentIndex  httpapi.Int    `json:"documentIndex"`
	ProcessedAt    httpapi.Time   `json:"processedAt"`
	Content        json.RawMessage
	Change         httpapi.String `json:"change"`
	FP             httpapi.String `json:"fp"`
	CallbackURL    httpapi.String `json:"callbackUrl"`
}

func (w documentWire) public() *Document {
	return &Document{
		ID:           text(w.ID),
		DeviceSerial: text(w.DeviceSN),
		DeviceRNM:    text(httpapi.String(w.DeviceRN)),
		FN:           text(w.FSNumber),
		OFDName:      text(w.OFDName),
		OFDWebsite:   text(w.OFDWebsite + w.ODFWebsite),
		OFDINN:       text(w.OFDINN + w.ODFINN),
		FNSWebsite:   text(w.FNSWebsite),
		CompanyINN:   text(w.CompanyINN),
		CompanyName:  text(w.CompanyName),
		Number:       int64(w.DocumentNumber),
		Shift:        int64(w.ShiftNumber),
		Index:        int64(w.DocumentIndex),
		ProcessedAt:  w.ProcessedAt.Time,
		Content:      w.Content,
		Change:       text(w.Change),
		Sign:         text(w.FP),
		CallbackURL:  text(w.CallbackURL),
	}
}

func text(s httpapi.String) string { return httpapi.Clean(string(s)) }
