package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// orangeHead is what receipts and corrections begin with. The INN is text in
// one example of the document and a number in the other.
type orangeHead struct {
	ID          string     `json:"id"`
	INN         scalarText `json:"inn"`
	Group       string     `json:"group"`
	Key         scalarText `json:"key"`
	CallbackURL string     `json:"callbackUrl"`
}

// scalarText is text, or a number as it was written.
type scalarText string

// UnmarshalJSON reads either.
func (s *scalarText) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		*s = scalarText(text)
		return nil
	}
	var number json.Number
	if err := json.Unmarshal(b, &number); err != nil {
		return fmt.Errorf("neither text nor a number: %s", clip(string(b)))
	}
	*s = scalarText(number)
	return nil
}

type orangeDocumentBody struct {
	orangeHead
	Content *orangeContent `json:"content"`
}

type orangeCorrectionBody struct {
	orangeHead
	Content *orangeCorrectionContent `json:"content"`
}

// orangeDocument is POST documents (003 §2.1).
func (c *core) orangeDocument(q request) reply {
	if rep, ok := c.orangeOpen(q); !ok {
		return rep
	}
	var body orangeDocumentBody
	if err := q.decode(&body); err != nil {
		return orangeErrors(http.StatusBadRequest, err.Error())
	}
	problems, change := body.problems(), ""
	if body.Content == nil {
		problems = append(problems, "Отсутствует содержимое документа 'Content'")
	} else {
		var wrong []string
		wrong, change = body.Content.problems()
		problems = append(problems, wrong...)
	}
	return c.orangeAccept(q, body.orangeHead, problems, &OrangeReceipt{Change: change})
}

// orangeCorrection is POST corrections (003 §2.3).
func (c *core) orangeCorrection(q request) reply {
	if rep, ok := c.orangeOpen(q); !ok {
		return rep
	}
	var body orangeCorrectionBody
	if err := q.decode(&body); err != nil {
		return orangeErrors(http.StatusBadRequest, err.Error())
	}
	problems := body.problems()
	if body.Content == nil {
		problems = append(problems, "Отсутствует содержимое документа 'Content'")
	} else {
		problems = append(problems, body.Content.problems()...)
	}
	return c.orangeAccept(q, body.orangeHead, problems, &OrangeReceipt{Correction: true})
}

// orangeOpen looks at the signature before anything else is read.
func (c *core) orangeOpen(q request) (reply, bool) {
	if err := c.orangeSigned(q); err != nil {
		c.record(Effect{Kind: EffectReceipt, Key: "orangedata unsigned", Reason: err.Error()})
		return orangeErrors(http.StatusBadRequest, err.Error()), false
	}
	return reply{}, true
}

// orangeAccept puts a receipt into the queue, once. The same id again is no
// effect; the same id for another receipt is a mistake that the ledger keeps.
func (c *core) orangeAccept(q request, head orangeHead, problems []string, r *OrangeReceipt) reply {
	inn := string(head.INN)
	effect := Effect{Kind: EffectReceipt, Key: "orangedata " + inn + " " + head.ID}
	till := c.orangeTill(inn, head.Group)
	if len(problems) == 0 && till == nil {
		problems = append(problems, fmt.Sprintf("Организация с ИНН %s не найдена", clip(inn)))
	}
	if len(problems) > 0 {
		effect.Reason = problems[0]
		c.record(effect)
		return orangeErrors(http.StatusBadRequest, problems...)
	}
	content := q.content()
	if old := c.orangeReceipt(inn, head.ID); old != nil {
		effect.Reason = "чек с данным идентификатором уже был создан в системе"
		effect.Duplicate = !bytes.Equal(compact(old.Content), content) || old.Correction != r.Correction
		c.record(effect)
		return reply{status: http.StatusConflict}
	}
	if rep, full := c.orangeFull(); full {
		effect.Reason = "очередь документов переполнена"
		c.record(effect)
		return rep
	}
	r.INN, r.ID, r.At, r.Content, r.Callback, r.Serial = inn, head.ID, At(c.now), content, head.CallbackURL, till.Serial
	r.Waits, r.Expired = 1, slices.Contains(c.w.Orange.Expire, head.ID) || slices.Contains(c.w.Orange.Expire, "*")
	if c.w.Orange.Polls != nil {
		r.Waits = *c.w.Orange.Polls
	}
	c.w.OrangeReceipts = append(c.w.OrangeReceipts, r)
	effect.OK, effect.Serial = true, till.Serial
	c.record(effect)
	return reply{status: http.StatusCreated}
}

// content is what the body holds to be printed, as it was written.
func (q request) content() json.RawMessage {
	var body struct{ Content json.RawMessage }
	_ = json.Unmarshal(q.body, &body) // it was decoded before
	return compact(body.Content)
}

// compact takes out the spaces that a saved world has.
func compact(text json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	_ = json.Compact(&b, text) // it was decoded before
	return b.Bytes()
}

// problems are those of what both begin with, in the words of the document.
func (h orangeHead) problems() []string {
	var all []string
	switch {
	case h.ID == "":
		all = append(all, "Не указан идентификатор документа 'Id'")
	case len([]rune(h.ID)) > 64:
		all = append(all, "Идентификатор документа 'Id' длиннее 64 символов")
	}
	switch {
	case h.INN == "":
		all = append(all, "Не указан ИНН организации 'INN'")
	case !digits(string(h.INN), 10, 12):
		all = append(all, "Некорректный ИНН организации 'INN'")
	}
	if len([]rune(h.CallbackURL)) > 1024 {
		all = append(all, "Адрес 'CallbackUrl' длиннее 1024 символов")
	}
	return all
}
