package sim

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
)

// lookForCard is a step of a simplified application: the card is found, or not
// yet, or something stands against it.
func (c *core) lookForCard(a *Application) {
	if r, ok := c.toldRejection(a); ok {
		c.reject(a, r)
		a.Simplified.Status = SimplifiedRejected
		if r.Unknown {
			a.Simplified.Status = SimplifiedError
		}
		return
	}
	card := c.cardOf(a)
	switch {
	case card != nil && card.Failed:
		c.reject(a, Rejection{Unknown: true, Reason: "Ошибка обработки карточки ККТ"})
		a.Simplified.Status = SimplifiedError
	case card == nil && a.KKT.SerialNumber == "", card != nil && (card.Never || card.Early > 0):
		if card != nil && card.Early > 0 {
			card.Early--
		}
		a.Simplified.Status = SimplifiedRejected
		c.move(a, StatusAutoFinalization)
	default:
		c.cardFound(a, card)
	}
}

// cardOf finds the card that belongs to an application: also one that the till
// has sent with other numbers than the application says is not it.
func (c *core) cardOf(a *Application) *Card {
	for _, card := range c.w.Cards {
		if trimSerial(card.Serial) != trimSerial(a.KKT.SerialNumber) {
			continue
		}
		doc := a.KKT.FiscalDocumentData.DocumentNumber
		if a.Purpose == Reregistration { // the numbers are those of the registration
			return card
		}
		if card.FN != "" && card.FN != a.KKT.FnNumber || card.Document != "" && doc != "" && card.Document != doc {
			return &Card{Never: true}
		}
		return card
	}
	return nil
}

func (c *core) cardFound(a *Application, card *Card) {
	a.Simplified.Status = SimplifiedSuccess
	if a.Purpose == Reregistration {
		c.reregistered(a)
	} else {
		if card != nil {
			a.KKT.RegNumber = cmp.Or(a.KKT.RegNumber, card.RNM)
		}
		if a.KKT.RegNumber == "" {
			a.KKT.RegNumber = c.w.nextRNM(a.Company.Inn, a.KKT.SerialNumber, func(rnm string) bool { return c.byRNM[rnm] != nil })
		}
		c.registered(a)
	}
	a.Stage = StageFinalization
	c.move(a, StatusApproved)
}

// simplifiedCard is the address that 004 §7.2.1 gives for the card.
func (c *core) simplifiedCard(q request) reply {
	a, rep, ok := c.find(q)
	if !ok {
		return rep
	}
	if a.Simplified == nil || a.Simplified.Status != SimplifiedSuccess {
		return failed(http.StatusNotFound, "карточка не найдена")
	}
	return paper("Карточка ККТ " + a.KKT.RegNumber)
}

// resultPaper is the address of a paper of the tax service (004 table 10.6).
func (c *core) resultPaper(q request) reply {
	const idAt = 4 // api/kkt/application/doc/{id}/{kkt}/{type}
	a := c.byApp[q.path[idAt]]
	if a != nil {
		for _, d := range a.ResultDocs {
			if strconv.Itoa(d.KktID) == q.path[idAt+1] && strconv.Itoa(d.ReportTypeID) == q.path[idAt+2] {
				return paper(d.DocType + " " + a.KKT.RegNumber)
			}
		}
	}
	return failed(http.StatusNotFound, "документ не найден")
}

// printedForm is the address of an application's printed form (004 table 10).
func (c *core) printedForm(q request) reply {
	a := c.byApp[q.query.Get("Id")]
	if a == nil || q.query.Get("format") != "pdf" {
		return failed(http.StatusNotFound, "заявка не найдена")
	}
	return paper("Заявление " + a.ID)
}

// paper is as much of a PDF as a test needs.
func paper(text string) reply {
	return reply{
		status: http.StatusOK, header: http.Header{"Content-Type": {"application/pdf"}},
		body: fmt.Appendf(nil, "%%PDF-1.4\n%% %s\n%%%%EOF\n", text),
	}
}
