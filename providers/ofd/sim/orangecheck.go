package sim

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"unicode/utf8"
)

// orangeContent is a receipt (003 table 1 and the second example).
// FFDVersion is not in the document: the service's own clients send it.
type orangeContent struct {
	FFDVersion *int             `json:"ffdVersion"`
	Type       int              `json:"type"`
	Positions  []orangePosition `json:"positions"`
	CheckClose *struct {
		Payments []struct {
			Type   int         `json:"type"`
			Amount json.Number `json:"amount"`
		} `json:"payments"`
		TaxationSystem *int `json:"taxationSystem"`
	} `json:"checkClose"`
	CustomerContact string `json:"customerContact"`

	AgentType *int `json:"agentType"`
	orangeAgent
	SupplierPhoneNumbers    []string `json:"supplierPhoneNumbers"`
	AdditionalUserAttribute *struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"additionalUserAttribute"`
	AutomatNumber       string `json:"automatNumber"`
	SettlementAddress   string `json:"settlementAddress"`
	SettlementPlace     string `json:"settlementPlace"`
	AdditionalAttribute string `json:"additionalAttribute"`
	Customer            string `json:"customer"`
	CustomerINN         string `json:"customerINN"`
}

type orangeAgent struct {
	PaymentTransferOperatorPhoneNumbers []string `json:"paymentTransferOperatorPhoneNumbers"`
	PaymentAgentOperation               string   `json:"paymentAgentOperation"`
	PaymentAgentPhoneNumbers            []string `json:"paymentAgentPhoneNumbers"`
	PaymentOperatorPhoneNumbers         []string `json:"paymentOperatorPhoneNumbers"`
	PaymentOperatorName                 string   `json:"paymentOperatorName"`
	PaymentOperatorAddress              string   `json:"paymentOperatorAddress"`
	PaymentOperatorINN                  string   `json:"paymentOperatorINN"`
}

type orangePosition struct {
	Quantity           json.Number  `json:"quantity"`
	Price              *json.Number `json:"price"`
	Tax                int          `json:"tax"`
	TaxSum             json.Number  `json:"taxSum"`
	Text               string       `json:"text"`
	PaymentMethodType  *int         `json:"paymentMethodType"`
	PaymentSubjectType *int         `json:"paymentSubjectType"`
	NomenclatureCode   string       `json:"nomenclatureCode"`
	SupplierINN        string       `json:"supplierINN"`
	SupplierInfo       *struct {
		PhoneNumbers []string `json:"phoneNumbers"`
		Name         string   `json:"name"`
	} `json:"supplierInfo"`
	AgentType                *int         `json:"agentType"`
	AgentInfo                *orangeAgent `json:"agentInfo"`
	UnitOfMeasurement        string       `json:"unitOfMeasurement"`
	AdditionalAttribute      string       `json:"additionalAttribute"`
	ManufacturerCountryCode  string       `json:"manufacturerCountryCode"`
	CustomsDeclarationNumber string       `json:"customsDeclarationNumber"`
	Excise                   json.Number  `json:"excise"`
}

// roubles is an exact number; ok is false for what is not one, or has more
// digits after the point than allowed.
func roubles(n json.Number, places int) (*big.Rat, bool) {
	text := string(n)
	if len(text) > 30 || strings.ContainsAny(text, "eE") {
		return nil, false
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok || r.Sign() < 0 {
		return nil, false
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	return r, new(big.Rat).Mul(r, new(big.Rat).SetInt(unit)).IsInt()
}

// kopecks rounds to kopecks, half up.
func kopecks(r *big.Rat) *big.Rat {
	rounded, _ := new(big.Rat).SetString(r.FloatString(2)) // what it wrote, it reads
	return rounded
}

func among(value int, codes ...int) bool {
	for _, c := range codes {
		if c == value {
			return true
		}
	}
	return false
}

func within(p *int, from, to int) bool { return p == nil || *p >= from && *p <= to }

// problems checks a receipt and tells the change, in roubles.
func (o *orangeContent) problems() (all []string, change string) {
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if o.FFDVersion != nil && *o.FFDVersion != 2 {
		add("Версия ФФД %d не поддерживается", *o.FFDVersion)
	}
	if !among(o.Type, 1, 2, 3, 4) {
		add("Некорректный признак расчета 'Type'")
	}
	if len(o.Positions) == 0 {
		add("Отсутствуют предметы расчета 'Positions'")
	}
	if o.CustomerContact == "" {
		add("Не указан телефон или электронный адрес покупателя 'CustomerContact'")
	}
	if !within(o.AgentType, 1, 127) {
		add("Некорректный признак агента 'AgentType'")
	}
	total := new(big.Rat)
	for i := range o.Positions {
		wrong, sum := o.Positions[i].problems(i)
		all = append(all, wrong...)
		total.Add(total, sum)
	}
	wrong, change := o.payments(total)
	return append(all, wrong...), change
}

// payments checks that they cover the total, and that change is given for
// cash only.
func (o *orangeContent) payments(total *big.Rat) (all []string, change string) {
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if o.CheckClose == nil {
		return []string{"Не указаны параметры закрытия чека 'CheckClose'"}, ""
	}
	if s := o.CheckClose.TaxationSystem; s == nil || !within(s, 0, 5) {
		add("Некорректная система налогообложения 'TaxationSystem'")
	}
	if len(o.CheckClose.Payments) == 0 {
		add("Отсутствуют оплаты 'Payments'")
		return all, ""
	}
	paid, cash := new(big.Rat), new(big.Rat)
	for i, p := range o.CheckClose.Payments {
		amount, ok := roubles(p.Amount, 2)
		if !ok {
			add("Некорректная сумма оплаты 'Payments[%d].Amount'", i)
			continue
		}
		if !among(p.Type, 1, 2, 14, 15, 16) {
			add("Некорректный тип оплаты 'Payments[%d].Type'", i)
		}
		paid.Add(paid, amount)
		if p.Type == 1 {
			cash.Add(cash, amount)
		}
	}
	over := new(big.Rat).Sub(paid, total)
	switch {
	case over.Sign() < 0:
		add("Сумма оплат %s меньше суммы чека %s", paid.FloatString(2), total.FloatString(2))
	case over.Cmp(cash) > 0:
		add("Сдача %s больше суммы оплаты наличными", over.FloatString(2))
	}
	return all, over.FloatString(2)
}

func (p *orangePosition) problems(i int) (all []string, sum *big.Rat) {
	add := func(field, what string) { all = append(all, fmt.Sprintf("%s 'Positions[%d].%s'", what, i, field)) }
	sum = new(big.Rat)
	quantity, ok := roubles(p.Quantity, 6)
	if !ok || quantity.Sign() == 0 {
		add("Quantity", "Некорректное количество")
	}
	if p.Price == nil {
		add("Price", "Не указана цена")
	} else if price, ok := roubles(*p.Price, 2); !ok {
		add("Price", "Некорректная цена")
	} else if quantity != nil {
		sum = kopecks(new(big.Rat).Mul(price, quantity))
	}
	if !among(p.Tax, 1, 2, 3, 4, 5, 6) {
		add("Tax", "Некорректная ставка НДС")
	}
	for field, n := range map[string]json.Number{"TaxSum": p.TaxSum, "Excise": p.Excise} {
		if _, ok := roubles(n, 2); n != "" && !ok {
			add(field, "Некорректная сумма")
		}
	}
	if n := utf8.RuneCountInString(p.Text); n == 0 || n > 128 {
		add("Text", "Наименование предмета расчета должно содержать от 1 до 128 символов")
	}
	if !within(p.PaymentMethodType, 1, 7) {
		add("PaymentMethodType", "Некорректный признак способа расчета")
	}
	if !within(p.PaymentSubjectType, 1, 26) {
		add("PaymentSubjectType", "Некорректный признак предмета расчета")
	}
	if !within(p.AgentType, 1, 127) {
		add("AgentType", "Некорректный признак агента")
	}
	return all, sum
}
