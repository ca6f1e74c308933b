package sim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
)

type changeRequest struct {
	CompanyDetails   *CompanyDetails
	KktDetails       *KKTDetails
	AutomaticDevices *deviceList
}

// deviceList is an array; 7.9 prints an object, which is then the only device.
type deviceList []AutomaticDevice

// UnmarshalJSON implements json.Unmarshaler.
func (l *deviceList) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		data = slices.Concat([]byte{'['}, data, []byte{']'})
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode((*[]AutomaticDevice)(l))
}

// put is 004 §7.9 before prepareDocuments, and §7.6.1 at Finalization. What is
// given is merged into what is there.
func (c *core) put(q request) reply {
	a, rep, ok := c.find(q)
	if !ok {
		return rep
	}
	c.settle(a)
	changed := a.clone()
	body := changeRequest{CompanyDetails: &changed.Company, KktDetails: &changed.KKT}
	if slices.Contains([]string{"null", ""}, string(q.body)) {
		return failed(http.StatusBadRequest, "пустое тело запроса")
	}
	if err := q.decode(&body); err != nil {
		return failed(http.StatusBadRequest, err.Error())
	}
	if body.AutomaticDevices != nil {
		changed.AutomaticDevices = *body.AutomaticDevices // decoded afresh: a list replaces a list
	}
	effect := Effect{Kind: EffectPut, Key: a.ID + " " + a.Stage, Serial: a.KKT.SerialNumber}
	if message := c.changeRefusal(a, changed); message != "" {
		effect.Reason = message
		c.record(effect)
		return failed(http.StatusBadRequest, message)
	}
	changed.Agreement = c.cabinet(changed.Company.Inn, changed.Company.Kpp).Agreement
	*a = *changed
	a.Updated = At(c.now)
	if a.Stage == StageFinalization {
		a.Documents = nil // as in 7.6.1: the application's own paper is shown no more
	}
	effect.OK = true
	c.record(effect)
	return data(c.render(a))
}

func (c *core) changeRefusal(a, changed *Application) string {
	switch {
	case a.Status != StatusNew:
		return "Изменение заявки невозможно: документы уже подготовлены"
	case a.Stage == StageFinalization:
		return reportRefusal(a, changed)
	case trimSerial(changed.KKT.SerialNumber) != trimSerial(a.KKT.SerialNumber):
		return "Заводской номер ККТ в заявке не меняется"
	}
	return c.applicationRefusal(changed)
}

// reportRefusal: with an РНМ given, nothing but the report of registration may
// be put in.
func reportRefusal(a, changed *Application) string {
	probe := changed.clone()
	probe.KKT.FiscalDocumentData = a.KKT.FiscalDocumentData
	if !sameApplication(a, probe) {
		return "После присвоения РНМ передаются только данные отчета о регистрации"
	}
	if !changed.KKT.FiscalDocumentData.complete() {
		return "Данные отчета о регистрации указаны не полностью"
	}
	return ""
}

func sameApplication(a, b *Application) bool {
	x, y := jsonReply(http.StatusOK, a), jsonReply(http.StatusOK, b)
	return string(x.body) == string(y.body)
}
