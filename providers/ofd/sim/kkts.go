package sim

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// kktRow is a row of 004 §4.3; what is not known is absent.
type kktRow struct {
	ID                      string `json:"Id"`
	KktRegID                string `json:"KktRegId"`
	SerialNumber            string
	FnNumber                string `json:",omitempty"`
	CreateDate              string
	LastDocOnKktDateTime    string `json:",omitempty"`
	LastDocOnOfdDateTimeUtc string `json:",omitempty"`
	FiscalAddress           string `json:",omitempty"`
	FiscalPlace             string `json:",omitempty"`
	KktModel                string `json:",omitempty"`
	FnEndDate               string `json:",omitempty"`
	Tariff                  string `json:",omitempty"`
	LastBuyDateUtc          string `json:",omitempty"`
	ContractStartDateUtc    string `json:",omitempty"`
	ContractEndDateUtc      string `json:",omitempty"`
}

// kkts is 004 §4.3: the partner's own INN, all tills at once.
func (c *core) kkts(q request) reply {
	if q.path[5] != c.w.Partner.INN {
		return failed(http.StatusBadRequest, "ИНН не принадлежит партнеру")
	}
	var b bytes.Buffer
	b.Grow(c.listSize) // of the last answer
	b.WriteString(`{"Data":[`)
	first := true
	for _, t := range c.w.Tills {
		if t.Detached || !t.Registered() {
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		b.Write(c.row(t))
	}
	b.WriteString(`],"Success":true}`)
	c.listSize = b.Len()
	c.polled()
	return reply{status: http.StatusOK, body: b.Bytes()}
}

// row encodes a till once and keeps it until the till is touched: a list may
// have a hundred thousand of them.
func (c *core) row(t *Till) []byte {
	if row, ok := c.rows[t]; ok {
		return row
	}
	last := wireOrEmpty(t.LastDocument)
	row, err := json.Marshal(kktRow{
		ID: t.ID, KktRegID: t.RNM, SerialNumber: t.Serial, FnNumber: t.FN, CreateDate: t.Created.String(),
		LastDocOnKktDateTime: last, LastDocOnOfdDateTimeUtc: last, FiscalAddress: t.Address, FiscalPlace: t.Place,
		KktModel: t.Model, FnEndDate: wireOrEmpty(t.FNEnd), Tariff: t.Tariff, LastBuyDateUtc: wireOrEmpty(t.LastBuy),
		ContractStartDateUtc: wireOrEmpty(t.ContractStart), ContractEndDateUtc: wireOrEmpty(t.ContractEnd),
	})
	if err != nil { // strings and structs always encode
		row = []byte("null")
	}
	c.rows[t] = row
	return row
}

func wireOrEmpty(t Time) string {
	if t.IsZero() {
		return ""
	}
	return t.String()
}
