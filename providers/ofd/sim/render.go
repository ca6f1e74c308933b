package sim

import "fmt"

// fnName is the only name of a ФН that the examples know.
const fnName = "Шифровальное (криптографическое) средство защиты фискальных данных фискальный накопитель «ФН-1.1» исполнение 2"

// wireApplication is the Data of 7.1 to 7.9.
type wireApplication struct {
	ID                   string `json:"Id"`
	CompanyDetails       wireCompany
	KktDetails           KKTDetails
	AutomaticDevices     []AutomaticDevice
	Status               string
	Stage                string
	CanDelete            bool
	FiscalDocuments      *[]struct{} `json:",omitempty"` // only re-registrations have them, empty
	Documents            []Document
	Purpose              string
	Gateway              string
	OfdAgreementID       string `json:"OfdAgreementId"`
	OfdAgreement         wireAgreement
	KktAgreementID       string `json:"KktAgreementId,omitempty"`
	StatusReason         string `json:",omitempty"`
	StatusChangeDateUtc  string
	CDateUtc             string
	UDateUtc             string
	UserAccountID        string       `json:"UserAccountId"`
	ResultDocs           *[]ResultDoc `json:",omitempty"`
	DownloadURI          string       `json:"DownloadUri"`
	CanBeAutomaticDevice bool
}

type wireCompany struct {
	CompanyType                     string `json:",omitempty"`
	Director                        Director
	FnsBranchCode                   string `json:",omitempty"`
	CreatedDate                     string
	UpdatedDate                     string
	LegalAddress                    Address
	Inn                             string
	Ogrn                            string `json:",omitempty"`
	Kpp                             string `json:",omitempty"`
	CompanyName                     string `json:",omitempty"`
	Signatory                       wireSignatory
	IsReceiptSendingEnable          bool
	IsPaymentAgent                  bool
	ShowEReceiptMainBanner          bool
	LockCreatingCompanyWithOtherKpp bool
}

type wireSignatory struct {
	Name                  string          `json:",omitempty"`
	Position              string          `json:",omitempty"`
	Email                 string          `json:",omitempty"`
	Phone                 string          `json:",omitempty"`
	IsRepresent           bool            `json:"IsRepresent"`
	RepresentativeDetails *Representative `json:",omitempty"`
}

type wireAgreement struct {
	PayPeriods                      map[string]string
	State                           string
	HasUnifiedOrPatentTaxation      bool
	IncorrectNdsCalculationKktExist bool
	ID                              string `json:"Id"`
	CreatedDate                     string
	UpdatedDate                     string
	Number                          string
	LegalAddress                    Address
	PostalAddress                   Address
	Inn                             string
	Ogrn                            string `json:",omitempty"`
	Kpp                             string `json:",omitempty"`
	CompanyName                     string
	Signatory                       wireSignatory
	IsNdsPayer                      bool
	ElectronicInvoicingType         string
	PaymentType                     string
	ProxyTestDiveAvailable          bool
	IsReceiptSendingEnable          bool
	IsPaymentAgent                  bool
	ShowEReceiptMainBanner          bool
	LockCreatingCompanyWithOtherKpp bool
}

// render gives an application as the examples show it.
func (c *core) render(a *Application) wireApplication {
	out := wireApplication{
		ID: a.ID, CompanyDetails: companyOf(a), KktDetails: kktOf(a), AutomaticDevices: a.AutomaticDevices,
		Status: a.Status, Stage: a.Stage, CanDelete: !a.Prepared, Documents: a.Documents, Purpose: a.Purpose,
		Gateway: c.w.Gateway, OfdAgreementID: a.Agreement, OfdAgreement: c.agreementOf(a), StatusReason: a.StatusReason,
		StatusChangeDateUtc: a.StatusChanged.String(), CDateUtc: a.Created.String(), UDateUtc: a.Updated.String(),
		UserAccountID: a.Account, CanBeAutomaticDevice: a.Signed,
		DownloadURI: fmt.Sprintf("https://dev.ofd.ru/document/KktRegistrationApplication?Id=%s&format=pdf", a.ID),
	}
	if out.AutomaticDevices == nil {
		out.AutomaticDevices = []AutomaticDevice{}
	}
	if out.Documents == nil {
		out.Documents = []Document{}
	}
	if a.Purpose == Reregistration {
		out.FiscalDocuments = &[]struct{}{}
	}
	if a.Signed || a.Simplified != nil {
		results := a.ResultDocs
		if results == nil {
			results = []ResultDoc{}
		}
		out.ResultDocs, out.KktAgreementID = &results, zeroUUID
	}
	return out
}

func companyOf(a *Application) wireCompany {
	d := a.Company
	out := wireCompany{
		CompanyType: d.CompanyType, FnsBranchCode: d.FnsBranchCode, CreatedDate: zeroDate, UpdatedDate: zeroDate,
		Inn: d.Inn, Ogrn: d.Ogrn, Kpp: d.Kpp, CompanyName: d.CompanyName,
		Signatory: wireSignatory{
			Name: d.Signatory.Name, Position: d.Signatory.Position, Email: d.Signatory.Email, Phone: d.Signatory.Phone,
			RepresentativeDetails: d.Signatory.RepresentativeDetails,
		},
	}
	if d.Director != nil {
		out.Director = *d.Director
	}
	if d.LegalAddress != nil {
		out.LegalAddress = *d.LegalAddress
	}
	if out.Signatory.RepresentativeDetails == nil {
		out.Signatory.RepresentativeDetails = &Representative{}
	}
	return out
}

// kktOf echoes the till. A draft's echo leaves the FFD version out (7.1), and
// a draft of a deregistration swaps the numbers of ФН and till and forgets
// where it stands (7.8.1).
func kktOf(a *Application) KKTDetails {
	k := a.KKT
	if k.FnName == "" && k.FnNumber != "" {
		k.FnName = fnName
	}
	if a.Prepared || a.Purpose == Reregistration {
		return k
	}
	k.FormatVersion = 0
	if a.Purpose == Unregistration {
		k.FnNumber, k.SerialNumber = k.SerialNumber, k.FnNumber
		k.InstallmentAddress, k.InstallmentPlace, k.UsageMode = Address{}, "", UsageMode{}
	}
	return k
}

func (c *core) agreementOf(a *Application) wireAgreement {
	out := wireAgreement{
		PayPeriods: map[string]string{"1": "EachMonth", "3": "EachQuarter", "12": "EachYear"},
		State:      "NotStarted", ID: a.Agreement, CreatedDate: a.Created.String(), UpdatedDate: a.Created.String(),
		Inn: a.Company.Inn, Kpp: a.Company.Kpp, IsNdsPayer: true, ElectronicInvoicingType: "None",
		PaymentType: "BalancePrePayment", ProxyTestDiveAvailable: true, LockCreatingCompanyWithOtherKpp: true,
	}
	if v := c.byINN[a.Company.Inn]; v != nil {
		out.Ogrn, out.CompanyName = v.OGRN, v.Name
		out.Number = fmt.Sprint(1_000_000_000 + a.KktID)
	}
	return out
}
