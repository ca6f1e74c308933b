package sim

// WorldVersion is the version of the world files that this package writes.
const WorldVersion = 1

// What an empty world is filled with.
const (
	DefaultAPIKey        = "sandbox-api-key"
	DefaultPartnerINN    = "7709125605"
	DefaultBalance       = 1000
	DefaultRentaLogin    = "sandbox"
	DefaultRentaPassword = "sandbox"

	DefaultPartnerLogin    = "sandbox-partner"
	DefaultPartnerPassword = "sandbox-partner-password"

	DefaultCentreINN = "7802870820"
	DefaultOFDINN    = "7841465198"
	defaultOFDName   = "Общество с ограниченной ответственностью «ПЕТЕР-СЕРВИС Спецтехнологии»"
)

// World is everything that the simulated service knows. Only the interesting
// fields need a value; New fills the rest.
type World struct {
	Version int `json:"version"`
	// Seed makes the ids of this world: the same seed and the same calls give
	// the same ids.
	Seed int64 `json:"seed,omitempty"`
	// APIKeys are the keys of the partner API; "*" lets any key in.
	APIKeys []string `json:"apiKeys,omitempty"`
	// PartnerLogins are the passwords of the partner API v1 by login; the login
	// "*" and the password "*" match any.
	PartnerLogins map[string]string `json:"partnerLogins,omitempty"`
	// TokenCalls is how many calls a token of a login is good for, less than its
	// time; 0 means as many as fit into it.
	TokenCalls int `json:"tokenCalls,omitempty"`
	// RentaLogins are by login; the login "*" and the password "*" match any.
	RentaLogins map[string]RentaLogin `json:"rentaLogins,omitempty"`
	Partner     Partner               `json:"partner,omitzero"`
	// Booking is what a booking does to its code: BookingTakes (default),
	// BookingFree or BookingPays; BookStatus is how it is answered.
	Booking    string `json:"booking,omitempty"`
	BookStatus string `json:"bookStatus,omitempty"`

	Companies    []*Company     `json:"companies,omitempty"`
	Tills        []*Till        `json:"tills,omitempty"`
	Codes        []*Code        `json:"codes,omitempty"`
	PayStatuses  []*PayStatus   `json:"payStatuses,omitempty"`
	Bookings     []*Booking     `json:"bookings,omitempty"`
	Members      []*Member      `json:"members,omitempty"`
	Applications []*Application `json:"applications,omitempty"`
	// RentaReceipts are what tills have printed; RentaPeriodBy says which of
	// their times a period is of, PeriodByTill or PeriodByReception.
	RentaReceipts []*RentaReceipt `json:"rentaReceipts,omitempty"`
	RentaPeriodBy string          `json:"rentaPeriodBy,omitempty"`
	// DocumentName is what documents to sign are called, whatever that is, in
	// place of the tax service's names.
	DocumentName string `json:"documentName,omitempty"`
	// Cards are those of tills that registered themselves (004 §7.2).
	Cards    []*Card        `json:"cards,omitempty"`
	Cabinets []*Cabinet     `json:"cabinets,omitempty"`
	Orders   []*PlacedOrder `json:"orders,omitempty"`
	// Emails are those of users, besides the cabinets' own: they are taken.
	Emails  []string `json:"emails,omitempty"`
	Billing Billing  `json:"billing,omitzero"`
	// Orange is Orange Data, and OrangeReceipts what it was given.
	Orange         Orange           `json:"orange,omitzero"`
	OrangeReceipts []*OrangeReceipt `json:"orangeReceipts,omitempty"`
	// CheckOnline is Ferma CheckOnline, and CheckReceipts what it has printed.
	CheckOnline   CheckOnline     `json:"checkOnline,omitzero"`
	CheckReceipts []*CheckReceipt `json:"checkReceipts,omitempty"`
	// Reports are the printed reports of registration, by factory number
	// without leading zeros.
	Reports map[string]Report `json:"reports,omitempty"`

	Tax        Tax         `json:"tax,omitzero"`
	Device     Device      `json:"device,omitzero"`
	Rejections []Rejection `json:"rejections,omitempty"`
	// Gateway is what applications name as theirs: "EKkt", or "SuccessMock"
	// for one that reaches nobody.
	Gateway string `json:"gateway,omitempty"`
	// ClockOffset is how far the service's clock is ahead of the real one.
	ClockOffset Duration `json:"clockOffset,omitzero"`
	Sequence    Sequence `json:"sequence,omitzero"`
}

// RentaLogin is what a login of Renta opens.
type RentaLogin struct {
	Password string `json:"password"`
	Centre   string `json:"centre"` // INN of the shopping centre
}

// Partner is the partner that the API keys belong to.
type Partner struct {
	INN     string `json:"inn,omitempty"`
	Balance *int   `json:"balance,omitempty"` // roubles; nil means DefaultBalance
	// SimplifiedFee is taken for each simplified registration, in roubles.
	SimplifiedFee int `json:"simplifiedFee,omitempty"`
}

// Company is a client of the partner.
type Company struct {
	INN       string `json:"inn"`
	KPP       string `json:"kpp,omitempty"`
	OGRN      string `json:"ogrn,omitempty"`
	Name      string `json:"name,omitempty"`
	Email     string `json:"email,omitempty"`
	Phone     string `json:"phone,omitempty"`
	Agreement string `json:"agreement,omitempty"` // OfdAgreementId
	// Unknown says that the tax service does not know the company and rejects
	// its applications.
	Unknown bool `json:"unknown,omitempty"`
}

