package renta

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// The requests, as 001 spells them.

type addWire struct {
	UserInn   string
	UserKpp   string `json:",omitempty"`
	UserOgrn  string
	UserEmail string
	KktList   []addKKTWire
}

type addKKTWire struct {
	KktNumber     string
	FnNumber      string
	KktRegNumber  string
	KktAddress    string // the example's KktAdress is only read
	KktPlace      string
	CurrentOfdInn string
}

func (r AddRequest) wire() addWire {
	return addWire{
		UserInn: r.INN, UserKpp: r.KPP, UserOgrn: r.OGRN, UserEmail: r.Email,
		KktList: []addKKTWire{{
			KktNumber: r.KKT.Serial, FnNumber: r.KKT.FN, KktRegNumber: r.KKT.RNM,
			KktAddress: r.KKT.Address, KktPlace: r.KKT.Place, CurrentOfdInn: r.KKT.CurrentOFDINN,
		}},
	}
}

// The answers. Names are matched without regard to case; both spellings of a
// misspelt one are read.

type entityWire struct {
	UserInn        httpapi.String
	UserKpp        httpapi.String
	UserName       httpapi.String
	KktRegistered  httpapi.Int
	KktRergistered httpapi.Int
	KktOnline      httpapi.Int
}

// innOf gives back the zero that an ИНН sent as a number has lost.
func innOf(w httpapi.String) string {
	if s := string(w); isDigits(s) && (len(s) == 9 || len(s) == 11) {
		return "0" + s
	}
	return string(w)
}

func (w entityWire) public() LegalEntity {
	return LegalEntity{
		INN: innOf(w.UserInn), KPP: string(w.UserKpp), Name: string(w.UserName),
		Registered: int(cmp.Or(w.KktRegistered, w.KktRergistered)), Online: int(w.KktOnline),
	}
}

type kktWire struct {
	UserInn         httpapi.String
	UserKpp         httpapi.String
	UserName        httpapi.String
	KktAddress      httpapi.String
	KktAdress       httpapi.String
	KktPlace        httpapi.String
	KktSerialNumber httpapi.String
	KktNumber       httpapi.String
	SerialNumber    httpapi.String
	KktRegNumber    httpapi.RNM
	FnNumber        httpapi.String
	CurrentOfdInn   httpapi.String
}

func (w kktWire) address() string { return string(cmp.Or(w.KktAddress, w.KktAdress)) }

func (w kktWire) serial() string {
	return string(cmp.Or(w.KktSerialNumber, w.KktNumber, w.SerialNumber))
}

func (w kktWire) public() KKT {
	return KKT{
		INN: innOf(w.UserInn), KPP: string(w.UserKpp), Company: string(w.UserName),
		Address: w.address(), Place: string(w.KktPlace), Serial: w.serial(),
		RNM: string(w.KktRegNumber), FN: string(w.FnNumber),
	}
}

func (w kktWire) added() AddKKT {
	return AddKKT{
		Serial: w.serial(), FN: string(w.FnNumber), RNM: string(w.KktRegNumber),
		Address: w.address(), Place: string(w.KktPlace), CurrentOFDINN: string(w.CurrentOfdInn),
	}
}

// checkKKTs refuses rows that name no till at all.
func checkKKTs(rows []kktWire) error {
	for i, row := range rows {
		if row.serial() == "" && row.KktRegNumber == "" {
			return fmt.Errorf("row %d names no till", i+1)
		}
	}
	return nil
}

// problemWire is an object as in 001, table 6, or a text as in 001's general
// failure.
type problemWire struct {
	ErrorCode    httpapi.String
	ErrorMessage httpapi.String
}

// UnmarshalJSON implements json.Unmarshaler.
func (w *problemWire) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] != '{' {
		return w.ErrorMessage.UnmarshalJSON(data)
	}
	type plain problemWire
	return json.Unmarshal(data, (*plain)(w))
}

func (w problemWire) public() *Problem {
	return &Problem{Code: httpapi.Clean(string(w.ErrorCode)), Message: httpapi.Clean(string(w.ErrorMessage))}
}

type addResultWire struct {
	UserInn httpapi.String
	KktList httpapi.List[kktWire]
	Errors  httpapi.List[problemWire]
}

// check wants the shape of 001: an echo or errors. An echo of another till
// says nothing about this one.
func (w *addResultWire) check(rnm string) error {
	if w.UserInn == "" && len(w.KktList) == 0 && len(w.Errors) == 0 {
		return errors.New("the answer has neither tills nor errors")
	}
	ours := func(k kktWire) bool { return k.KktRegNumber == "" || sameRNM(k.KktRegNumber, rnm) }
	if len(w.KktList) > 0 && !slices.ContainsFunc(w.KktList, ours) {
		return errOtherTill
	}
	return nil
}

var errOtherTill = errors.New("the answer is not about the till that was asked for")

// sameRNM compares without leading zeros, which are not significant: a number
// may have come back as one.
func sameRNM(got httpapi.RNM, want string) bool {
	return strings.TrimLeft(string(got), "0") == strings.TrimLeft(want, "0")
}

type removeResultWire struct {
	KktRegNumber httpapi.RNM
	Errors       httpapi.List[problemWire]
}

// check wants the till that was asked for, or errors.
func (w *removeResultWire) check(rnm string) error {
	if len(w.Errors) > 0 {
		return nil
	}
	if !sameRNM(w.KktRegNumber, rnm) {
		return errOtherTill
	}
	return nil
}
