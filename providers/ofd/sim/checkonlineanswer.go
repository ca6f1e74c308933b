package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// checkReply is table 2 of document 002, spelled as in its example: the code
// of the service comes twice.
type checkReply struct {
	Fceerror                 int     `json:"fceerror"`
	Requestid                string  `json:"Requestid"`
	Clientid                 *string `json:"Clientid"`
	Device                   *checkDevice
	Path                     string
	Response                 *checkResponse
	FiscalDocNumber          int                  `json:",omitempty"`
	DocNumber                int                  `json:",omitempty"`
	Date                     *checkDate           `json:",omitempty"`
	GrandTotal               int64                `json:",omitempty"`
	FiscalSign               json.Number          `json:",omitempty"`
	DocumentType             *int                 `json:",omitempty"`
	QR                       string               `json:",omitempty"`
	FNSerialNumber           string               `json:",omitempty"`
	DeviceSerialNumber       string               `json:",omitempty"`
	DeviceRegistrationNumber string               `json:",omitempty"`
	Responses                []checkBatchResponse `json:",omitempty"` // of FullResponse
	FCEError                 int
	ErrorDescription         *string
	Fatal                    bool
	HTTPStatus               int
}

type checkDevice struct{ Name, Address string }

type checkResponse struct {
	Error         int
	ErrorMessages []string
}

type checkBatchResponse struct {
	Path     string
	Response *checkResponse
}

type checkDate struct {
	Date struct{ Day, Month, Year int }
	Time struct{ Hour, Minute, Second int }
}

const checkPath = "/fr/api/v2/Complex"

// perShift is how many documents a simulated till prints in a shift.
const perShift = 100

// checkAnswer shows a printed receipt.
func checkAnswer(r *CheckReceipt) reply {
	a := checkReply{
		Requestid: r.Request, Clientid: orNull(r.Client), Path: checkPath, Response: &checkResponse{}, HTTPStatus: http.StatusOK,
		Device: &checkDevice{leftPad(r.Serial, 20), "172.16.13.213:4444"},
	}
	if r.Full {
		for _, path := range []string{"/fr/api/v2/OpenDocument", "/fr/api/v2/AddLineToDocument", "/fr/api/v2/CloseDocument"} {
			a.Responses = append(a.Responses, checkBatchResponse{path, &checkResponse{}})
		}
		return jsonReply(http.StatusOK, a)
	}
	at := r.At.In(moscow())
	a.FiscalDocNumber, a.DocNumber, a.GrandTotal = r.Number, 1+r.Number%perShift, r.Total
	a.FiscalSign, a.DocumentType = json.Number(r.Sign), &r.Type
	a.FNSerialNumber, a.DeviceSerialNumber, a.DeviceRegistrationNumber = r.FN, leftPad(r.Serial, 20), r.RNM
	a.Date = &checkDate{}
	a.Date.Date.Day, a.Date.Date.Month, a.Date.Date.Year = at.Day(), int(at.Month()), at.Year()%100
	a.Date.Time.Hour, a.Date.Time.Minute, a.Date.Time.Second = at.Hour(), at.Minute(), at.Second()
	a.QR = fmt.Sprintf("t=%s&s=%d.%02d&fn=%s&i=%d&fp=%s&n=%d",
		at.Format("20060102T1504"), r.Total/100, r.Total%100, r.FN, r.Number, r.Sign, operationOf(r.Type))
	return jsonReply(http.StatusOK, a)
}

// operationOf gives tag 1054 as QR codes have it: 1 income, 2 income return,
// 3 expense, 4 expense return.
func operationOf(documentType int) int { return [...]int{1, 3, 2, 4}[documentType] }

// checkFailure shows an error. One of the service comes with HTTP 500.
func checkFailure(body checkRequest, f CheckFailure) reply {
	a := checkReply{
		Fceerror: f.Service, FCEError: f.Service, Requestid: body.RequestID, Clientid: orNull(body.ClientID),
		Path: checkPath, ErrorDescription: orNull(f.Description), Fatal: f.Fatal, HTTPStatus: http.StatusOK,
	}
	if f.Device != 0 {
		a.Response = &checkResponse{Error: f.Device, ErrorMessages: []string{f.Description}}
	}
	if f.Service != 0 {
		a.HTTPStatus = http.StatusInternalServerError
	}
	return jsonReply(a.HTTPStatus, a)
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
