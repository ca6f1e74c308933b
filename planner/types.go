// Package planner computes, from what is declared, what was last applied,
// what is live and what time it is, the steps that make the fleet as
// declared. It is pure: no I/O, no clock, no logging, no context; the same
// input gives the same bytes.
package planner

import (
	"time"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// Action is what a step does.
type Action string

// The actions.
const (
	CreateCabinet Action = "create-cabinet" // a company's (004 §5.1)
	Order         Action = "order"          // Ferma tills (004 §5.2)
	Book          Action = "book"           // a till with its code, before registration (004 §3)
	Check         Action = "check"          // a test receipt that proves a cloud till
	Receipt       Action = "receipt"        // a receipt that a person sends; in no plan of a fleet but to go on
	Register      Action = "register"
	Reregister    Action = "reregister"
	Unregister    Action = "unregister"
	Pay           Action = "pay"
	AddKKT        Action = "addKkt"
	RemoveKKT     Action = "removeKkt"
	Adopt         Action = "adopt"     // state only: met live, or changed elsewhere to what is declared
	Move          Action = "move"      // state only: renamed in the file
	Forget        Action = "forget"    // state only: gone from the file and not live, or replaced under its name
	Protect       Action = "protect"   // state only: declared protected
	Unprotect     Action = "unprotect" // state only: declared not to be protected any more
	Continue      Action = "continue"
)

// Symbol is the sign before a step in a plan: + ~ - $ or >.
func (a Action) Symbol() string {
	switch a {
	case Register:
		return "+"
	case Reregister:
		return "~"
	case Unregister:
		return "-"
	case Pay:
		return "$"
	default:
		return ">"
	}
}

// StateOnly tells whether the action changes nothing but the state.
func (a Action) StateOnly() bool {
	return a == Adopt || a == Move || a == Forget || a == Protect || a == Unprotect
}

// Gives is the flag with which a person's word that the action happened names
// what it gave; "" when it gives nothing that has to be known.
func (a Action) Gives() string {
	switch a {
	case CreateCabinet:
		return " --id AGREEMENT"
	case Order:
		return " --id ORDERID"
	}
	return ""
}

// GivesApplication is Gives of a simplified registration that was started
// without an application of its own: the call makes one, which is followed.
const GivesApplication = " --id APPLICATION"

// Wait is what or whom a step waits for.
type Wait string

// The waits.
const (
	WaitSignature     Wait = "signature"      // a person signs a document
	WaitTaxService    Wait = "tax-service"    // ФНС answers
	WaitService       Wait = "service"        // OFD.ru prepares or shows something
	WaitReport        Wait = "report"         // a person reads the printed report of registration
	WaitPapers        Wait = "papers"         // fnChange is to be declared
	WaitFirstDocument Wait = "first-document" // the till sends its first fiscal document
	WaitPayment       Wait = "payment"        // a person pays the bill of an order
	WaitDocument      Wait = "document"       // a person sends the same receipt again
	WaitDeclaration   Wait = "declaration"    // a person declares what a till shows
	WaitSilent        Wait = "silent-till"    // a till that has sent nothing for long sends a document
	WaitPerson        Wait = "person"         // an outcome is unknown: kktctl resolve
	WaitWindow        Wait = "window"         // policy.windows: the next one opens
)

// OfOutcome tells of waits that a person's word on what happened can end.
func (w Wait) OfOutcome() bool { return w == WaitPerson || w == WaitDocument }

// Input is everything that a plan is computed from.
type Input struct {
	Fleet *spec.Fleet
	// Codes are the resolved activation codes by till address, for tills that
	// declare one and not auto. They never leave the planner but as a CodeRecord.
	Codes map[string]string
	Prior Prior
	Live  Live
	Now   time.Time // UTC

	Checks          bool     // have the checks run that are due
	AllowUnregister int      // overrides policy.maxUnregister when above it
	Targets         []string // addresses; only these and what they need
	Exclude         []string // addresses left out, and what needs them
	// Overrides are names of policies that a person overrides: those of
	// spec.PolicyNames; rules are judged elsewhere.
	Overrides []string
	// NoRefresh: Live was not read; the state is taken for the live state and
	// the plan says that it may be old.
	NoRefresh bool
}

// Prior is the state, as the planner needs it.
type Prior struct {
	Lineage        string
	Serial         uint64
	FingerprintKey string
	Resources      map[string]Resource // tills, by address
	Others         map[string]Resource // companies, orders, checks and receipts, by address
}

// Resource is a till, a company, an order or a check as the state remembers it.
type Resource struct {
	Registered   bool // registered or adopted
	Unregistered bool // deregistered through kktctl
	Since        time.Time
	Serial       string
	RNM          string
	INN          string
	Attributes   *spec.Attributes // last applied or adopted
	AppliedAt    time.Time        // when an application last changed Attributes
	Replaced     *spec.Attributes // what they were before
	PaidCode     spec.CodeRecord
	PaidAt       time.Time
	Booking      *Booking  // before it was registered
	Renta        string    // centre key
	RentaSince   time.Time // when the till was added to it; zero when unknown
	Refusal      *Refusal  // of the last attempt
	Running      []Running
	Proof        *Proof              // of a check
	Cabinet      *spec.CabinetRecord // of a company
	Order        *spec.OrderRecord   // of an order that has ended, paid or overdue
	Agreement    *spec.CabinetRecord // of the till's company, as its last application named it
	Protected    bool                // neither deregistered nor removed from Renta
}

// Proof is which till answered a check.
type Proof struct {
	At     time.Time
	Serial string
	RNM    string
	FN     string
}

// Booking is a till that was booked with a code (document 004 §3).
type Booking struct {
	Code   spec.CodeRecord
	CodeID string
	FN     string // that it was booked with
	At     time.Time
	Left   int // what was left of the code just before
}

// Refusal is why the last attempt at an action was refused.
type Refusal struct {
	Action Action
	Reason string
	At     time.Time
}

// Running is a workflow in flight.
type Running struct {
	Action        Action
	Phase         string
	Started       time.Time
	Since         time.Time
	WaitingFor    Wait
	Message       string
	Due           time.Time
	ApplicationID string
	Desired       *spec.Attributes
	Code          spec.CodeRecord
	CodeID        string
	Simplified    bool // it goes without documents to sign (004 §7.2)
	Unknown       bool
	Unsettled     bool // a call of it was announced and its outcome is not recorded
	Order         *spec.OrderRecord
	Agreement     *spec.CabinetRecord // of the company, as the application names it
	Said          *Said               // a person's word that nothing was done with yet; Message says it
}

// Said is a person's word on a call whose outcome was not known.
type Said struct {
	Sent bool   // it happened
	ID   string // what it gave, if that was said
}

// Live is what a reading of the service showed. A list that was not read is
// nil with its flag false.
type Live struct {
	Tills        []Till
	TillsRead    bool
	Codes        []Code
	CodesRead    bool
	Payments     []Payment
	PaymentsRead bool
	// Receipts are the newest ones of the tills that were looked for, one a
	// till; ReceiptsTrouble says why they could not be read.
	Receipts        []LastReceipt
	ReceiptsRead    bool
	ReceiptsTrouble string
	Renta           []RentaTill
	RentaRead       bool
	Applications    map[string]Application // by id, of running workflows
	Orders          map[string]string      // by id: what was read of those that run, in a word or two
}

// Till is a row of the partner's list (004 §4.3).
type Till struct {
	ID            string
	RNM           string
	Serial        string
	FN            string
	Model         string
	Address       string
	Place         string
	Tariff        string
	FNEnd         time.Time // zero when unknown
	LastDocument  time.Time // by the till's own clock
	LastReceived  time.Time // when the OFD got it, UTC; zero when unknown
	ContractStart time.Time // UTC; zero when the service never began
	ContractEnd   time.Time // UTC; zero when open-ended or unknown
}

// ServiceActive tells whether the OFD service of the till runs at the time.
func (t Till) ServiceActive(now time.Time) bool {
	return !t.ContractStart.IsZero() && (t.ContractEnd.IsZero() || t.ContractEnd.After(now))
}

// Code is an activation code of the partner (004 §2).
type Code struct {
	ID      string
	Code    string
	Service string // Ofd, Ferma
	Tariff  string
	Left    int    // TariffCount
	Status  string // Active
	Expires time.Time
}

// Payment is a row of the pay statuses (004 §4.2).
type Payment struct {
	At          time.Time
	INN         string
	RNM         string
	Code        string
	Status      string // Undefined, WaitingActivation, Payed, Cancelled
	ActivatedAt time.Time
}

// RentaTill is a row of the Renta list (001).
type RentaTill struct {
	INN     string // the tenant's
	KPP     string
	Company string // its name
	Serial  string
	RNM     string
	FN      string
	Address string
	Place   string
}

// LastReceipt is the newest receipt of a till in a shopping centre (001, table
// 1).
type LastReceipt struct {
	Serial   string
	FN       string    // that it was printed with
	At       time.Time // by the till's own clock
	Received time.Time // by the service, UTC; zero when unknown
}

// Application is the state of an application in flight (004 §7.5).
type Application struct {
	ID     string
	Stage  string
	Status string
	Reason string
	RNM    string
}

// Plan is the answer. Its JSON is a contract.
type Plan struct {
	FormatVersion int            `json:"formatVersion"`
	Fleet         string         `json:"fleet"`
	FleetHash     string         `json:"fleetHash"`
	Lineage       string         `json:"lineage"`
	Serial        uint64         `json:"serial"`
	Timestamp     time.Time      `json:"timestamp"`
	Applyable     bool           `json:"applyable"` // there are steps and no errors
	Complete      bool           `json:"complete"`  // applying it leads to the declaration: nothing left out, unsupported or refused
	Steps         []Step         `json:"steps"`
	Drift         []Drift        `json:"drift"`
	Unmanaged     []Unmanaged    `json:"unmanaged"`
	Summary       map[Action]int `json:"summary"`
	Diagnostics   diag.List      `json:"diagnostics"`
	// Overridden are the policies that stood against the plan and that a person
	// overrode: names of rules, maxUnregister, maxCost, windows.
	Overridden []string `json:"overridden,omitempty"`
	// Window: irreversible steps wait for it; absent while every call may be made.
	Window *Closed `json:"window,omitempty"`
}

// Step is one thing to do. It is data: apply finds the workflow by Action.
type Step struct {
	ID           string    `json:"id"` // action and address, unique: register:kkts.sloboda-1
	Address      string    `json:"address"`
	Action       Action    `json:"action"`
	Continues    Action    `json:"continues,omitempty"` // for Continue: the workflow's action
	Reason       string    `json:"reason"`
	Requires     []string  `json:"requires"` // ids of steps
	Irreversible bool      `json:"irreversible"`
	Cost         Cost      `json:"cost"`
	Changes      []Change  `json:"changes"`
	Waits        []Wait    `json:"waits"`
	Due          time.Time `json:"due,omitzero"`

	// For Continue.
	Phase      string    `json:"phase,omitempty"`
	Since      time.Time `json:"since,omitzero"`
	WaitingFor Wait      `json:"waitingFor,omitempty"`
	Message    string    `json:"message,omitempty"`

	// Unbegun: the state holds the workflow, which has sent nothing; the step is
	// planned anew, and begins with an apply.
	Unbegun bool `json:"unbegun,omitempty"`
	// Obsolete: the workflow has sent nothing and is not needed any more; apply
	// drops it.
	Obsolete bool `json:"obsolete,omitempty"`

	// What apply needs beyond the fleet file.
	// Simplified registrations and re-registrations are started with one call,
	// and nothing is signed (004 §7.2).
	Simplified bool `json:"simplified,omitempty"`

	Reasons []string              `json:"reasons,omitempty"` // of a re-registration, as 004 table 10.2 spells them
	From    string                `json:"from,omitempty"`    // for Move: the old address
	Code    *spec.CodeRecord      `json:"code,omitempty"`    // for Pay
	CodeID  string                `json:"codeId,omitempty"`  // for Pay: the id of the code at the service
	Centre  string                `json:"centre,omitempty"`  // for AddKKT and RemoveKKT: key of the centre; for Adopt: of the membership met with the till
	RNM     string                `json:"rnm,omitempty"`     // as known when the plan was made
	FN      string                `json:"fn,omitempty"`      // live, for RemoveKKT and Unregister
	Because spec.UnregisterReason `json:"because,omitempty"` // for Unregister
	Prior   *spec.Attributes      `json:"prior,omitempty"`   // for Adopt and Unregister of a till not in the file
	Order   *spec.OrderTerms      `json:"order,omitempty"`   // for Order
	Protect bool                  `json:"protect,omitempty"` // for Adopt: the till is protected
}

// StepID makes the id of a step.
func StepID(a Action, address string) string { return string(a) + ":" + address }

// Cost is what a step costs.
type Cost struct {
	Roubles int `json:"roubles"`
	Codes   int `json:"codes"`
}

// Change is one attribute, old to new. Text is as read: the view cleans it.
type Change struct {
	Path      string `json:"path"`
	Before    string `json:"before"`
	After     string `json:"after"`
	Sensitive bool   `json:"sensitive"`
}

// Drift is a difference that was found between live and last applied.
type Drift struct {
	Address   string `json:"address"`
	Path      string `json:"path"`
	Applied   string `json:"applied"`
	Live      string `json:"live"`
	Corrected bool   `json:"corrected"`         // a step of this plan corrects it
	Source    string `json:"source,omitempty"`  // what shows it, when it is not the list of tills
	Ignored   bool   `json:"ignored,omitempty"` // the declaration leaves it alone: ignore
}

// SourceReceipts are the receipts that a till prints.
const SourceReceipts = "receipts"

// Unmanaged is a live till that belongs to nobody in the file.
type Unmanaged struct {
	Serial  string `json:"serial"`
	RNM     string `json:"rnm"`
	Model   string `json:"model,omitempty"`
	Address string `json:"address,omitempty"`
}
