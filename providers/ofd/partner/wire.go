package partner

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// The answers as they are on the wire. Names are matched without regard to
// case; a field with several names has one field for each.

type codeWire struct {
	ID             httpapi.String
	Code           httpapi.String
	Service        httpapi.String
	Tariff         httpapi.String
	TariffCount    httpapi.Int
	Status         httpapi.String
	ExpiredDateUtc httpapi.Time
}

func (w codeWire) public() Code {
	return Code{
		ID: string(w.ID), Code: string(w.Code), Service: string(w.Service), Tariff: string(w.Tariff),
		Remaining: int(w.TariffCount), Status: string(w.Status), Expires: w.ExpiredDateUtc.Time,
	}
}

// rnm reads the РНМ under the five names it has.
type rnmWire struct {
	Rnm          httpapi.RNM
	KktRegID     httpapi.RNM `json:"KktRegId"`
	KktRegNumber httpapi.RNM
	RegNumber    httpapi.RNM
}

func (w rnmWire) rnm() string {
	return string(cmp.Or(w.Rnm, w.KktRegID, w.KktRegNumber, w.RegNumber))
}

// serialWire reads the factory number under the three names it has.
type serialWire struct {
	SerialNumber    httpapi.String
	KktNumber       httpapi.String
	KktSerialNumber httpapi.String
}

func (w serialWire) serial() string {
	return string(cmp.Or(w.SerialNumber, w.KktNumber, w.KktSerialNumber))
}

type payStatusWire struct {
	rnmWire
	DateUtc           httpapi.Time
	Inn               httpapi.String
	ActivationCode    httpapi.String
	Status            httpapi.String
	ActivationDateUtc httpapi.Time
}

func (w payStatusWire) public() PayStatus {
	return PayStatus{
		At: w.DateUtc.Time, INN: string(w.Inn), RNM: w.rnm(),
		ActivationCode: string(w.ActivationCode), Status: string(w.Status),
		Activated: w.ActivationDateUtc.Time,
	}
}

type kktWire struct {
	rnmWire
	serialWire
	ID                      httpapi.String
	FnNumber                httpapi.String
	CreateDate              httpapi.Time
	LastDocOnKktDateTime    httpapi.Time
	LastDocOnOfdDateTimeUtc httpapi.Time
	FiscalAddress           httpapi.String
	FiscalPlace             httpapi.String
	KktModel                httpapi.String
	FnEndDate               httpapi.Time
	Tariff                  httpapi.String
	LastBuyDateUtc          httpapi.Time
	ContractStartDateUtc    httpapi.Time
	ContractEndDateUtc      httpapi.Time
}

func (w kktWire) public() KKT {
	return KKT{
		ID: string(w.ID), RNM: w.rnm(), Serial: w.serial(), FN: string(w.FnNumber),
		Created: w.CreateDate.Time, LastDocument: w.LastDocOnKktDateTime.Time,
		LastReceived: w.LastDocOnOfdDateTimeUtc.Time,
		Address:      string(w.FiscalAddress), Place: string(w.FiscalPlace), Model: string(w.KktModel),
		FNEnd: w.FnEndDate.Time, Tariff: string(w.Tariff), LastBuy: w.LastBuyDateUtc.Time,
		ContractStart: w.ContractStartDateUtc.Time, ContractEnd: w.ContractEndDateUtc.Time,
	}
}

// checkKKTs refuses rows that name no till at all.
func checkKKTs(rows []kktWire) error {
	for i, row := range rows {
		if row.rnm() == "" && row.serial() == "" {
			return fmt.Errorf("row %d names no till", i+1)
		}
	}
	return nil
}

type payWire struct {
	IsCompleted *httpapi.Bool
	IsWaiting   *httpapi.Bool
}

func (w payWire) public() PayResult {
	done := w.IsCompleted != nil && bool(*w.IsCompleted)
	return PayResult{Completed: done, Waiting: !done && w.IsWaiting != nil && bool(*w.IsWaiting)}
}

// check wants one of the two answers that the document knows.
func (w *payWire) check() error {
	if w.public() == (PayResult{}) {
		return errors.New("the answer says neither paid nor waiting")
	}
	return nil
}

