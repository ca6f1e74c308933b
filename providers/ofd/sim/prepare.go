package sim

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// prepare is 004 §7.3.
func (c *core) prepare(q request) reply {
	a, rep, ok := c.find(q)
	if !ok {
		return rep
	}
	c.settle(a)
	var s Signatory
	if err := q.decode(&s); err != nil {
		return failed(http.StatusBadRequest, err.Error())
	}
	effect := Effect{Kind: EffectPrepare, Key: a.ID + " " + a.Stage, Serial: a.KKT.SerialNumber}
	if message := c.prepareRefusal(a, s); message != "" {
		effect.Reason = message
		c.record(effect)
		return failed(http.StatusBadRequest, message)
	}
	a.Signatory, a.Prepared = s, true
	a.Documents = nil
	c.describe(a)
	c.move(a, StatusAwaitingDocuments)
	if c.w.Tax.DocumentPolls == 0 {
		c.makeDocuments(a)
	}
	effect.OK = true
	c.record(effect)
	return data(c.render(a))
}

func (c *core) prepareRefusal(a *Application, s Signatory) string {
	switch {
	case a.Status != StatusNew:
		return "Документы уже подготовлены"
	case s.LastName == "" || s.GivenName == "" || s.Position == "":
		return "Не указаны данные владельца электронной подписи"
	case a.Stage == StageFinalization && !a.KKT.FiscalDocumentData.complete():
		return "Не переданы данные отчета о регистрации"
	case a.Stage == StageFinalization:
		return ""
	}
	return c.applicationRefusal(a)
}

// describe fills in what the service knows of the company.
func (c *core) describe(a *Application) {
	v := c.company(a.Company.Inn, a.Company.Kpp)
	d := &a.Company
	d.CompanyType = "LegalEntity"
	if len(v.INN) == 12 {
		d.CompanyType = "PrivateEntrepreneur"
	}
	d.FnsBranchCode, a.KKT.FnsBranchCode = head(v.INN, 4), "7725"
	d.Ogrn, d.CompanyName = v.OGRN, v.Name
	first, middle, _ := strings.Cut(a.Signatory.GivenName, " ")
	d.Director = &Director{FirstName: first, LastName: a.Signatory.LastName, MiddleName: middle}
	d.Signatory.Name = a.Signatory.LastName + " " + a.Signatory.GivenName
	d.Signatory.Position = a.Signatory.Position
}

// makeDocuments lays out the document to be signed.
func (c *core) makeDocuments(a *Application) {
	a.Documents = []Document{{
		ID: c.w.newUUID(), Kind: documentKind, Content: base64.StdEncoding.EncodeToString(documentText(a)),
		Signature: documentUnsigned, Description: documentDescription, FileName: c.fileName(a),
	}}
	c.move(a, StatusAwaitingSignature)
}

func (c *core) fileName(a *Application) string {
	if c.w.DocumentName != "" {
		return c.w.DocumentName
	}
	prefix := "KO_ZVLREGKKT"
	switch {
	case a.Purpose == Unregistration:
		prefix = "KO_ZVLSNUCHKKT"
	case a.Stage == StageFinalization:
		prefix = "KO_OTCHREGKKT"
	}
	id := strings.ReplaceAll(c.w.newUUID(), "-", "")
	inn := a.Company.Inn
	return fmt.Sprintf("%s_7725_%s_%s%s_%s_%s", prefix, head(inn, 4), inn, a.Company.Kpp, c.now.Format("20060102"), id)
}

// documentText is the XML of an application in windows-1251; letters that the
// code page has not got become character references.
func documentText(a *Application) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="windows-1251"?>` + "\n<Файл>\n")
	for _, f := range [][2]string{
		{"Заявка", a.ID},
		{"Назначение", a.Purpose},
		{"Этап", a.Stage},
		{"ИНН", a.Company.Inn},
		{"КПП", a.Company.Kpp},
		{"Наименование", a.Company.CompanyName},
		{"Модель", a.KKT.Model},
		{"ЗаводскойНомер", a.KKT.SerialNumber},
		{"РНМ", a.KKT.RegNumber},
		{"ФН", a.KKT.FnNumber},
		{"Адрес", addressText(a.KKT.InstallmentAddress)},
		{"Место", a.KKT.InstallmentPlace},
		{"ОФД", a.KKT.OfdInn},
		{"ФФД", fmt.Sprint(a.KKT.FormatVersion)},
		{"Отчет", a.KKT.FiscalDocumentData.DateTime},
		{"НомерФД", a.KKT.FiscalDocumentData.DocumentNumber},
		{"ФПД", a.KKT.FiscalDocumentData.Signature},
		{"Подписант", a.Company.Signatory.Name},
		{"Должность", a.Company.Signatory.Position},
	} {
		fmt.Fprintf(&b, "  <%s>%s</%[1]s>\n", f[0], escaped(f[1]))
	}
	b.WriteString("</Файл>\n")
	text, err := encoding.HTMLEscapeUnsupported(charmap.Windows1251.NewEncoder()).Bytes(b.Bytes())
	if err != nil { // invalid UTF-8 was replaced by escaped
		return b.Bytes()
	}
	return text
}

func escaped(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil { // a Builder takes everything
		return ""
	}
	return b.String()
}
