package renta

import (
	"errors"
	"time"
)

// LegalEntity is one whose tills are in Renta (001, table 3).
type LegalEntity struct {
	INN        string
	KPP        string
	Name       string
	Registered int // tills in Renta
	Online     int // of them working now
}

// KKT is a till in Renta (001, table 4).
type KKT struct {
	INN     string // of the tenant
	KPP     string
	Company string
	Address string
	Place   string
	Serial  string
	RNM     string
	FN      string
}

// AddRequest adds one till (001, table 5). One a call: the errors of an answer
// do not name the till.
type AddRequest struct {
	INN   string // of the tenant
	KPP   string // empty for an entrepreneur
	OGRN  string
	Email string
	KKT   AddKKT
}

// AddKKT is the till of an AddRequest.
type AddKKT struct {
	Serial        string
	FN            string
	RNM           string
	Address       string
	Place         string
	CurrentOFDINN string // the OFD that serves the till now
}

// AddResult is the answer: the tills that it echoes, and what was wrong. Read
// the list of tills again to know what became of the till.
type AddResult struct {
	KKTs   []AddKKT
	Errors []*Problem
}

// Err joins the problems; nil when there are none.
func (r AddResult) Err() error {
	var errs []error
	for _, p := range r.Errors {
		errs = append(errs, p)
	}
	return errors.Join(errs...)
}

// dateLayout is the form of the date in the path of removeKkt.
const dateLayout = time.DateOnly
