// Package state holds what kktctl remembers of a fleet between processes: a
// Snapshot of resources, workflows and intents, a journal of entries since,
// and the Store and Lease through which both are kept.
//
// The rules that make "at most once" and "any process, any day" true:
//
//   - An Entry is durable when Append returns, or Append returns an error.
//   - Every write carries the Lease under which it is made; a write under a
//     lease whose epoch is no longer the newest is refused with ErrFenced.
//   - Load returns exactly what was durable: a torn tail of the journal is cut
//     and reported, damage anywhere else is an error.
//
// All times are UTC. No secret is ever in a state.
package state

import (
	"time"

	"github.com/kktctl/kktctl/spec"
)

// Version is the format that this build writes. A state of a higher version
// is refused.
const Version = 1

// Snapshot is a whole state.
type Snapshot struct {
	Version   int                 `json:"version"`
	Lineage   string              `json:"lineage"` // UUID, made with the state and never changed
	Serial    uint64              `json:"serial"`  // number of the last entry applied
	Fleet     string              `json:"fleet"`
	Resources map[string]Resource `json:"resources"` // by address, such as kkts.sloboda-1
	Intents   map[string]Intent   `json:"intents"`   // by id; open ones only
	// History is what happened, by address, the last MaxEvents of each; it
	// stays when the resource is gone. Runs are the commands that did it, by id.
	History map[string][]Event    `json:"history,omitempty"`
	Runs    map[string]Provenance `json:"runs,omitempty"`
	Moved   *Moved                `json:"moved,omitempty"` // nil: the state is here
}

// FingerprintKey is the key for spec.RecordCode in this state.
func (s *Snapshot) FingerprintKey() string { return s.Lineage }

// Status of a till as kktctl last knew it.
type Status string

// The statuses. A resource without a status has never been registered or
// adopted: it only carries a workflow.
const (
	StatusLive         Status = "live"         // registered through kktctl, or met live and adopted
	StatusUnregistered Status = "unregistered" // deregistered through kktctl
)

// Resource is what is remembered of one till, or of a company, an order, a
// check or a receipt: the address tells which.
type Resource struct {
	Status      Status               `json:"status,omitempty"`
	Identity    Identity             `json:"identity"`
	Attributes  *spec.Attributes     `json:"attributes,omitempty"`  // last applied or adopted
	AppliedAt   time.Time            `json:"appliedAt,omitzero"`    // when an application last changed Attributes
	Replaced    *spec.Attributes     `json:"replaced,omitempty"`    // what they were before that
	Since       time.Time            `json:"since,omitzero"`        // when Status was reached
	Payment     *Payment             `json:"payment,omitempty"`     // last activation code used
	Booking     *Booking             `json:"booking,omitempty"`     // before it was registered (004 §3)
	Renta       string               `json:"renta,omitempty"`       // centre key, when kktctl made or met the membership
	RentaSince  time.Time            `json:"rentaSince,omitzero"`   // when kktctl added the till to it
	Refusal     *Refusal             `json:"refusal,omitempty"`     // last refused step, until one of its kind succeeds
	Agreement   *spec.CabinetRecord  `json:"agreement,omitempty"`   // of the till's company, as its last application named it
	Cabinet     *spec.CabinetRecord  `json:"cabinet,omitempty"`     // of a company
	Order       *spec.OrderRecord    `json:"order,omitempty"`       // of an order that was paid or has lapsed
	Application *Application         `json:"application,omitempty"` // the last one that ended, for its papers
	Orphans     []string             `json:"orphans,omitempty"`     // application ids or "unknown at TIME" of drafts that nothing continues
	Protected   bool                 `json:"protected,omitempty"`   // neither deregistered nor removed from Renta until the file says protect: false
	Receipt     *Receipt             `json:"receipt,omitempty"`     // what was printed: the receipt, or the last proof of a check
	Workflows   map[string]*Workflow `json:"workflow,omitempty"`    // running ones, by action
}

// Receipt is a receipt of a cloud till: one that was sent (receipts.ID), or
// the one that last proved a check. What it was sent with is not kept but as
// hashes: a receipt names its customer.
type Receipt struct {
	Kind       string `json:"kind"` // spec.KindCheckOnline, spec.KindOrangeData
	INN        string `json:"inn"`
	ID         string `json:"id"` // RequestId (002) or id (003)
	Correction bool   `json:"correction,omitempty"`
	Hash       string `json:"hash"` // of the document that was sent
	// Parts are short hashes of the parts of the document, so that it can be
	// said in what another one of the same id differs.
	Parts   map[string]string `json:"parts,omitempty"`
	Printed *Printed          `json:"printed,omitempty"` // nil when only a person says that it was
	Who     string            `json:"who,omitempty"`     // the person
	Return  *Printed          `json:"return,omitempty"`  // of a check
	At      time.Time         `json:"at"`                // when it was recorded
}

