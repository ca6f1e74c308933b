package spec

import (
	"cmp"
	"strings"
	"time"

	"github.com/kktctl/kktctl/spec/diag"
)

// OFDRuINN is the ИНН of OFD.ru. Registration with any other OFD costs
// RegistrationFee (document 004 §6).
const OFDRuINN = "7841465198"

// RegistrationFeeRoubles is taken from the partner's balance when a till is
// registered or re-registered with an OFD other than OFD.ru (document 004 §6).
const RegistrationFeeRoubles = 100

// Fleet is a whole fleet declaration after references were checked and
// defaults were applied. It is read-only once Load has returned it.
type Fleet struct {
	Name      string // names the state
	State     State  // where the state is kept
	Provider  Provider
	Signers   map[string]Signer
	Centres   map[string]Centre
	Companies map[string]Company
	KKTs      map[string]KKT // effective: defaults are in each till
	Orders    map[string]Order
	Checks    map[string]Check
	Policy    Policy
	Notify    []Notify // who is told how apply, resume and drift end
	// Defaults is what a till has that says nothing of its own: the file's
	// defaults over those of kktctl. It has no name.
	Defaults KKT

	// Hash is the SHA-256, in hex, of the names (relative to the fleet) and
	// contents of all files read.
	Hash string
	// Dir is the folder that relative paths of the fleet (file:, outbox) are
	// taken from.
	Dir string
}

// Provider says where the service is and with whose credentials it is used.
type Provider struct {
	Endpoint          string  // base URL, default https://ofd.ru
	RequestsPerSecond float64 // pacing of all calls; 0 means unlimited; default 2
	CABundle          Secret  // file: only; the zero Secret means the system's roots
	Partner           Partner
	Renta             Login
	CheckOnline       Ferma
	OrangeData        Ferma
}

// Partner holds the partner's own identity and credentials.
type Partner struct {
	INN      string
	APIKey   Secret
	Login    Secret
	Password Secret
	Pos      diag.Pos
}

// V1 tells whether the partner is used through the API v1 (document 000): with
// login and password, for there is no API key. A key wins over a login.
func (p Partner) V1() bool { return p.APIKey.IsZero() && !p.Login.IsZero() }

// Login is a login with its password (Renta, document 001).
type Login struct {
	Login    Secret
	Password Secret
	Pos      diag.Pos
}

// IsZero tells whether no login is declared.
func (l Login) IsZero() bool { return l.Login.IsZero() && l.Password.IsZero() }

// Ferma holds the address and key files of a Ferma service.
type Ferma struct {
	Endpoint    string
	Certificate Secret
	Key         Secret
	SigningKey  Secret
	Pos         diag.Pos
}

// SecretKind says where a Secret is kept.
type SecretKind string

// The places that a secret can be referred to.
const (
	SecretEnv  SecretKind = "env"
	SecretFile SecretKind = "file"
)

// Secret is a reference to a secret, never the secret itself: env:NAME or
// file:PATH.
type Secret struct {
	Kind SecretKind
	Name string // variable, or path relative to Fleet.Dir
	Pos  diag.Pos
}

// IsZero tells whether there is no reference.
func (s Secret) IsZero() bool { return s.Kind == "" && s.Name == "" }

// String gives the reference as it stands in the file; it is safe to print.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return string(s.Kind) + ":" + s.Name
}

// Signer says how documents are signed: by a program, or by people who find
// them in an outbox folder. Exactly one of Exec and Outbox is set.
type Signer struct {
	Exec   []string // program and arguments; {in} and {out} name files
	Outbox string   // folder, relative to Fleet.Dir
	// Detached asks for a detached CMS instead of an attached one; Decode has
	// the decoded document signed instead of the base64 text as received.
	// (wire.md: attached over the text is the reading to build; both are
	// options because the documents' samples disagree.)
	Detached bool
	Decode   bool
	Pos      diag.Pos
}

// Centre is a shopping centre that collects receipts through Renta.
type Centre struct {
	INN      string
	Receipts *CentreReceipts // nil: the receipts of its tills are not read
	Pos      diag.Pos
}

// CentreReceipts has the receipts of a centre's tills read for each plan.
type CentreReceipts struct {
	SilentAfter time.Duration // 0: as the policy says, or DefaultSilentAfter
	Pos         diag.Pos
}

// The bounds of silentAfter. A ФН whose documents are not handed over for 30
// days blocks: to be told later would be too late.
const (
	DefaultSilentAfter = 3 * 24 * time.Hour
	MinSilentAfter     = time.Hour
	MaxSilentAfter     = 30 * 24 * time.Hour
)

