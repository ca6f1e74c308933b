package partner

import (
	"slices"
	"strings"
	"time"
)

// The stages of an application (004 table 10).
const (
	StageInitialization = "Initialization"
	StageFinalization   = "Finalization"
)

// The statuses of an application (004 table 10).
const (
	StatusNew                       = "New"
	StatusAwaitingDocuments         = "AwaitingDocuments"
	StatusAwaitingSignature         = "AwaitingSignature"
	StatusProcessingSignedDocuments = "ProcessingSignedDocuments"
	StatusReadyToBeSentToFNS        = "ReadyToBeSentToFns"
	StatusSentToFNS                 = "SentToFns"
	StatusAwaitingAutoFinalization  = "AwaitingAutoFinalization"
	StatusRejected                  = "Rejected"
	StatusApproved                  = "Approved"
	StatusDownloadingDocuments      = "DownloadingDocuments"
	StatusUnknownError              = "UnknownError"
)

// The kinds of result documents (004 table 10.6).
const (
	ResultRNM            = "RnmReport"
	ResultRegistration   = "RegReport"
	ResultReregistration = "ReRegReport"
	ResultUnregistration = "UnReg"
	ResultRNMRejection   = "RnmRejection"
	ResultRegRejection   = "RegRejection"
	ResultReregRejection = "ReRegRejection"
	ResultUnregRejection = "UnRegRejection"
	ResultUnknown        = "UnKnown"
)

// Words of answers that only this package looks at.
const (
	gatewayMock     = "SuccessMock"
	rejectionSuffix = "Rejection"
	markSigned      = "Signed" // Unsigned before that
)

// Application is an application to the tax service as answered (004 §7.5).
// Its echo of the till must not be taken for a change of the till: 7.8.1
// swaps numbers.
type Application struct {
	ID             string
	Purpose        string
	Stage          string
	Status         string
	StatusReason   string    // whole, as received
	StatusChanged  time.Time // UTC
	Created        time.Time // UTC
	Updated        time.Time // UTC
	Gateway        string
	CanDelete      bool
	OFDAgreementID string // of the company; answers a forgotten cabinet
	UserAccountID  string

	INN       string
	KPP       string
	RegNumber string // РНМ, once assigned
	Serial    string
	FN        string
	OFDINN    string
	OFDName   string
	OFDChange bool // OfdChaged or OfdChanged among the reasons
	Report    FiscalDocumentData

	Documents   []Document
	ResultDocs  []ResultDoc
	DownloadURI string // hostile; an AuthToken in it is redacted
}

// Document is one to be signed (004 table 10.5).
type Document struct {
	ID          string
	Kind        string // the same for all in the examples: see Class
	Content     string // base64 text as received; gone once signed
	Signature   string // Signed or Unsigned
	Description string
	FileName    string
}

// ResultDoc is an answer of the tax service (004 table 10.6).
type ResultDoc struct {
	KKTID        string
	ReportTypeID string
	DocType      string
	FileType     string
	Size         int    // bytes
	DownloadURI  string // hostile; an AuthToken in it is redacted
}

// DocumentClass is what a document is, by its file name.
type DocumentClass string

// The classes.
const (
	ClassRegistration   DocumentClass = "registration"   // KO_ZVLREGKKT: registration and re-registration
	ClassReport         DocumentClass = "report"         // KO_OTCHREGKKT: report of registration
	ClassUnregistration DocumentClass = "unregistration" // KO_ZVLSNUCHKKT
	ClassUnknown        DocumentClass = "unknown"
)

// Class classifies a document by its file name: the Kind of all is the same.
func (d Document) Class() DocumentClass {
	name := strings.ToUpper(d.FileName)
	switch {
	case strings.HasPrefix(name, "KO_ZVLREGKKT"):
		return ClassRegistration
	case strings.HasPrefix(name, "KO_OTCHREGKKT"):
		return ClassReport
	case strings.HasPrefix(name, "KO_ZVLSNUCHKKT"):
		return ClassUnregistration
	}
	return ClassUnknown
}

// Signed tells whether the service marks the document as signed.
func (d Document) Signed() bool { return strings.EqualFold(d.Signature, markSigned) }

// Unsigned tells whether the document can be signed now: it is not marked as
// signed and has content.
func (d Document) Unsigned() bool { return !d.Signed() && d.Content != "" }

// UnsignedDocument gives the document that waits for a signature. There is
// none when several do: that is not in the documents, and a person must look.
func (a Application) UnsignedDocument() (*Document, bool) {
	var found *Document
	for i := range a.Documents {
		if !a.Documents[i].Unsigned() {
			continue
		}
		if found != nil {
			return nil, false
		}
		found = &a.Documents[i]
	}
	return found, found != nil
}

// Signed tells whether the document of that id is marked as signed, which
// proves that a signature arrived.
func (a Application) Signed(documentID string) bool {
	return slices.ContainsFunc(a.Documents, func(d Document) bool {
		return strings.EqualFold(d.ID, documentID) && d.Signed()
	})
}

// Finished tells whether the tax service has done what was asked: the status
// is Approved, or the terminal result document is there. The examples end in
// three ways (7.6.4, 7.7.4, 7.8.4). RnmReport alone is not the end.
func (a Application) Finished() bool {
	if a.Status == StatusRejected {
		return false
	}
	return a.Status == StatusApproved || slices.ContainsFunc(a.ResultDocs, func(d ResultDoc) bool {
		return a.terminal(d.DocType)
	})
}

// terminal tells whether a result document ends an application of this
// purpose; without a purpose any terminal one does.
func (a Application) terminal(docType string) bool {
	switch docType {
	case ResultRegistration:
		return a.isOrUnsaid(PurposeRegistration)
	case ResultReregistration:
		return a.isOrUnsaid(PurposeReregistration)
	case ResultUnregistration:
		return a.isOrUnsaid(PurposeUnregistration)
	}
	return false
}

func (a Application) isOrUnsaid(purpose string) bool {
	return a.Purpose == "" || a.Purpose == purpose
}

// Refused tells whether the tax service refused, and why, in its own words
// and whole.
func (a Application) Refused() (reason string, ok bool) {
	if a.Finished() {
		return "", false
	}
	rejection := slices.IndexFunc(a.ResultDocs, func(d ResultDoc) bool {
		return strings.HasSuffix(d.DocType, rejectionSuffix)
	})
	switch {
	case a.Status != StatusRejected && rejection < 0:
		return "", false
	case a.StatusReason != "":
		return a.StatusReason, true
	case rejection >= 0:
		return a.ResultDocs[rejection].DocType, true
	}
	return a.Status, true
}

// Mock tells whether the application went to a mock: nothing reached the tax
// service.
func (a Application) Mock() bool { return strings.EqualFold(a.Gateway, gatewayMock) }

// AwaitsReport tells whether the РНМ is assigned and the report of
// registration is wanted next (004 §7.6).
func (a Application) AwaitsReport() bool {
	return a.Stage == StageFinalization && a.Status == StatusNew && a.RegNumber != "" &&
		a.isOrUnsaid(PurposeRegistration)
}
