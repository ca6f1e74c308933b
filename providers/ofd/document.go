package ofd

import (
	"encoding/json"
	"fmt"

	"github.com/kktctl/kktctl/providers/ofd/ferma/checkonline"
	"github.com/kktctl/kktctl/providers/ofd/ferma/orangedata"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// Document is a receipt or a correction as one of Ferma's services takes it,
// but for the id that it is sent under. Exactly one of the pointers is set.
type Document struct {
	INN         string // of the company whose receipt it is
	checkOnline *checkonline.Receipt
	orangeData  *orangedata.Receipt
	correction  *orangedata.Correction
}

// probeID stands for an id while a document is checked offline: it has a form
// that both services take.
const probeID = "kktctl"

// ReadReceipt decodes a receipt of a kind and checks it offline. The document
// is nil when the list has errors.
func ReadReceipt(kind, inn string, w spec.Written) (*Document, diag.List) {
	d := &Document{INN: inn}
	if kind == spec.KindCheckOnline {
		d.checkOnline = &checkonline.Receipt{}
		return d.read(w, d.checkOnline)
	}
	d.orangeData = &orangedata.Receipt{}
	return d.read(w, d.orangeData)
}

// ReadCorrection is ReadReceipt for a correction, which CheckOnline has none
// of.
func ReadCorrection(kind, inn string, w spec.Written) (*Document, diag.List) {
	if kind == spec.KindCheckOnline {
		return nil, diag.List{{
			Summary: "correction: CheckOnline prints no corrections", Pos: w.Pos(),
			Hint: "print it on a till of Orange Data (kind: orangedata), or on a till of your own",
		}}
	}
	d := &Document{INN: inn, correction: &orangedata.Correction{}}
	return d.read(w, d.correction)
}

// read decodes what was written into form, one of the document's own, and
// checks it.
func (d *Document) read(w spec.Written, form any) (*Document, diag.List) {
	if list := w.Decode(form); list.HasErrors() {
		return nil, list
	}
	var list diag.List
	for _, p := range append(d.given(), d.problems()...) {
		list = append(list, w.Report(diag.Error, p.path, p.message, p.hint))
	}
	if list.HasErrors() {
		return nil, list
	}
	return d, list
}

// problem is something that a service would refuse.
type problem struct{ path, message, hint string }

// given tells what stands in the document though it is given elsewhere.
func (d *Document) given() []problem {
	var out []problem
	add := func(path, value, hint string) {
		if value != "" {
			out = append(out, problem{path, "is not given here", hint})
		}
	}
	const idHint, innHint = "write it as id: beside kind and company; a check makes its own", "it is the ИНН of company"
	switch {
	case d.checkOnline != nil:
		add("Requestid", d.checkOnline.RequestID, idHint)
	case d.orangeData != nil:
		add("id", d.orangeData.ID, idHint)
		add("inn", d.orangeData.INN, innHint)
	default:
		add("id", d.correction.ID, idHint)
		add("inn", d.correction.INN, innHint)
	}
	return out
}

// problems is what the client's own rules find.
func (d *Document) problems() []problem {
	var out []problem
	switch {
	case d.checkOnline != nil:
		for _, p := range d.asCheckOnline(probeID).Validate() {
			out = append(out, problem{p.Path, p.Message, p.Hint})
		}
	case d.orangeData != nil:
		for _, p := range d.asOrangeData(probeID).Validate() {
			out = append(out, problem{p.Path, p.Message, p.Hint})
		}
	default:
		for _, p := range d.asCorrection(probeID).Validate() {
			out = append(out, problem{p.Path, p.Message, p.Hint})
		}
	}
	return out
}

func (d *Document) asCheckOnline(id string) checkonline.Receipt {
	r := *d.checkOnline
	r.RequestID = id
	return r
}

func (d *Document) asOrangeData(id string) orangedata.Receipt {
	r := *d.orangeData
	r.ID, r.INN = id, d.INN
	return r
}

func (d *Document) asCorrection(id string) orangedata.Correction {
	c := *d.correction
	c.ID, c.INN = id, d.INN
	return c
}

// Kind is the service that prints it.
func (d *Document) Kind() string {
	if d.checkOnline != nil {
		return spec.KindCheckOnline
	}
	return spec.KindOrangeData
}

// Correction tells whether it is a correction.
func (d *Document) Correction() bool { return d.correction != nil }

// Total is what it comes to in kopecks.
func (d *Document) Total() int64 {
	const kopeck = 10_000 // of an orangedata.Decimal
	switch {
	case d.checkOnline != nil:
		return d.checkOnline.Total()
	case d.orangeData != nil:
		return int64(d.orangeData.Content.Total()) / kopeck
	}
	return int64(d.correction.Content.TotalSum) / kopeck
}

// Return is the receipt that takes this one back.
func (d *Document) Return() *Document {
	r := &Document{INN: d.INN}
	switch {
	case d.checkOnline != nil:
		back := d.checkOnline.Return()
		r.checkOnline = &back
	case d.orangeData != nil:
		back := d.orangeData.Return()
		r.orangeData = &back
	}
	return r
}

// Returns tells whether the document can be taken back: it is no return
// itself.
func (d *Document) Returns() bool { return d.Return().Hash() != d.Hash() }

// body is the JSON of the document without its id.
func (d *Document) body() []byte {
	var form any
	switch {
	case d.checkOnline != nil:
		form = d.asCheckOnline("")
	case d.orangeData != nil:
		form = d.asOrangeData("")
	default:
		form = d.asCorrection("")
	}
	b, err := json.Marshal(form)
	if err != nil { // it was read from a file: not reached
		return fmt.Append(nil, err)
	}
	return b
}

// fromBody reads a check's document back.
func fromBody(kind, inn, body string) (*Document, error) {
	d := &Document{INN: inn}
	var form any
	if kind == spec.KindCheckOnline {
		d.checkOnline = &checkonline.Receipt{}
		form = d.checkOnline
	} else {
		d.orangeData = &orangedata.Receipt{}
		form = d.orangeData
	}
	if err := json.Unmarshal([]byte(body), form); err != nil {
		return nil, err
	}
	return d, nil
}