// ReceiptsOf tells whether the receipts of the till are read, and after what
// time without one it is reported as silent.
func (f *Fleet) ReceiptsOf(k KKT) (silentAfter time.Duration, ok bool) {
	c := f.Centres[k.Renta]
	if k.Renta == "" || c.Receipts == nil {
		return 0, false
	}
	return cmp.Or(c.Receipts.SilentAfter, f.Policy.SilentAfter, DefaultSilentAfter), true
}

// WatchesSilence tells whether the fleet wants to hear of silent tills.
func (f *Fleet) WatchesSilence() bool {
	for _, c := range f.Centres {
		if c.Receipts != nil {
			return true
		}
	}
	return f.Policy.SilentAfter > 0
}

// Company is a legal entity or an individual entrepreneur that owns tills.
type Company struct {
	INN             string // 10 digits for a legal entity, 12 for an entrepreneur
	KPP             string // empty for an entrepreneur
	OGRN            string // 13 digits, or ОГРНИП of 15
	Name            string
	Email           string
	Phone           string
	Signatory       Signatory
	PowerOfAttorney *PowerOfAttorney
	CreateCabinet   bool
	Pos             diag.Pos
}

// Entrepreneur tells whether the company is an individual entrepreneur (ИП).
func (c Company) Entrepreneur() bool { return len(c.INN) == 12 }

// Signatory is the owner of the electronic signature, as in its certificate
// (document 004 §7.3).
type Signatory struct {
	LastName  string
	GivenName string // with the patronymic
	Position  string
	Signer    string // key in Fleet.Signers
}

// PowerOfAttorney is a machine-readable one, МЧД (document 004 §7.1.1).
type PowerOfAttorney struct {
	Number string
	Date   string // YYYY-MM-DD
	ID     string
	Pos    diag.Pos // of the date
}

// FNType is the nominal lifetime of a ФН.
type FNType string

// The types that 004 table 10.2 knows.
const (
	FN15 FNType = "fn15"
	FN36 FNType = "fn36"
)

// FN is a fiscal drive.
type FN struct {
	Number string // 16 digits
	Type   FNType
}

// OFD is the operator that a till sends its documents to.
type OFD struct {
	INN  string
	Name string
}

// Registration is the way a till is registered with the tax service.
type Registration string

// The ways.
const (
	RegistrationFull       Registration = "full"
	RegistrationSimplified Registration = "simplified"
)

// LocalTimeLayout is the form of times printed by tills: no zone is given,
// and none is invented; they are sent as they were written.
const LocalTimeLayout = "2006-01-02T15:04:05"

// FiscalReport is what a person reads off a printed fiscal document.
type FiscalReport struct {
	At       string `json:"at"`       // LocalTimeLayout
	Document string `json:"document"` // number of the fiscal document
	Sign     string `json:"sign"`     // fiscal sign (ФПД), digits
}

// FNChange holds the papers for a change of the ФН.
type FNChange struct {
	Closed    *FiscalReport `json:"closed,omitempty"`
	Installed *FiscalReport `json:"installed,omitempty"`
}

// Complete tells whether both papers are there.
func (c *FNChange) Complete() bool { return c != nil && c.Closed != nil && c.Installed != nil }

// UnregisterReason is why a till is deregistered (document 004 §7.8).
type UnregisterReason string

// The reasons.
const (
	ReasonLost   UnregisterReason = "lost"
	ReasonStolen UnregisterReason = "stolen"
	ReasonBroken UnregisterReason = "broken"
)

// Code is a declared activation code: a literal, a reference, or auto. The
// zero Code means that the service is not managed.
type Code struct {
	Literal string // an activation code is printed on paper cards and may stand in the file
	Ref     Secret
	Auto    bool
	Pos     diag.Pos
}

// IsZero tells whether no code is declared.
func (c Code) IsZero() bool { return c.Literal == "" && c.Ref.IsZero() && !c.Auto }

// String tells what kind of code it is; a literal is never printed.
func (c Code) String() string {
	switch {
	case c.Auto:
		return "auto"
	case !c.Ref.IsZero():
		return c.Ref.String()
	case c.Literal != "":
		return "(a code)"
	}
	return ""
}

// AutomaticDevice is a vending machine that a till serves.
type AutomaticDevice struct {
	Number  string
	Address Address
	Place   string
}

// KKT is one till as declared, with defaults applied.
type KKT struct {
	Name             string // its key in the file
	Company          string // key in Fleet.Companies
	Model            string
	Serial           string // factory number; leading zeros are not significant when matching
	RNM              string // 16 digits, optional
	FN               FN
	Address          Address
	Place            string
	FFD              string   // "1.05", "1.1", "1.2"
	Usage            []string // sorted, see UsageNames
	Agents           []string // sorted, see AgentNames
	AutomaticDevices []AutomaticDevice
	OFD              OFD
	Tariff           string // expected tariff, lower case
	ActivationCode   Code
	Book             bool
	Renta            string // key in Fleet.Centres
	Registration     Registration
	Report           *FiscalReport
	FNChange         *FNChange
	Unregister       UnregisterReason // the tombstone; empty means that the till is wanted
	Ignore           []string         // attribute paths whose drift is not corrected, sorted
	// Labels are words of the owner's own to choose tills by; they cause no
	// step. Tills may share one map: it is not to be changed.
	Labels map[string]string
	// Protect: the till is neither deregistered nor removed from Renta. The
	// state keeps it: nil leaves it as it is, only false takes it away.
	Protect *bool
	Pos     diag.Pos
}

