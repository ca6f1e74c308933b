package spec

import "time"

// CabinetRecord is what is remembered of a company's client cabinet (004
// §5.1). The service names the agreement once, when it makes the cabinet.
type CabinetRecord struct {
	INN       string    `json:"inn"`
	KPP       string    `json:"kpp,omitempty"`
	Agreement string    `json:"agreement,omitempty"` // OfdAgreementId; empty when it is not known
	At        time.Time `json:"at,omitzero"`         // when it was made, or found to exist
	Existed   bool      `json:"existed,omitempty"`   // it was not made through kktctl
	Told      bool      `json:"told,omitempty"`      // the agreement is a person's word, who may correct it
}

// OrderTerms are what an order of Ferma tills asks for (004 §5.2). An order
// that was placed cannot be changed.
type OrderTerms struct {
	INN      string `json:"inn"` // of the company
	KPP      string `json:"kpp,omitempty"`
	Quantity int    `json:"quantity"`
	Tariff   string `json:"tariff"`
	FN       FNType `json:"fn"`
	Payment  string `json:"payment"`
}

// TermsOf gives the terms of a declared order.
func (f *Fleet) TermsOf(o Order) OrderTerms {
	c := f.Companies[o.Company]
	return OrderTerms{INN: c.INN, KPP: c.KPP, Quantity: o.Quantity, Tariff: o.Tariff, FN: o.FN, Payment: o.Payment}
}

// OrderStatus is how an order stands (004 §5.3, table 9).
type OrderStatus string

// The statuses.
const (
	OrderWaiting OrderStatus = "waiting"
	OrderPaid    OrderStatus = "paid"
	OrderOverdue OrderStatus = "overdue" // not paid in time: it lapsed
)

// OrderRecord is what is remembered of an order.
type OrderRecord struct {
	Terms     OrderTerms  `json:"terms"`
	ID        string      `json:"id,omitempty"`   // OrderID; empty until it is placed
	Told      bool        `json:"told,omitempty"` // the id is a person's word
	At        time.Time   `json:"at,omitzero"`    // when it was placed
	Status    OrderStatus `json:"status,omitempty"`
	PaidUntil time.Time   `json:"paidUntil,omitzero"` // what the tariff is paid until
	Note      string      `json:"note,omitempty"`     // what a person has to know to pay it
	Link      string      `json:"link,omitempty"`     // to pay or to the bill; none that carries a token
	Image     []byte      `json:"image,omitempty"`    // PNG or JPEG of the QR code, until it is paid
}
