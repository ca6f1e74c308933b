package sim

import (
	"encoding/json"
	"net/http"

	"golang.org/x/text/encoding/charmap"
)

// orangeExpired is the status of a document that expired before processing.
const orangeExpired = 524

// orangeDone is a printed receipt (003 table 2, spelled as in the example).
type orangeDone struct {
	ID             string          `json:"id"`
	DeviceSN       string          `json:"deviceSN"`
	DeviceRN       string          `json:"deviceRN"`
	FSNumber       string          `json:"fsNumber"`
	OFDName        string          `json:"ofdName"`
	OFDWebsite     string          `json:"ofdWebsite"`
	OFDINN         string          `json:"ofdinn"`
	FNSWebsite     string          `json:"fnsWebsite"`
	CompanyINN     string          `json:"companyINN"`
	CompanyName    string          `json:"companyName"`
	DocumentNumber int             `json:"documentNumber"`
	ShiftNumber    int             `json:"shiftNumber"`
	DocumentIndex  int             `json:"documentIndex"`
	ProcessedAt    string          `json:"processedAt"`
	Content        json.RawMessage `json:"content"`
	Change         json.Number     `json:"change"`
	FP             string          `json:"fp"`
	CallbackURL    *string         `json:"callbackUrl"`
}

// orangeStatus is the status of a receipt or of a correction (003 §2.2).
func (c *core) orangeStatus(q request) reply { return c.orangeStatusOf(q, false) }

// orangeCorrectionStatus is where the service's own clients ask.
func (c *core) orangeCorrectionStatus(q request) reply { return c.orangeStatusOf(q, true) }

func (c *core) orangeStatusOf(q request, corrections bool) reply {
	const inn, id = 3, 5 // api/v2/documents/{inn}/status/{id}
	r := c.orangeReceipt(q.raw[inn], q.raw[id])
	if r == nil || corrections && !r.Correction {
		return orangeErrors(http.StatusBadRequest, "Чек с указанным идентификатором не найден")
	}
	if r.Waits > 0 {
		if !c.frozen {
			r.Waits--
			c.dirty = true
		}
		return reply{status: http.StatusAccepted}
	}
	till := c.bySerial[trimSerial(r.Serial)]
	if r.Expired || till == nil {
		return reply{status: orangeExpired}
	}
	if r.Number == 0 {
		if c.frozen {
			return reply{status: http.StatusAccepted}
		}
		c.orangePrint(r, till)
	}
	return jsonReply(http.StatusOK, c.orangeDone(r, till))
}

func (c *core) orangeDone(r *OrangeReceipt, till *Till) orangeDone {
	done := orangeDone{
		ID: r.ID, DeviceSN: r.Serial, DeviceRN: till.RNM, FSNumber: till.FN,
		OFDName: defaultOFDName, OFDWebsite: "ofd.ru", OFDINN: till.OFD, FNSWebsite: "www.nalog.gov.ru",
		CompanyINN: r.INN, CompanyName: c.company(r.INN, "").Name,
		DocumentNumber: r.Number, ShiftNumber: r.Shift, DocumentIndex: r.Index,
		ProcessedAt: r.Printed.In(moscow()).Format(wireTime), Content: storedText(r.Content), FP: r.Sign,
		Change: "0",
	}
	if r.Change != "" {
		done.Change = json.Number(r.Change)
	}
	if r.Callback != "" {
		done.CallbackURL = &r.Callback
	}
	return done
}

// storedText is what remains of a text in the till, which keeps CP866.
func storedText(content json.RawMessage) json.RawMessage {
	kept := []rune(string(content))
	for i, r := range kept {
		if _, ok := charmap.CodePage866.EncodeRune(r); !ok {
			kept[i] = '?'
		}
	}
	return json.RawMessage(string(kept))
}
