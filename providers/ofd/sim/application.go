package sim

// The purposes of an application (004 table 10).
const (
	InitialRegistration = "InitialRegistration"
	Reregistration      = "Reregistration"
	Unregistration      = "Unregistration"
)

// The stages of an application.
const (
	StageInitialization = "Initialization"
	StageFinalization   = "Finalization"
)

// The statuses of an application.
const (
	StatusNew                 = "New"
	StatusAwaitingDocuments   = "AwaitingDocuments"
	StatusAwaitingSignature   = "AwaitingSignature"
	StatusProcessingSigned    = "ProcessingSignedDocuments"
	StatusReadyToBeSent       = "ReadyToBeSentToFns"
	StatusSentToFns           = "SentToFns"
	StatusAutoFinalization    = "AwaitingAutoFinalization"
	StatusRejected            = "Rejected"
	StatusApproved            = "Approved"
	StatusUnknownError        = "UnknownError"
	documentUnsigned          = "Unsigned"
	documentSigned            = "Signed"
	documentKind              = "1110061" // of every document in the examples
	documentDescription       = "Заявление о регистрации (перерегистрации) контрольно-кассовой техники"
	zeroDate                  = "0001-01-01T00:00:00"
	zeroUUID                  = "00000000-0000-0000-0000-000000000000"
	registrationFeeRoubles    = 100
	contractMonths, lapseDays = 12, 3
)

// Application is an application to the tax service (004 §6.2.1).
type Application struct {
	ID               string            `json:"id"`
	Purpose          string            `json:"purpose"`
	Stage            string            `json:"stage"`
	Status           string            `json:"status"`
	StatusReason     string            `json:"statusReason,omitempty"`
	Company          CompanyDetails    `json:"company"`
	KKT              KKTDetails        `json:"kkt"`
	AutomaticDevices []AutomaticDevice `json:"automaticDevices,omitempty"`
	Documents        []Document        `json:"documents,omitempty"`
	ResultDocs       []ResultDoc       `json:"resultDocs,omitempty"`
	Agreement        string            `json:"agreement,omitempty"`
	Account          string            `json:"account,omitempty"`
	Created          Time              `json:"created,omitzero"`
	Updated          Time              `json:"updated,omitzero"`
	StatusChanged    Time              `json:"statusChanged,omitzero"`
	Signatory        Signatory         `json:"signatory,omitzero"` // given to prepareDocuments
	Prepared         bool              `json:"prepared,omitempty"`
	Signed           bool              `json:"signed,omitempty"`         // a document of it was sent in
	SignedIDs        []string          `json:"signedIds,omitempty"`      // of documents
	SignatureFault   string            `json:"signatureFault,omitempty"` // what VerifySignature said
	Finished         bool              `json:"finished,omitempty"`
	Ticks            int               `json:"ticks,omitempty"` // readings in the present status
	KktID            int               `json:"kktId,omitempty"` // the service's own number of the till
	Simplified       *Simplified       `json:"simplified,omitempty"`
}

// running tells whether the tax service holds the application.
func (a *Application) running() bool { return (a.Signed || a.Simplified != nil) && !a.Finished }

// CompanyDetails is table 10.1.
type CompanyDetails struct {
	CompanyType   string           `json:"CompanyType,omitempty"`
	Director      *Director        `json:"Director,omitempty"`
	FnsBranchCode string           `json:"FnsBranchCode,omitempty"`
	LegalAddress  *Address         `json:"LegalAddress,omitempty"`
	Inn           string           `json:"Inn"`
	Ogrn          string           `json:"Ogrn,omitempty"`
	Kpp           string           `json:"Kpp,omitempty"`
	CompanyName   string           `json:"CompanyName,omitempty"`
	TaxationType  any              `json:"TaxationType,omitempty"`
	Signatory     CompanySignatory `json:"Signatory,omitzero"`
}

// Director is the head of a company.
type Director struct {
	FirstName  string `json:"FirstName,omitempty"`
	LastName   string `json:"LastName,omitempty"`
	MiddleName string `json:"MiddleName,omitempty"`
}

// CompanySignatory is who signs, with a power of attorney if need be.
type CompanySignatory struct {
	Name                  string          `json:"Name,omitempty"`
	Position              string          `json:"Position,omitempty"`
	Email                 string          `json:"Email,omitempty"`
	Phone                 string          `json:"Phone,omitempty"`
	RepresentativeDetails *Representative `json:"RepresentativeDetails,omitempty"`
}

// Representative is a machine-readable power of attorney, МЧД (004 §7.1.1).
type Representative struct {
	Number       string `json:"Number,omitempty"`
	EvaluateDate string `json:"EvaluateDate,omitempty"`
	DocID        string `json:"DocId,omitempty"`
}

// Address has the fields of tables 10.1 to 10.3 together.
type Address struct {
	PostalCode  string `json:"PostalCode,omitempty"`
	RegionCode  string `json:"RegionCode,omitempty"`
	Region      string `json:"Region,omitempty"`
	District    string `json:"District,omitempty"`
	City        string `json:"City,omitempty"`
	Locality    string `json:"Locality,omitempty"`
	Settlement  string `json:"Settlement,omitempty"`
	Street      string `json:"Street,omitempty"`
	HouseNumber string `json:"HouseNumber,omitempty"`
	Building    string `json:"Building,omitempty"`
	Block       string `json:"Block,omitempty"`
	Office      string `json:"Office,omitempty"`
	Flat        string `json:"Flat,omitempty"`
	FiasCode    string `json:"FiasCode,omitempty"`
	FullAddress string `json:"FullAddress"`
}