// Printed is a fiscal document as its till tells of it (002 table 2, 003 §2.2).
type Printed struct {
	ID       string `json:"id"`
	Document string `json:"document"`     // its number
	Sign     string `json:"sign"`         // fiscal sign, digits
	At       string `json:"at,omitempty"` // the till's time, spec.LocalTimeLayout
	Total    int64  `json:"total"`        // kopecks
	Serial   string `json:"serial,omitempty"`
	RNM      string `json:"rnm,omitempty"`
	FN       string `json:"fn,omitempty"`
	QR       string `json:"qr,omitempty"`
	// Doubts are what does not fit the receipt that was sent, though it was
	// printed.
	Doubts []string `json:"doubts,omitempty"`
}

// Identity is what a till is recognised by.
type Identity struct {
	Serial string `json:"serial"`
	RNM    string `json:"rnm,omitempty"`
	INN    string `json:"inn,omitempty"` // of the company
}

// Payment records a used activation code.
type Payment struct {
	Code    spec.CodeRecord `json:"code"`
	At      time.Time       `json:"at"`
	Service string          `json:"service,omitempty"`
}

// Booking records that a till was booked with an activation code (004 §3). Its
// payment is made with the same code.
type Booking struct {
	Code   spec.CodeRecord `json:"code"`
	CodeID string          `json:"codeId,omitempty"`
	FN     string          `json:"fn"`
	ReadAt time.Time       `json:"readAt,omitzero"`  // when the code was read, before the call
	At     time.Time       `json:"at"`               // after the call
	Status string          `json:"status,omitempty"` // in the service's words, which are not documented
	Left   int             `json:"left"`             // of the code, just before
}

