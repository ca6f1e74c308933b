package partner

import (
	"time"
)

// Code is an activation code of the partner (004 §2, table 1).
type Code struct {
	ID        string
	Code      string
	Service   string // Ofd or Ferma
	Tariff    string
	Remaining int // TariffCount: what is left of the tariff
	Status    string
	Expires   time.Time // UTC; zero when unset
}

// The services that a code is for.
const (
	ServiceOFD   = "Ofd"
	ServiceFerma = "Ferma"
)

// CodeActive is the status of a code that can be used.
const CodeActive = "Active"

// PayStatus is one use of an activation code (004 §4.2, table 3).
type PayStatus struct {
	At             time.Time // UTC: when it was asked for
	INN            string    // of the client
	RNM            string
	ActivationCode string
	Status         string
	Activated      time.Time // UTC; zero when it was not
}

// The statuses of a PayStatus.
const (
	PayUndefined = "Undefined"
	PayWaiting   = "WaitingActivation"
	PayPayed     = "Payed"
	PayCancelled = "Cancelled"
)

// KKT is a till of one of the partner's clients (004 §4.3, table 4). Any field
// may be empty; rows do not name the client.
type KKT struct {
	ID            string
	RNM           string
	Serial        string
	FN            string
	Created       time.Time // zone of the document's choice: none is given
	LastDocument  time.Time // by the till's clock
	LastReceived  time.Time // UTC
	Address       string
	Place         string
	Model         string
	FNEnd         time.Time
	Tariff        string    // Red, Yellow, Green, Blue, Orange
	LastBuy       time.Time // UTC
	ContractStart time.Time // UTC
	ContractEnd   time.Time // UTC
}

// PayRequest applies an activation code to a till (004 §4.1, table 2).
type PayRequest struct {
	INN            string `json:"Inn"`
	KPP            string `json:"Kpp,omitempty"` // required for a legal entity
	RNM            string `json:"Rnm"`
	ActivationCode string `json:"ActivationCode"`
	Email          string `json:"Email"`
}

// PayResult is how a code was taken. Exactly one field is set.
type PayResult struct {
	Completed bool // the till is paid
	Waiting   bool // accepted: waits for the till's first document, lapses after 3 days
}

// Signatory is the owner of the electronic signature as its certificate names
// the person (004 §7.3).
type Signatory struct {
	LastName  string `json:"LastName"`
	GivenName string `json:"GivenName"` // may hold the patronymic
	Position  string `json:"Position"`
}