// Resource returns the till's address in plans, states and commands.
func (k KKT) Resource() string { return KKTAddress(k.Name) }

// The kinds of things that have an address, each with its dot.
const (
	kktPrefix     = "kkts."
	companyPrefix = "companies."
	orderPrefix   = "orders."
	checkPrefix   = "checks."
	receiptPrefix = "receipts."
)

// addressKinds are the prefixes that an address can have.
func addressKinds() []string {
	return []string{kktPrefix, companyPrefix, orderPrefix, checkPrefix, receiptPrefix}
}

// AddressOf completes what a person calls something: an address is taken as it
// is, and a name alone is a till's.
func AddressOf(s string) string {
	if addressKind(s) != "" {
		return s
	}
	return KKTAddress(s)
}

// NameOf returns the key in the fleet file that an address ends with.
func NameOf(address string) string { return strings.TrimPrefix(address, addressKind(address)) }

// SameKind tells whether two addresses are of things of one kind.
func SameKind(a, b string) bool { return addressKind(a) == addressKind(b) }

// KindOf is the section of the fleet file that an address is of: kkts,
// companies, orders, checks, or receipts; empty for what is no address.
func KindOf(address string) string { return strings.TrimSuffix(addressKind(address), ".") }

func addressKind(address string) string {
	for _, prefix := range addressKinds() {
		if strings.HasPrefix(address, prefix) {
			return prefix
		}
	}
	return ""
}

// KKTAddress returns the address of the till with the given key.
func KKTAddress(name string) string { return kktPrefix + name }

// IsKKTAddress tells whether the address is a till's.
func IsKKTAddress(address string) bool { return strings.HasPrefix(address, kktPrefix) }

// CompanyAddress returns the address of the company with the given key.
func CompanyAddress(name string) string { return companyPrefix + name }

// OrderAddress returns the address of the order with the given key.
func OrderAddress(name string) string { return orderPrefix + name }

// CheckAddress returns the address of the check with the given key.
func CheckAddress(name string) string { return checkPrefix + name }

// ReceiptAddress returns the address of the receipt with the given id.
func ReceiptAddress(id string) string { return receiptPrefix + id }

// Order declares Ferma tills to order (document 004 §5.2).
type Order struct {
	Company  string
	Quantity int
	Tariff   string
	FN       FNType
	Payment  string // bill, creditCard, sbp
	Pos      diag.Pos
}

// Check declares a test receipt that proves a cloud till.
type Check struct {
	Kind    string // KindCheckOnline, KindOrangeData
	Company string
	Expect  string // key in Fleet.KKTs
	// Receipt is what the service's document calls its request, but for what
	// identifies it; Written is the same as it stands in the file.
	Receipt map[string]any
	Written Written
	Return  bool
	Pos     diag.Pos
}

// Policy bounds what one plan may do.
type Policy struct {
	Prune         bool
	PruneReason   UnregisterReason
	MaxUnregister *int // nil means the default of 1
	MaxCost       *int // roubles; nil means no bound
	RenewBefore   time.Duration
	SilentAfter   time.Duration // 0: silent tills are not reported
	Prices        Prices
	Windows       Windows // in which irreversible calls may be made; none: always
	Rules         []Rule  // of the user's own, in the order of the file
	Pos           diag.Pos
}

// Prices are what the service charges where its documents name no price, in
// roubles; nil means not known.
type Prices struct {
	Simplified *int // of a simplified registration or re-registration (004 §7.2)
}

// UsageNames are the usage modes in the order of 004 table 10.2.
var usageNames = []string{
	"offline", "gambling", "lottery", "agent", "automatedDevice", "internet", "mobile", "banking",
	"excisableGoods", "formsForReports", "marking", "pawnShop", "insurance",
}

// UsageNames lists the usage modes of a till (004 table 10.2, UsageMode).
func UsageNames() []string { return append([]string(nil), usageNames...) }

var agentNames = []string{"agent", "payAgent", "bankPayAgent", "paySubAgent", "bankPaySubAgent", "commissioner", "represent"}

// AgentNames lists the agent signs of a till (004 table 10.2, AgentSettings).
func AgentNames() []string { return append([]string(nil), agentNames...) }