// KKTDetails is table 10.2.
type KKTDetails struct {
	SerialNumber          string           `json:"SerialNumber"`
	RegNumber             string           `json:"RegNumber,omitempty"`
	OfdInn                string           `json:"OfdInn,omitempty"`
	OfdName               string           `json:"OfdName,omitempty"`
	FnNumber              string           `json:"FnNumber,omitempty"`
	FnName                string           `json:"FnName,omitempty"`
	FnType                int              `json:"FnType,omitempty"`
	Model                 string           `json:"Model,omitempty"`
	InstallmentAddress    Address          `json:"InstallmentAddress"`
	InstallmentPlace      string           `json:"InstallmentPlace,omitempty"`
	ReregistrationReasons *ReregReasons    `json:"ReregistrationReasons,omitempty"`
	UnregistrationReasons *UnregReasons    `json:"UnregistrationReasons,omitempty"`
	AgentSettings         *AgentSettings   `json:"AgentSettings,omitempty"`
	UsageMode             UsageMode        `json:"UsageMode"`
	FiscalDocumentData    RegistrationData `json:"FiscalDocumentData"`
	FnsBranchCode         string           `json:"FnsBranchCode,omitempty"`
	ClosedFnDetails       FNPaper          `json:"ClosedFnDetails"`
	InstalledFnDetails    FNPaper          `json:"InstalledFnDetails"`
	IsPrinterInAutomat    bool             `json:"IsPrinterInAutomat,omitempty"`
	IsEncryption          bool             `json:"IsEncryption,omitempty"`
	IsPaymentForService   bool             `json:"IsPaymentForService,omitempty"`
	FormatVersion         int              `json:"FormatVersion,omitempty"`
}

// ReregReasons are spelled as on the wire.
type ReregReasons struct {
	AutomatedDeviceChanged          bool `json:"AutomatedDeviceChanged"`
	FnChanged                       bool `json:"FnChanged"`
	InstallmentPlaceChanged         bool `json:"InstallmentPlaceChanged"`
	OfdChaged                       bool `json:"OfdChaged"`
	Other                           bool `json:"Other"`
	SwitchedFromOfflineToOnlineMode bool `json:"SwitchedFromOfflineToOnlineMode"`
	SwitchedFromOnlineToOfflineMode bool `json:"SwitchedFromOnlineToOfflineMode"`
	UserChanged                     bool `json:"UserChanged"`
}

// UnregReasons are why a till is deregistered.
type UnregReasons struct {
	Lost   bool `json:"Lost"`
	Stolen bool `json:"Stolen"`
	Broken bool `json:"Broken"`
}

// AgentSettings are the agent signs.
type AgentSettings struct {
	None            bool `json:"None,omitempty"`
	Agent           bool `json:"Agent,omitempty"`
	PayAgent        bool `json:"PayAgent,omitempty"`
	BankPayAgent    bool `json:"BankPayAgent,omitempty"`
	PaySubAgent     bool `json:"PaySubAgent,omitempty"`
	BankPaySubAgent bool `json:"BankPaySubAgent,omitempty"`
	Commissioner    bool `json:"Commissioner,omitempty"`
	Represent       bool `json:"Represent,omitempty"`
}

// UsageMode has the modes that every answer shows, and three that it shows
// only when they are set.
type UsageMode struct {
	Gambling        bool `json:"Gambling"`
	Lottery         bool `json:"Lottery"`
	Agent           bool `json:"Agent"`
	AutomatedDevice bool `json:"AutomatedDevice"`
	Internet        bool `json:"Internet"`
	Mobile          bool `json:"Mobile"`
	Banking         bool `json:"Banking"`
	ExcisableGoods  bool `json:"ExcisableGoods"`
	FormsForReports bool `json:"FormsForReports"`
	Marking         bool `json:"Marking"`
	Offline         bool `json:"Offline,omitempty"`
	PawnShop        bool `json:"PawnShop,omitempty"`
	Insurance       bool `json:"Insurance,omitempty"`
}

// RegistrationData is the report of registration as an application has it.
type RegistrationData struct {
	DateTime       string `json:"DateTime,omitempty"`
	DocumentNumber string `json:"DocumentNumber,omitempty"`
	Signature      string `json:"Signature,omitempty"` // fiscal sign
}

// FNPaper is the report of a closed or an installed ФН.
type FNPaper struct {
	FdDateTime string `json:"FdDateTime,omitempty"`
	FdNumber   string `json:"FdNumber,omitempty"`
	FpValue    string `json:"FpValue,omitempty"`
}

// AutomaticDevice is table 10.3.
type AutomaticDevice struct {
	InstallmentAddress Address `json:"InstallmentAddress"`
	InstallmentPlace   string  `json:"InstallmentPlace,omitempty"`
	DeviceNumber       string  `json:"DeviceNumber,omitempty"`
}

// Document is table 10.5. Content is gone once it is signed.
type Document struct {
	ID          string `json:"Id"`
	Kind        string `json:"Kind"`
	Content     string `json:"Content,omitempty"`
	Signature   string `json:"Signature"`
	Description string `json:"Description"`
	FileName    string `json:"FileName"`
}

// ResultDoc is table 10.6, with numbers where the table says strings.
type ResultDoc struct {
	KktID             int    `json:"KktId"`
	ReportTypeID      int    `json:"ReportTypeId"`
	DocType           string `json:"DocType"`
	ConversationUUID  string `json:"ConversationUuid"`
	ReportSizeInBytes int    `json:"ReportSizeInBytes"`
	FileType          string `json:"FileType"`
	DownloadURI       string `json:"DownloadUri"`
}

// Signatory is the owner of the electronic signature (004 §7.3).
type Signatory struct {
	LastName  string `json:"LastName,omitempty"`
	GivenName string `json:"GivenName,omitempty"`
	Position  string `json:"Position,omitempty"`
}
