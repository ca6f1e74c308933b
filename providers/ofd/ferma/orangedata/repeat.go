package orangedata

import (
	"encoding/json"
	"slices"
)

// printedContent is what is compared of a document's content, of a receipt's
// or a correction's.
type printedContent struct {
	Type      *int `json:"type"`
	Positions []struct {
		Quantity Decimal `json:"quantity"`
		Price    Decimal `json:"price"`
		Tax      int     `json:"tax"`
		Text     string  `json:"text"`
	} `json:"positions"`
	CheckClose struct {
		Payments []Payment `json:"payments"`
	} `json:"checkClose"`
	TotalSum    *Decimal `json:"totalSum"`
	CauseNumber string   `json:"causeDocumentNumber"`
}

// Differs names the parts in which the printed document is another one than
// the Content or CorrectionContent that was sent: an id that the service knows
// already (409) may be that of another receipt. It names none when the service
// did not repeat the content, or not in the document's form.
func (d *Document) Differs(sent any) []string {
	var printed, wanted printedContent
	text, err := json.Marshal(sent)
	if err != nil || json.Unmarshal(text, &wanted) != nil || json.Unmarshal(d.Content, &printed) != nil || printed.Type == nil {
		return nil
	}
	var out []string
	add := func(name string, same bool) {
		if !same {
			out = append(out, "content."+name)
		}
	}
	add("type", *printed.Type == *wanted.Type)
	add("positions", slices.Equal(printed.Positions, wanted.Positions))
	add("checkClose.payments", slices.Equal(printed.CheckClose.Payments, wanted.CheckClose.Payments))
	add("totalSum", (printed.TotalSum == nil) == (wanted.TotalSum == nil) && (printed.TotalSum == nil || *printed.TotalSum == *wanted.TotalSum))
	add("causeDocumentNumber", printed.CauseNumber == wanted.CauseNumber)
	return out
}

// Kopecks is what the printed document comes to; 0 when the service did not
// repeat the content, or not in the document's form.
func (d *Document) Kopecks() int64 {
	var printed printedContent
	if json.Unmarshal(d.Content, &printed) != nil {
		return 0
	}
	var total Decimal
	if printed.TotalSum != nil {
		total = *printed.TotalSum
	}
	for _, p := range printed.Positions {
		total = sum(total, Cost(p.Price, p.Quantity))
	}
	return int64(total / (one / 100))
}