type applicationWire struct {
	ID                  httpapi.String
	Purpose             httpapi.String
	Stage               httpapi.String
	Status              httpapi.String
	StatusReason        httpapi.String
	StatusChangeDateUtc httpapi.Time
	CDateUtc            httpapi.Time
	UDateUtc            httpapi.Time
	Gateway             httpapi.String
	CanDelete           httpapi.Bool
	OfdAgreementID      httpapi.String `json:"OfdAgreementId"`
	UserAccountID       httpapi.String `json:"UserAccountId"`
	DownloadURI         httpapi.String `json:"DownloadUri"`
	CompanyDetails      companyWire
	KktDetails          kktDetailsWire
	Documents           httpapi.List[documentWire]
	ResultDocs          httpapi.List[resultDocWire]
}

type companyWire struct {
	Inn httpapi.String
	Kpp httpapi.String
}

type kktDetailsWire struct {
	rnmWire
	serialWire
	FnNumber              httpapi.String
	OfdInn                httpapi.String
	OfdName               httpapi.String // Ofdname too: case does not matter
	ReregistrationReasons struct {
		OfdChaged  httpapi.Bool
		OfdChanged httpapi.Bool
	}
	FiscalDocumentData struct {
		DateTime       httpapi.String
		DocumentNumber httpapi.String
		Signature      httpapi.String
	}
}

type documentWire struct {
	ID          httpapi.String
	Kind        httpapi.String
	Content     httpapi.String
	Signature   httpapi.String
	Description httpapi.String
	FileName    httpapi.String
}

type resultDocWire struct {
	KktID             httpapi.String `json:"KktId"`
	ReportTypeID      httpapi.String `json:"ReportTypeId"`
	DocType           httpapi.String
	ReportSizeInBytes httpapi.Int
	FileType          httpapi.String
	DownloadURI       httpapi.String `json:"DownloadUri"`
}

func (w *applicationWire) public() Application {
	till, report := w.KktDetails, w.KktDetails.FiscalDocumentData
	return Application{
		ID: string(w.ID), Purpose: string(w.Purpose), Stage: string(w.Stage), Status: string(w.Status),
		StatusReason: string(w.StatusReason), StatusChanged: w.StatusChangeDateUtc.Time,
		Created: w.CDateUtc.Time, Updated: w.UDateUtc.Time, Gateway: string(w.Gateway),
		CanDelete: bool(w.CanDelete), OFDAgreementID: string(w.OfdAgreementID),
		UserAccountID: string(w.UserAccountID), DownloadURI: httpapi.Redact(string(w.DownloadURI)),
		INN: string(w.CompanyDetails.Inn), KPP: string(w.CompanyDetails.Kpp),
		RegNumber: till.rnm(), Serial: till.serial(), FN: string(till.FnNumber),
		OFDINN: string(till.OfdInn), OFDName: string(till.OfdName),
		OFDChange: bool(till.ReregistrationReasons.OfdChaged || till.ReregistrationReasons.OfdChanged),
		Report: FiscalDocumentData{
			DateTime: string(report.DateTime), DocumentNumber: string(report.DocumentNumber),
			Signature: string(report.Signature),
		},
		Documents:  httpapi.Convert(w.Documents, documentWire.public),
		ResultDocs: httpapi.Convert(w.ResultDocs, resultDocWire.public),
	}
}

func (w documentWire) public() Document {
	return Document{
		ID: string(w.ID), Kind: string(w.Kind), Content: string(w.Content), Signature: string(w.Signature),
		Description: string(w.Description), FileName: string(w.FileName),
	}
}

func (w resultDocWire) public() ResultDoc {
	return ResultDoc{
		KKTID: string(w.KktID), ReportTypeID: string(w.ReportTypeID), DocType: string(w.DocType),
		FileType: string(w.FileType), Size: int(w.ReportSizeInBytes), DownloadURI: httpapi.Redact(string(w.DownloadURI)),
	}
}

// checkID refuses an answer about another application.
func (w *applicationWire) checkID(asked string) error {
	if err := checkID("application", string(w.ID)); err != nil {
		return err
	}
	if !strings.EqualFold(string(w.ID), asked) {
		return fmt.Errorf("the answer is about the application %s, not %s", w.ID, asked)
	}
	return nil
}
