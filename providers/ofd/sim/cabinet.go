package sim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Cabinet is a client's cabinet (ЛКК).
type Cabinet struct {
	INN       string `json:"inn"`
	KPP       string `json:"kpp,omitempty"`
	Company   string `json:"company,omitempty"`
	Email     string `json:"email,omitempty"`
	Name      string `json:"name,omitempty"`
	Phone     string `json:"phone,omitempty"`
	Agreement string `json:"agreement,omitempty"` // OfdAgreementId
	Created   Time   `json:"created,omitzero"`
}

type cabinetRequest struct {
	Inn         string
	Kpp         string
	CompanyName string
	Email       string
	Name        string
	Phone       string
}

// The refusals of 004 table 6.
const (
	codeEmailTaken    = 1
	codeCabinetExists = 1007
)

// createCabinet is 004 §5.1. A cabinet that exists already is called a wrong
// ИНН, and an email that is taken an unknown error of the service.
func (c *core) createCabinet(q request) reply {
	var body cabinetRequest
	if err := q.decode(&body); err != nil {
		return failed(http.StatusBadRequest, err.Error())
	}
	effect := Effect{Kind: EffectCabinet, Key: cabinetKey(body.Inn, body.Kpp)}
	refuse := func(status, code int, message string) reply {
		effect.Reason = message
		c.record(effect)
		return failedWith(status, code, message)
	}
	switch {
	case !digits(body.Inn, 10, 12), len(body.Inn) == 10 && !kppForm(body.Kpp), len(body.Inn) == 12 && body.Kpp != "":
		return refuse(http.StatusBadRequest, http.StatusBadRequest, "Некорректные ИНН или КПП")
	case strings.TrimSpace(body.CompanyName) == "", !emailForm(body.Email):
		return refuse(http.StatusBadRequest, http.StatusBadRequest, "Не заполнены обязательные поля")
	case c.cabinets[effect.Key] != nil:
		effect.Duplicate = c.made(effect.Key)
		return refuse(http.StatusBadRequest, codeCabinetExists, "Некорректный ИНН")
	case c.emailTaken(body.Email):
		return refuse(http.StatusInternalServerError, codeEmailTaken, "Неизвестная ошибка")
	}
	made := c.cabinet(body.Inn, body.Kpp)
	made.Company, made.Email, made.Name, made.Phone = body.CompanyName, body.Email, body.Name, body.Phone
	effect.OK = true
	c.record(effect)
	return jsonReply(http.StatusOK, struct {
		OfdAgreementID string `json:"OfdAgreementId"`
	}{made.Agreement})
}

// made tells whether a call of ours has made the cabinet.
func (c *core) made(key string) bool {
	return slices.ContainsFunc(c.ledger, func(e Effect) bool { return e.Kind == EffectCabinet && e.Key == key && e.OK })
}

func (c *core) emailTaken(email string) bool {
	same := func(s string) bool { return strings.EqualFold(s, email) }
	return slices.ContainsFunc(c.w.Emails, same) || slices.ContainsFunc(c.w.Cabinets, func(v *Cabinet) bool { return same(v.Email) })
}

// cabinet finds a company's cabinet, or makes one: what needs one and finds
// none does.
func (c *core) cabinet(inn, kpp string) *Cabinet {
	key := cabinetKey(inn, kpp)
	if v := c.cabinets[key]; v != nil {
		return v
	}
	company := c.company(inn, kpp)
	v := &Cabinet{INN: inn, KPP: kpp, Agreement: company.Agreement, Created: At(c.now)}
	if kpp != company.KPP { // another branch of the company
		v.Agreement = seededUUID(fmt.Sprintf("%d/agreement/%s", c.w.Seed, key))
	}
	c.w.Cabinets = append(c.w.Cabinets, v)
	c.cabinets[key] = v
	c.dirty = true
	return v
}

func (c *core) byAgreement(id string) *Cabinet {
	i := slices.IndexFunc(c.w.Cabinets, func(v *Cabinet) bool { return strings.EqualFold(v.Agreement, id) })
	if i < 0 {
		return nil
	}
	return c.w.Cabinets[i]
}

func cabinetKey(inn, kpp string) string { return strings.TrimRight(inn+"/"+kpp, "/") }
