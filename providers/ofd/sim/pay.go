package sim

import (
	"net/http"
	"net/mail"
	"strings"
	"time"
)

type payRequest struct {
	Inn            string
	Kpp            string
	Rnm            string
	ActivationCode string
	Email          string
}

// pay is 004 §4.1.
func (c *core) pay(q request) reply {
	var p payRequest
	if err := q.decode(&p); err != nil {
		return failed(http.StatusBadRequest, err.Error())
	}
	till := c.byRNM[p.Rnm]
	effect := Effect{Kind: EffectPay, Key: p.Rnm + " " + p.ActivationCode}
	if till != nil {
		effect.Serial = till.Serial
	}
	message := c.payRefusal(p, till)
	if message == "" {
		if message = c.serviceRefusal(till); message != "" {
			effect.Duplicate = true
		}
	}
	if message != "" {
		effect.Reason = message
		c.record(effect)
		return failed(http.StatusBadRequest, message)
	}
	effect.OK = true
	c.record(effect)
	return c.paid(p, till)
}

// payRefusal says why a call is wrong whatever was paid before.
func (c *core) payRefusal(p payRequest, till *Till) string {
	switch company := c.byINN[p.Inn]; {
	case !digits(p.Inn, 10, 12), company != nil && company.Unknown:
		return "ИНН не существует"
	case len(p.Inn) == 10 && !kppForm(p.Kpp), company != nil && p.Kpp != company.KPP:
		return "Необходимо указать КПП"
	case !emailForm(p.Email):
		return "Некорректный email"
	case till == nil, !till.Registered(), till.INN != p.Inn:
		return "Ошибка применения: неверная связка ИНН-РНМ"
	}
	if message := c.codeRefusal(p.ActivationCode); message != "" {
		return message
	}
	if till.ForeignPartner {
		return "Нельзя применить код активации на ККТ с чужим кодом партнера"
	}
	return ""
}

func (c *core) codeRefusal(given string) string {
	switch code := c.byCode[given]; {
	case code == nil:
		return "Ошибка применения: код активации не найден"
	case code.Foreign:
		return "Нельзя применить код активации на ККТ с чужим кодом партнера"
	case code.Service != "Ofd":
		return "Ошибка применения: код активации другого сервиса"
	case code.Status != "Active":
		return "Ошибка применения: код активации не активен"
	case !c.now.Before(code.Expires.Time):
		return "Ошибка применения: срок действия кода активации истек"
	case *code.Count <= 0:
		return "Ошибка применения: код активации использован"
	}
	return ""
}

// serviceRefusal says that the till has its service already.
func (c *core) serviceRefusal(till *Till) string {
	if c.now.Before(till.ContractEnd.Time) {
		return "Ошибка применения: на ККТ уже действует услуга ОФД"
	}
	for _, p := range c.waiting {
		if p.RNM == till.RNM {
			return "Ошибка применения: на ККТ уже применен код активации"
		}
	}
	return ""
}

// paid uses the code up.
func (c *core) paid(p payRequest, till *Till) reply {
	c.company(p.Inn, p.Kpp) // the cabinet is made when there is none
	code := c.byCode[p.ActivationCode]
	*code.Count--
	till.Detached = false
	status := &PayStatus{At: At(c.now), INN: p.Inn, RNM: p.Rnm, Code: p.ActivationCode, Status: PayWaiting}
	c.w.PayStatuses = append(c.w.PayStatuses, status)
	c.waiting = append(c.waiting, status)
	c.touch(till)
	done := !till.LastDocument.IsZero()
	if done {
		c.activate(till)
	}
	return jsonReply(http.StatusOK, struct{ IsCompleted, IsWaiting bool }{done, !done})
}

// activate turns what waits for the till's first document into a contract.
func (c *core) activate(till *Till) {
	for i, p := range c.waiting {
		if p.RNM != till.RNM {
			continue
		}
		c.waiting = append(c.waiting[:i:i], c.waiting[i+1:]...)
		p.Status, p.Activated = PayPayed, At(c.now)
		till.ContractStart, till.LastBuy = At(c.now), At(c.now)
		till.ContractEnd = At(c.now.AddDate(0, contractMonths, 0))
		if code := c.byCode[p.Code]; code != nil {
			till.Tariff = code.Tariff
		}
		c.touch(till)
		return
	}
}

// lapse cancels what waited too long. The code is not given back.
func (c *core) lapse() {
	kept := c.waiting[:0:0]
	for _, p := range c.waiting {
		if c.now.Sub(p.At.Time) < lapseDays*24*time.Hour {
			kept = append(kept, p)
			continue
		}
		p.Status, c.dirty = PayCancelled, true
		c.logf("the code ending in %s lapsed on %s", tail(p.Code), p.RNM)
	}
	c.waiting = kept
}

// fiscalDocument is a document that a till sends.
func (c *core) fiscalDocument(till *Till) {
	till.LastDocument = At(c.now)
	c.touch(till)
	c.activate(till)
	c.logf("device %s sent a fiscal document", till.Serial)
}

// polled lets tills that are waited for send their first document, behind the
// answer that still shows them waiting.
func (c *core) polled() {
	if !c.w.Device.AutoFirstDocument || c.frozen {
		return
	}
	for _, p := range append([]*PayStatus(nil), c.waiting...) {
		if till := c.byRNM[p.RNM]; till != nil {
			c.fiscalDocument(till)
		}
	}
}

type payRow struct {
	DateUtc           string
	Inn               string
	Rnm               string
	ActivationCode    string
	Status            string
	ActivationDateUtc string // zeroDate until it is activated
}

// payStatus is 004 §4.2. Both dates are needed.
func (c *core) payStatus(q request) reply {
	from, ok1 := wireMoment(q.query.Get("DateFromUtc"), 0)
	to, ok2 := wireMoment(q.query.Get("DateToUtc"), 24*time.Hour)
	if !ok1 || !ok2 {
		return failed(http.StatusBadRequest, "необходимо указать DateFromUtc и DateToUtc")
	}
	rows := []payRow{}
	for _, p := range c.w.PayStatuses {
		if p.At.Before(from) || p.At.After(to) {
			continue
		}
		row := payRow{p.At.String(), p.INN, p.RNM, p.Code, p.Status, zeroDate}
		if !p.Activated.IsZero() {
			row.ActivationDateUtc = p.Activated.String()
		}
		rows = append(rows, row)
	}
	c.polled()
	return data(rows)
}

// wireMoment reads a date with or without a time; a date alone may stand for
// its end.
func wireMoment(s string, day time.Duration) (time.Time, bool) {
	s = strings.TrimSuffix(s, "Z")
	if t, err := time.Parse(wireTime, s); err == nil {
		return t, true
	}
	t, err := time.Parse(wireDate, s)
	return t.Add(day), err == nil
}

func kppForm(s string) bool {
	if len(s) != 9 || !digits(s[:4]) || !digits(s[6:]) {
		return false
	}
	for _, r := range s[4:6] {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return true
}

func emailForm(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

func tail(code string) string {
	if len(code) <= 3 {
		return "…"
	}
	return "…" + code[len(code)-3:]
}