// Refusal records why the service or the tax service refused a step.
type Refusal struct {
	Action string    `json:"action"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// Application names an application that ended, accepted or refused.
type Application struct {
	ID         string    `json:"id"`
	Action     string    `json:"action"`
	Simplified bool      `json:"simplified,omitempty"` // 004 §7.2: its card is had from another address
	At         time.Time `json:"at"`                   // when it ended
}

// Workflow is a running step: a persisted state machine.
type Workflow struct {
	ID         string       `json:"id"` // UUID
	Action     string       `json:"action"`
	Phase      string       `json:"phase"`
	Started    time.Time    `json:"started"`
	Since      time.Time    `json:"since"` // when Phase was entered
	WaitingFor string       `json:"waitingFor,omitempty"`
	Message    string       `json:"message,omitempty"` // for people
	Due        time.Time    `json:"due,omitzero"`
	NextPoll   time.Time    `json:"nextPoll,omitzero"`
	Unknown    bool         `json:"unknown,omitempty"` // an intent of it can only be settled by a person
	Resolution *Resolution  `json:"resolution,omitempty"`
	Told       []string     `json:"told,omitempty"` // what people were notified of, so that they are not told twice
	Data       WorkflowData `json:"data"`
}

// WorkflowData is what a workflow carries from phase to phase.
type WorkflowData struct {
	ApplicationID string                `json:"applicationId,omitempty"`
	DocumentID    string                `json:"documentId,omitempty"`
	FileName      string                `json:"fileName,omitempty"`
	Signature     string                `json:"signature,omitempty"` // given by a person, not yet sent; base64
	RNM           string                `json:"rnm,omitempty"`
	Desired       *spec.Attributes      `json:"desired,omitempty"` // what the application was made with
	FNChange      *spec.FNChange        `json:"fnChange,omitempty"`
	Reasons       []string              `json:"reasons,omitempty"`
	Unregister    spec.UnregisterReason `json:"unregister,omitempty"`
	Report        *spec.FiscalReport    `json:"report,omitempty"` // given by a person
	Code          *spec.CodeRecord      `json:"code,omitempty"`
	CodeID        string                `json:"codeId,omitempty"` // id of a pool code at the service (004 §2)
	Centre        string                `json:"centre,omitempty"` // key in the fleet
	CentreINN     string                `json:"centreInn,omitempty"`
	Date          string                `json:"date,omitempty"` // YYYY-MM-DD, Moscow
	AcceptedAt    time.Time             `json:"acceptedAt,omitzero"`
	BodyHash      string                `json:"bodyHash,omitempty"`   // of the draft as last sent
	Simplified    bool                  `json:"simplified,omitempty"` // 004 §7.2: nothing is signed
	Mock          bool                  `json:"mock,omitempty"`       // Gateway was SuccessMock: nothing reached the tax service
	Polls         int                   `json:"polls,omitempty"`
	SeenAt        time.Time             `json:"seenAt,omitzero"`    // when the first document of a booked till was first seen
	RenewedAt     time.Time             `json:"renewedAt,omitzero"` // when a call was refused for its token, which is had anew once
	Receipt       *ReceiptWork          `json:"receipt,omitempty"`
	Order         *spec.OrderRecord     `json:"order,omitempty"`
	Agreement     *spec.CabinetRecord   `json:"agreement,omitempty"` // of the company, as the application names it
}

// ReceiptWork is a receipt on its way.
type ReceiptWork struct {
	Receipt Receipt `json:"receipt"`
	// Body is the JSON of a check's receipt as it was first sent, without its
	// id: its return has to be of the same, whatever the fleet says by then.
	Body     string `json:"body,omitempty"`
	Return   bool   `json:"return,omitempty"` // of a check: to be returned
	ReturnID string `json:"returnId,omitempty"`
	Tries    int    `json:"tries,omitempty"` // ids that expired unprinted
	// Known says that the service had the id before it was sent from here: it
	// may be that of another receipt.
	Known bool `json:"known,omitempty"`
}

// Effect names a call that cannot be repeated.
type Effect string

// The effects of the design's settlement table.
const (
	EffectCabinet   Effect = "create-cabinet"
	EffectOrder     Effect = "order"
	EffectBook      Effect = "book"
	EffectReceipt   Effect = "receipt"
	EffectSimple    Effect = "simplified" // 004 §7.2
	EffectCreate    Effect = "create-application"
	EffectSign      Effect = "sign"
	EffectPay       Effect = "pay"
	EffectAddKKT    Effect = "add-kkt"
	EffectRemoveKKT Effect = "remove-kkt"
)

// Intent is the durable announcement of a call that cannot be repeated. It is
// written before the first byte of the call and removed together with the
// phase that the outcome leads to.
type Intent struct {
	ID          string            `json:"id"`
	Address     string            `json:"address"`
	Action      string            `json:"action"`
	Workflow    string            `json:"workflow"` // its ID
	Effect      Effect            `json:"effect"`
	RequestHash string            `json:"requestHash"`
	PreRead     map[string]string `json:"preRead,omitempty"` // what a reading showed before the call
	Epoch       uint64            `json:"epoch"`
	At          time.Time         `json:"at"`
	// AbsentAt is the first reading, after the quiet period, that showed no
	// trace of the effect; a second one concludes that it did not happen.
	AbsentAt time.Time `json:"absentAt,omitzero"`
}

// Resolution is a person's word on an unknown outcome.
type Resolution struct {
	Intent string    `json:"intent"`
	Sent   bool      `json:"sent"`
	ID     string    `json:"id,omitempty"` // what --id gave
	Who    string    `json:"who"`
	At     time.Time `json:"at"`
}

// Entry is one change in the journal. It replaces or deletes whole records,
// so that replaying it is a map assignment and nothing else. Exactly the
// fields that change are set.
type Entry struct {
	Serial  uint64    `json:"serial"` // set by Append: one more than the last
	Epoch   uint64    `json:"epoch"`  // set by Append from the lease
	At      time.Time `json:"at"`
	Who     string    `json:"who,omitempty"`
	Event   string    `json:"event"`             // what happened, in a word or two, for history
	Address string    `json:"address,omitempty"` // of the resource that changed

	Resource      *Resource `json:"resource,omitempty"`      // new value of the resource at Address
	Delete        bool      `json:"delete,omitempty"`        // removes the resource at Address
	Intent        *Intent   `json:"intent,omitempty"`        // opens or replaces an intent
	SettledIntent string    `json:"settledIntent,omitempty"` // id of the intent that this entry closes
	Outcome       string    `json:"outcome,omitempty"`       // done, refused, not-sent, unknown

	Log  bool        `json:"log,omitempty"`  // the event is kept in the history of Address
	Peer string      `json:"peer,omitempty"` // of a move: the other address
	Run  *Provenance `json:"run,omitempty"`  // with Log: who did it
}

// Apply changes the snapshot by one entry. It never fails: an entry that was
// accepted into the journal is applied as it is.
func (s *Snapshot) Apply(e Entry) {
	s.Serial = e.Serial
	if s.Resources == nil {
		s.Resources = map[string]Resource{}
	}
	if s.Intents == nil {
		s.Intents = map[string]Intent{}
	}
	s.remember(&e)
	if e.Delete {
		delete(s.Resources, e.Address)
	}
	if e.Resource != nil {
		s.Resources[e.Address] = *e.Resource
	}
	if e.SettledIntent != "" {
		delete(s.Intents, e.SettledIntent)
	}
	if e.Intent != nil {
		s.Intents[e.Intent.ID] = *e.Intent
	}
}
