package partner

import "encoding/json"

// The purposes of an application (004 table 10).
const (
	PurposeRegistration   = "InitialRegistration"
	PurposeReregistration = "Reregistration"
	PurposeUnregistration = "Unregistration"
)

// ApplicationRequest creates or changes an application (004 §6.2.1, §7.1,
// §7.6.1, §7.9). Its JSON has the documents' own spelling.
type ApplicationRequest struct {
	Purpose          string            `json:"Purpose,omitempty"` // not in a PUT
	CompanyDetails   *CompanyDetails   `json:"CompanyDetails,omitempty"`
	KKTDetails       *KKTDetails       `json:"KktDetails,omitempty"`
	AutomaticDevices []AutomaticDevice `json:"AutomaticDevices,omitzero"` // empty but not nil: there are none any more
}

// CompanyDetails names the company (004 table 10.1).
type CompanyDetails struct {
	INN       string            `json:"Inn"`
	KPP       string            `json:"Kpp,omitempty"` // none for an entrepreneur
	Signatory *CompanySignatory `json:"Signatory,omitempty"`
}

// CompanySignatory holds the power of attorney where the example of 004 §7.1.1
// has it.
type CompanySignatory struct {
	Representative *RepresentativeDetails `json:"RepresentativeDetails,omitempty"`
}

// RepresentativeDetails is a machine-readable power of attorney, МЧД.
type RepresentativeDetails struct {
	Number string `json:"Number"`
	Date   string `json:"EvaluateDate"` // YYYY-MM-DD
	ID     string `json:"DocId"`
}

// KKTDetails describes the till (004 table 10.2).
type KKTDetails struct {
	Serial                string                 `json:"SerialNumber,omitempty"`
	RegNumber             string                 `json:"RegNumber,omitempty"` // РНМ
	OFDINN                string                 `json:"OfdInn,omitempty"`
	OFDName               string                 `json:"OfdName,omitempty"`
	FN                    string                 `json:"FnNumber,omitempty"`
	FNName                string                 `json:"FnName,omitempty"`
	FNType                FNType                 `json:"FnType,omitempty"`
	Model                 string                 `json:"Model,omitempty"`
	Address               *Address               `json:"InstallmentAddress,omitempty"`
	Place                 string                 `json:"InstallmentPlace,omitempty"`
	UsageMode             *UsageMode             `json:"UsageMode,omitempty"`
	AgentSettings         *AgentSettings         `json:"AgentSettings,omitempty"`
	FormatVersion         FormatVersion          `json:"FormatVersion,omitempty"`
	ReregistrationReasons *ReregistrationReasons `json:"ReregistrationReasons,omitempty"`
	UnregistrationReasons *UnregistrationReasons `json:"UnregistrationReasons,omitempty"`
	Report                *FiscalDocumentData    `json:"FiscalDocumentData,omitempty"`
	ClosedFN              *FNDetails             `json:"ClosedFnDetails,omitempty"`
	InstalledFN           *FNDetails             `json:"InstalledFnDetails,omitempty"`
}

// FNType is the nominal lifetime of a ФН (004 table 10.2).
type FNType int

// The types.
const (
	FN15 FNType = 1
	FN36 FNType = 2
)

// FormatVersion is the version of fiscal documents (004 table 10.2); creation
// takes 2 to 4.
type FormatVersion int

// The versions.
const (
	FFD105 FormatVersion = 2
	FFD11  FormatVersion = 3
	FFD12  FormatVersion = 4
)

// Address is where a till or an automatic device stands. Often FullAddress
// alone is given.
type Address struct {
	PostalCode  string `json:"PostalCode,omitempty"`
	RegionCode  string `json:"RegionCode,omitempty"`
	Region      string `json:"Region,omitempty"`
	Settlement  string `json:"Settlement,omitempty"`
	Street      string `json:"Street,omitempty"`
	HouseNumber string `json:"HouseNumber,omitempty"`
	Building    string `json:"Building,omitempty"`
	Office      string `json:"Office,omitempty"`
	FIAS        string `json:"FiasCode,omitempty"`
	FullAddress string `json:"FullAddress,omitempty"`

	whole bool
}

// MarshalJSON implements json.Marshaler. In a PUT, which merges, the parts
// that an address has not got are said: those of another address would stay.
func (a Address) MarshalJSON() ([]byte, error) {
	type plain Address
	if !a.whole {
		return json.Marshal(plain(a))
	}
	return json.Marshal(map[string]string{
		"PostalCode": a.PostalCode, "RegionCode": a.RegionCode, "Region": a.Region, "Settlement": a.Settlement,
		"Street": a.Street, "HouseNumber": a.HouseNumber, "Building": a.Building, "Office": a.Office,
		"FiasCode": a.FIAS, "FullAddress": a.FullAddress,
	})
}

