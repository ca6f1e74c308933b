package view

import (
	"io"
	"strings"

	"github.com/kktctl/kktctl/state"
)

// ReceiptState is how a receipt stands. The words are a contract.
type ReceiptState string

// The states.
const (
	ReceiptPrinted ReceiptState = "printed"
	ReceiptQueued  ReceiptState = "queued"   // the service has it
	ReceiptWaiting ReceiptState = "waiting"  // the service has not taken it yet
	ReceiptUnknown ReceiptState = "unknown"  // it may be printed
	ReceiptRefused ReceiptState = "refused"  // it was not printed
	ReceiptNotSent ReceiptState = "not-sent" // nothing left this machine
)

// Sent is a receipt that was sent to a cloud till.
type Sent struct {
	Address string
	State   ReceiptState
	Message string
	Hint    string
	Person  bool           // only a person can tell what happened
	Receipt *state.Receipt // as far as it is known
}

// SentDocument is the JSON of a receipt that was sent.
type SentDocument struct {
	FormatVersion int            `json:"formatVersion"`
	Address       string         `json:"address"`
	State         ReceiptState   `json:"state"`
	Kind          string         `json:"kind,omitempty"`
	INN           string         `json:"inn,omitempty"`
	ID            string         `json:"id"`
	Correction    bool           `json:"correction,omitempty"`
	Message       string         `json:"message,omitempty"`
	Hint          string         `json:"hint,omitempty"`
	Printed       *state.Printed `json:"printed,omitempty"`
	Who           string         `json:"who,omitempty"` // said that it was printed
}

// SentJSON writes a receipt as one JSON document.
func SentJSON(w io.Writer, v Sent) error {
	d := SentDocument{FormatVersion: 1, Address: v.Address, State: v.State, Message: v.Message, Hint: v.Hint}
	_, d.ID, _ = strings.Cut(v.Address, ".")
	if r := v.Receipt; r != nil {
		d.Kind, d.INN, d.Correction, d.Printed, d.Who = r.Kind, r.INN, r.Correction, r.Printed, r.Who
	}
	return writeJSON(w, d, true)
}

// SentText is a receipt for a terminal.
func SentText(v Sent, o Options) string {
	w := &fieldWriter{o: o, t: newTheme(o.Color)}
	st := map[ReceiptState]style{
		ReceiptPrinted: w.t.green, ReceiptUnknown: w.t.yellow, ReceiptRefused: w.t.red, ReceiptNotSent: w.t.red,
	}[v.State]
	w.b.WriteString(w.t.bold.of(Clean(v.Address)) + ": " + st.of(receiptWords(v)) + "\n")
	if v.Message != "" {
		writeIndented(&w.b, "  ", style{}, "", v.Message, o)
	}
	if r := v.Receipt; r != nil {
		w.printed(r.Printed)
		w.field("said by", r.Who)
	}
	hint := v.Hint
	writeIndented(&w.b, "  ", w.t.cyan, "hint: ", o.commands(hint), o)
	if v.Person {
		address := shellQuote(v.Address)
		w.b.WriteString("    " + ifSent + "\n      " + o.program() + " resolve " + address + " --sent\n")
		w.b.WriteString("    " + ifNotSent + "\n      " + o.program() + " resolve " + address + " --not-sent\n")
	}
	return w.b.String()
}

func receiptWords(v Sent) string {
	switch v.State {
	case ReceiptQueued:
		return "in the service's queue, not printed yet"
	case ReceiptWaiting:
		return "not taken by the service yet"
	case ReceiptUnknown:
		return "what became of it is not known"
	case ReceiptRefused:
		return "refused, not printed"
	case ReceiptNotSent:
		return "not sent"
	}
	return "printed"
}

// receipt writes what the state holds of a receipt.
func (w *fieldWriter) receipt(r state.Receipt) {
	w.field("service", r.Kind)
	w.field("inn", r.INN)
	w.time("recorded", r.At)
	w.field("said by", r.Who)
	if r.Printed != nil {
		w.title("printed as " + Clean(r.Printed.ID))
		w.printed(r.Printed)
	}
	if r.Return != nil {
		w.title("returned as " + Clean(r.Return.ID))
		w.printed(r.Return)
	}
}

// printed writes a fiscal document.
func (w *fieldWriter) printed(p *state.Printed) {
	if p == nil {
		return
	}
	w.field("document", p.Document)
	w.field("sign", p.Sign)
	w.field("at", p.At)
	if p.Total != 0 {
		w.field("total", Roubles(p.Total))
	}
	w.field("till", p.Serial)
	w.field("rnm", p.RNM)
	w.field("fn", p.FN)
	w.field("qr", p.QR)
	for _, d := range p.Doubts {
		w.field("does not fit", d)
	}
}

// Roubles writes kopecks for people.
func Roubles(kopecks int64) string { return roubles(kopecks) + " ₽" }