// Till is a till as the OFD and the tax service know it.
type Till struct {
	ID      string `json:"id,omitempty"`
	INN     string `json:"inn"`
	Serial  string `json:"serial"`
	RNM     string `json:"rnm,omitempty"` // empty means never registered
	FN      string `json:"fn,omitempty"`
	FNEnd   Time   `json:"fnEnd,omitzero"`
	Model   string `json:"model,omitempty"`
	Address string `json:"address,omitempty"`
	Place   string `json:"place,omitempty"`
	OFD     string `json:"ofd,omitempty"` // INN

	Tariff        string `json:"tariff,omitempty"` // Red, Yellow, Green, Blue, Orange
	ContractStart Time   `json:"contractStart,omitzero"`
	ContractEnd   Time   `json:"contractEnd,omitzero"`
	LastBuy       Time   `json:"lastBuy,omitzero"`
	Created       Time   `json:"created,omitzero"`
	LastDocument  Time   `json:"lastDocument,omitzero"` // zero means that it sent none yet

	// Documents is how many fiscal documents the till has printed.
	Documents     int  `json:"documents,omitempty"`
	FormatVersion int  `json:"formatVersion,omitempty"`
	Unregistered  bool `json:"unregistered,omitempty"` // with the tax service
	// Detached says that the till is not on the partner's list.
	Detached bool `json:"detached,omitempty"`
	// ForeignPartner says that another partner's code is on the till.
	ForeignPartner bool `json:"foreignPartner,omitempty"`
}

// Registered tells whether the till stands in the tax service's register.
func (t *Till) Registered() bool { return t.RNM != "" && !t.Unregistered }

// Code is an activation code of the partner.
type Code struct {
	ID      string `json:"id,omitempty"`
	Code    string `json:"code"`
	Service string `json:"service,omitempty"` // Ofd (default) or Ferma
	Tariff  string `json:"tariff,omitempty"`  // default Green
	Count   *int   `json:"count,omitempty"`   // what remains; default 1
	Status  string `json:"status,omitempty"`  // default Active
	Expires Time   `json:"expires,omitzero"`  // zero means a year from when the world began
	Foreign bool   `json:"foreign,omitempty"` // another partner's: not listed, not usable
}

// The statuses of a payment (004 table 3).
const (
	PayWaiting   = "WaitingActivation"
	PayPayed     = "Payed"
	PayCancelled = "Cancelled"
)

// PayStatus is one use of a code.
type PayStatus struct {
	At        Time   `json:"at"`
	INN       string `json:"inn"`
	RNM       string `json:"rnm"`
	Code      string `json:"code"`
	Status    string `json:"status"`
	Activated Time   `json:"activated,omitzero"`
}

// Member is a till whose receipts a shopping centre reads through Renta.
type Member struct {
	Centre  string `json:"centre,omitempty"` // INN; default is the only centre's
	INN     string `json:"inn"`              // of the tenant
	KPP     string `json:"kpp,omitempty"`
	Name    string `json:"name,omitempty"`
	Serial  string `json:"serial"`
	RNM     string `json:"rnm"`
	FN      string `json:"fn,omitempty"`
	Address string `json:"address,omitempty"`
	Place   string `json:"place,omitempty"`
	Off     Time   `json:"off,omitzero"` // from when it is a member no more
}

// The ways in which the tax service advances.
const (
	TaxPolls = "polls"
	TaxClock = "clock"
)

// Tax says how fast the tax service is.
type Tax struct {
	Mode  string   `json:"mode,omitempty"`  // TaxPolls (default) or TaxClock
	Polls int      `json:"polls,omitempty"` // GETs for each step, default 1
	Delay Duration `json:"delay,omitzero"`  // for each step by the clock, default 1h
	// DocumentPolls is how many GETs an application stays AwaitingDocuments
	// (by the clock: one Delay when it is not 0).
	DocumentPolls int `json:"documentPolls,omitempty"`
	// CheckReport has the tax service refuse a report of registration that is
	// not the printed one.
	CheckReport bool `json:"checkReport,omitempty"`
}

// Device says what tills do by themselves. A report of registration that was
// not printed automatically is printed when somebody asks for it.
type Device struct {
	AutoReport        bool `json:"autoReport,omitempty"`        // prints the report as soon as there is an РНМ
	AutoFirstDocument bool `json:"autoFirstDocument,omitempty"` // a till that is waited for sends a document after a poll
}

// Report is a printed report of registration.
type Report struct {
	At       string `json:"at"` // 2006-01-02T15:04:05, the till's own time
	Document string `json:"document"`
	Sign     string `json:"sign"` // fiscal sign
}

// Rejection makes the tax service refuse applications. Empty fields match all.
type Rejection struct {
	Application string `json:"application,omitempty"`
	Serial      string `json:"serial,omitempty"`
	INN         string `json:"inn,omitempty"`
	Purpose     string `json:"purpose,omitempty"`
	Stage       string `json:"stage,omitempty"`
	Reason      string `json:"reason,omitempty"`
	Document    bool   `json:"document,omitempty"` // shown by a *Rejection document, not by the status
	Unknown     bool   `json:"unknown,omitempty"`  // UnknownError instead of Rejected
	Times       int    `json:"times,omitempty"`    // 0 means always
}

// Sequence holds the counters that ids and numbers are made from.
type Sequence struct {
	UUID  int `json:"uuid,omitempty"`
	Token int `json:"token,omitempty"`
	RNM   int `json:"rnm,omitempty"`
	KktID int `json:"kktId,omitempty"`
}