// UsageMode says what a till is used for (004 table 10.2). The last four are
// left out when they are false, as the examples leave out Marking, but not in
// a PUT, which merges and could not switch them off otherwise.
type UsageMode struct {
	Internet        bool `json:"Internet"`
	Gambling        bool `json:"Gambling"`
	Lottery         bool `json:"Lottery"`
	Agent           bool `json:"Agent"`
	AutomatedDevice bool `json:"AutomatedDevice"`
	Mobile          bool `json:"Mobile"`
	Banking         bool `json:"Banking"`
	ExcisableGoods  bool `json:"ExcisableGoods"`
	FormsForReports bool `json:"FormsForReports"`
	Offline         bool `json:"Offline,omitempty"`
	Marking         bool `json:"Marking,omitempty"`
	PawnShop        bool `json:"PawnShop,omitempty"`
	Insurance       bool `json:"Insurance,omitempty"`

	whole bool
}

// MarshalJSON implements json.Marshaler.
func (u UsageMode) MarshalJSON() ([]byte, error) {
	type plain UsageMode
	if !u.whole {
		return json.Marshal(plain(u))
	}
	return json.Marshal(struct {
		plain
		Offline, Marking, PawnShop, Insurance bool
	}{plain(u), u.Offline, u.Marking, u.PawnShop, u.Insurance})
}

// AgentSettings are the kinds of agent that a till serves (004 table 10.2).
// None says that there are none.
type AgentSettings struct {
	None            bool `json:"None"`
	Agent           bool `json:"Agent"`
	PayAgent        bool `json:"PayAgent"`
	BankPayAgent    bool `json:"BankPayAgent"`
	PaySubAgent     bool `json:"PaySubAgent"`
	BankPaySubAgent bool `json:"BankPaySubAgent"`
	Commissioner    bool `json:"Commissioner"`
	Represent       bool `json:"Represent"`
}

// ReregistrationReasons say why a till is re-registered (004 table 10.2). The
// change of the OFD is spelled OfdChaged on the wire. All are written in a
// PUT, which merges.
type ReregistrationReasons struct {
	AutomatedDeviceChanged          bool `json:"AutomatedDeviceChanged,omitempty"`
	FNChanged                       bool `json:"FnChanged,omitempty"`
	InstallmentPlaceChanged         bool `json:"InstallmentPlaceChanged,omitempty"`
	OFDChanged                      bool `json:"OfdChaged,omitempty"`
	Other                           bool `json:"Other,omitempty"`
	SwitchedFromOfflineToOnlineMode bool `json:"SwitchedFromOfflineToOnlineMode,omitempty"`
	SwitchedFromOnlineToOfflineMode bool `json:"SwitchedFromOnlineToOfflineMode,omitempty"`
	UserChanged                     bool `json:"UserChanged,omitempty"`

	whole bool
}

// MarshalJSON implements json.Marshaler.
func (r ReregistrationReasons) MarshalJSON() ([]byte, error) {
	type plain ReregistrationReasons
	if !r.whole {
		return json.Marshal(plain(r))
	}
	return json.Marshal(map[string]bool{
		"AutomatedDeviceChanged":          r.AutomatedDeviceChanged,
		"FnChanged":                       r.FNChanged,
		"InstallmentPlaceChanged":         r.InstallmentPlaceChanged,
		"OfdChaged":                       r.OFDChanged,
		"Other":                           r.Other,
		"SwitchedFromOfflineToOnlineMode": r.SwitchedFromOfflineToOnlineMode,
		"SwitchedFromOnlineToOfflineMode": r.SwitchedFromOnlineToOfflineMode,
		"UserChanged":                     r.UserChanged,
	})
}

// UnregistrationReasons say why a till is deregistered (004 table 10.2):
// exactly one is set.
type UnregistrationReasons struct {
	Lost   bool `json:"Lost,omitempty"`
	Stolen bool `json:"Stolen,omitempty"`
	Broken bool `json:"Broken,omitempty"`
}

// FiscalDocumentData is the printed report of registration (004 §7.6.1).
type FiscalDocumentData struct {
	DateTime       string `json:"DateTime"` // 2006-01-02T15:04:05 as printed, without a zone
	DocumentNumber string `json:"DocumentNumber"`
	Signature      string `json:"Signature"` // the fiscal sign (ФПД), not an electronic signature
}

// FNDetails is the printed report of closing or of installing a ФН
// (004 §7.7.1).
type FNDetails struct {
	DateTime string `json:"FdDateTime"` // 2006-01-02T15:04:05 as printed, without a zone
	Document string `json:"FdNumber"`
	Sign     string `json:"FpValue"`
}

// AutomaticDevice is a device that the till serves (004 table 10.3).
type AutomaticDevice struct {
	Address *Address `json:"InstallmentAddress,omitempty"`
	Place   string   `json:"InstallmentPlace,omitempty"`
	Number  string   `json:"DeviceNumber"`
}
