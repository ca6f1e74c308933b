package sim

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// orangeCorrectionContent is a correction (003 table 3). The table calls sums
// strings; the example has numbers. Either is read.
type orangeCorrectionContent struct {
	FFDVersion          *int        `json:"ffdVersion"`
	CorrectionType      scalarText  `json:"correctionType"`
	Type                int         `json:"type"`
	CauseDocumentDate   string      `json:"causeDocumentDate"`
	CauseDocumentNumber string      `json:"causeDocumentNumber"`
	TotalSum            json.Number `json:"totalSum"`
	CashSum             json.Number `json:"cashSum"`
	ECashSum            json.Number `json:"eCashSum"`
	PrepaymentSum       json.Number `json:"prepaymentSum"`
	PostpaymentSum      json.Number `json:"postpaymentSum"`
	OtherPaymentTypeSum json.Number `json:"otherPaymentTypeSum"`
	Tax1Sum             json.Number `json:"tax1Sum"`
	Tax2Sum             json.Number `json:"tax2Sum"`
	Tax3Sum             json.Number `json:"tax3Sum"`
	Tax4Sum             json.Number `json:"tax4Sum"`
	Tax5Sum             json.Number `json:"tax5Sum"`
	Tax6Sum             json.Number `json:"tax6Sum"`
	TaxationSystem      *int        `json:"taxationSystem"`
	AutomatNumber       string      `json:"automatNumber"`
	SettlementAddress   string      `json:"settlementAddress"`
	SettlementPlace     string      `json:"settlementPlace"`
}

func (o *orangeCorrectionContent) problems() (all []string) {
	add := func(what string) { all = append(all, what) }
	if o.FFDVersion != nil && *o.FFDVersion != 2 {
		add("Версия ФФД " + strconv.Itoa(*o.FFDVersion) + " не поддерживается")
	}
	switch strings.ToUpper(string(o.CorrectionType)) {
	case "0", "1", "SELF", "INSTRUCTION":
	default:
		add("Некорректный тип коррекции 'CorrectionType'")
	}
	if !among(o.Type, 1, 3) {
		add("Некорректный признак расчета 'Type'")
	}
	if !causeDate(o.CauseDocumentDate) {
		add("Некорректная дата документа основания 'CauseDocumentDate'")
	}
	if o.CauseDocumentNumber == "" {
		add("Не указан номер документа основания 'CauseDocumentNumber'")
	}
	if s := o.TaxationSystem; s == nil || !within(s, 0, 5) {
		add("Некорректная система налогообложения 'TaxationSystem'")
	}
	return append(all, o.sums()...)
}

func (o *orangeCorrectionContent) sums() (all []string) {
	paid := new(big.Rat)
	for _, part := range []struct {
		name string
		n    json.Number
	}{
		{"CashSum", o.CashSum},
		{"ECashSum", o.ECashSum},
		{"PrepaymentSum", o.PrepaymentSum},
		{"PostpaymentSum", o.PostpaymentSum},
		{"OtherPaymentTypeSum", o.OtherPaymentTypeSum},
	} {
		sum, ok := roubles(part.n, 2)
		if !ok {
			all = append(all, "Некорректная сумма '"+part.name+"'")
			continue
		}
		paid.Add(paid, sum)
	}
	for i, n := range []json.Number{o.Tax1Sum, o.Tax2Sum, o.Tax3Sum, o.Tax4Sum, o.Tax5Sum, o.Tax6Sum} {
		if _, ok := roubles(n, 2); n != "" && !ok {
			all = append(all, fmt.Sprintf("Некорректная сумма 'Tax%dSum'", i+1))
		}
	}
	total, ok := roubles(o.TotalSum, 2)
	if !ok || total.Sign() == 0 {
		return append(all, "Некорректная общая сумма чека 'TotalSum'")
	}
	if len(all) == 0 && total.Cmp(paid) != 0 {
		all = append(all, "Общая сумма чека 'TotalSum' не равна сумме оплат")
	}
	return all
}

// causeDate takes the form of the table and that of the example.
func causeDate(s string) bool {
	for _, layout := range []string{"02.01.06", wireTime} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}
