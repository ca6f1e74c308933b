package sim

import (
	"net/http"
	"slices"
)

type signRequest struct {
	DocumentID string `json:"DocumentId"`
	Signature  string
}

// sign is 004 §7.4: once for a document, ever.
func (c *core) sign(q request) reply {
	a, rep, ok := c.find(q)
	if !ok {
		return rep
	}
	c.settle(a)
	var body signRequest
	if err := q.decode(&body); err != nil {
		return failed(http.StatusBadRequest, err.Error())
	}
	effect := Effect{Kind: EffectSign, Key: a.ID + " " + body.DocumentID, Serial: a.KKT.SerialNumber}
	var message string
	if slices.Contains(a.SignedIDs, body.DocumentID) {
		effect.Duplicate, message = true, "Документ уже подписан: повторная отправка недопустима"
	} else {
		message, effect.Duplicate = c.signRefusal(a, body)
	}
	if message != "" {
		effect.Reason = message
		c.record(effect)
		return failed(http.StatusBadRequest, message)
	}
	effect.OK = true
	c.record(effect)
	c.checkSignature(a, body.Signature)
	c.accept(a)
	return data(c.render(a))
}

// signRefusal also tells whether the call would have done again what another
// application of the same till has done.
func (c *core) signRefusal(a *Application, body signRequest) (message string, duplicate bool) {
	switch {
	case body.DocumentID == "":
		return "Не указан DocumentId", false
	case a.Status != StatusAwaitingSignature || len(a.Documents) == 0:
		return "Заявка не ожидает подписи", false
	case a.Documents[0].ID != body.DocumentID:
		return "Документ не найден", false
	}
	if message := c.signatureRefusal(body.Signature, a.Documents[0].Content); message != "" {
		return message, false
	}
	if a.Stage == StageFinalization {
		return "", false
	}
	if message := c.runningRefusal(a); message != "" {
		return message, true
	}
	if message := c.purposeRefusal(a); message != "" {
		return message, a.Purpose != Reregistration
	}
	return c.balanceRefusal(a), false
}

// accept sends an application on its way to the tax service.
func (c *core) accept(a *Application) {
	if a.Stage == StageInitialization {
		*c.w.Partner.Balance -= a.fee()
	}
	a.Signed = true
	a.SignedIDs = append(a.SignedIDs, a.Documents[0].ID)
	a.Documents[0].Content = ""
	a.Documents[0].Signature = documentSigned
	c.move(a, StatusProcessingSigned)
}
