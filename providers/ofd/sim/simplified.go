package sim

import (
	"net/http"
	"strings"
)

// Card is what the tax service makes of the report of a till that registered
// itself, through its ОФД. Of a till that has none here, the card is there at
// once; one that is not known in any other way needs it.
type Card struct {
	Serial   string `json:"serial"`
	INN      string `json:"inn,omitempty"`
	RNM      string `json:"rnm,omitempty"`
	FN       string `json:"fn,omitempty"`
	Document string `json:"document,omitempty"` // number of the till's report
	Model    string `json:"model,omitempty"`
	Address  string `json:"address,omitempty"`
	Place    string `json:"place,omitempty"`

	Early  int  `json:"early,omitempty"`  // so many times it is not found yet: REJECTED
	Never  bool `json:"never,omitempty"`  // it is never found
	Failed bool `json:"failed,omitempty"` // ERROR
}

// The statuses of a simplified registration (004 table 15).
const (
	SimplifiedProcessing = "PROCESSING"
	SimplifiedRejected   = "REJECTED"
	SimplifiedSuccess    = "SUCCESS"
	SimplifiedError      = "ERROR"
)

// Simplified is the simplified part of an application (004 §7.2).
type Simplified struct {
	Status string `json:"status"`
	// Numbers names what it was started with when no application was named.
	Numbers string `json:"numbers,omitempty"`
}

type simplifiedRequest struct {
	ApplicationID string `json:"ApplicationId"`
	RegNumber     string
	FnNumber      string
	Document      string `json:"DocumentNumber"`
	Inn           string
	Purpose       string
}

// startSimplified is 004 §7.2: of an application, or of a till by its numbers.
func (c *core) startSimplified(q request) reply {
	var body simplifiedRequest
	if err := q.decode(&body); err != nil {
		return simplifiedFailed(http.StatusBadRequest, "BadRequest", err.Error())
	}
	if body.ApplicationID == "" {
		return c.startNumbers(body)
	}
	effect := Effect{Kind: EffectSimple, Key: strings.ToLower(body.ApplicationID)}
	a := c.byApp[effect.Key]
	if a != nil {
		effect.Serial, effect.Duplicate = a.KKT.SerialNumber, a.Simplified != nil
	}
	if message := c.simplifiedRefusal(a, body); message != "" {
		effect.Reason = message
		c.record(effect)
		return simplifiedFailed(http.StatusBadRequest, "BadRequest", message)
	}
	return c.charge(a, effect)
}

func (c *core) simplifiedRefusal(a *Application, body simplifiedRequest) string {
	switch {
	case body != (simplifiedRequest{ApplicationID: body.ApplicationID}):
		return "Заявка указывается без других параметров"
	case a == nil:
		return "Заявка не найдена"
	case a.Simplified != nil:
		return "Упрощенная регистрация уже запущена"
	case a.Status != StatusNew || a.Stage != StageInitialization || a.Prepared:
		return "Заявка уже подготовлена"
	case a.Purpose == Unregistration:
		return "Снятие с учета не выполняется в упрощенном порядке"
	}
	return c.applicationRefusal(a)
}

// startNumbers is the way without an application: the service makes one.
func (c *core) startNumbers(body simplifiedRequest) reply {
	numbers := strings.Join([]string{body.Purpose, body.RegNumber, body.FnNumber, body.Document}, " ")
	effect := Effect{Kind: EffectSimple, Key: numbers}
	for _, a := range c.w.Applications {
		if a.Simplified != nil && a.Simplified.Numbers == numbers && (!a.Finished || a.Status == StatusApproved) {
			effect.Duplicate = true
		}
	}
	message := numbersRefusal(body)
	if effect.Duplicate {
		message = "Упрощенная регистрация уже запущена"
	}
	a := c.applicationOf(body)
	effect.Serial = a.KKT.SerialNumber
	if message == "" {
		message = c.numbersFit(a)
	}
	if message != "" {
		effect.Reason = message
		c.record(effect)
		return simplifiedFailed(http.StatusBadRequest, "BadRequest", message)
	}
	a.Simplified = &Simplified{Numbers: numbers}
	return c.charge(a, effect)
}

func numbersRefusal(b simplifiedRequest) string {
	switch {
	case b.Purpose != InitialRegistration && b.Purpose != Reregistration:
		return "Некорректное назначение заявки"
	case !digits(b.RegNumber, 16):
		return "Некорректный РНМ"
	case !digits(b.FnNumber, 16):
		return "Некорректный номер ФН"
	case !digits(b.Document):
		return "Некорректный номер фискального документа"
	case !digits(b.Inn, 10, 12):
		return "Некорректный ИНН"
	}
	return ""
}

// numbersFit checks the numbers against each other, as far as the till is
// known.
func (c *core) numbersFit(a *Application) string {
	till := c.byRNM[a.KKT.RegNumber]
	switch serial := a.KKT.SerialNumber; {
	case serial != "" && !rnmFits(a.KKT.RegNumber, a.Company.Inn, serial):
		return "РНМ не соответствует ИНН и заводскому номеру"
	case a.Purpose == Reregistration && (till == nil || !till.Registered()):
		return "ККТ не зарегистрирована"
	case a.Purpose == InitialRegistration && till != nil && till.Registered() && !till.Detached:
		return "ККТ уже зарегистрирована"
	}
	return c.runningRefusal(a)
}

// applicationOf makes an application of the numbers and of what is known of
// the till that they name.
func (c *core) applicationOf(b simplifiedRequest) *Application {
	a := &Application{
		Purpose: b.Purpose, Stage: StageInitialization, Status: StatusNew,
		Company: CompanyDetails{Inn: b.Inn},
		KKT:     KKTDetails{RegNumber: b.RegNumber, FnNumber: b.FnNumber, FiscalDocumentData: RegistrationData{DocumentNumber: b.Document}},
	}
	if v := c.byINN[b.Inn]; v != nil {
		a.Company.Kpp = v.KPP
	}
	k := &a.KKT
	if t := c.byRNM[b.RegNumber]; t != nil {
		k.SerialNumber, k.Model, k.OfdInn, k.FormatVersion = t.Serial, t.Model, t.OFD, t.FormatVersion
		k.InstallmentAddress.FullAddress, k.InstallmentPlace = t.Address, t.Place
		return a
	}
	for _, card := range c.w.Cards {
		if card.RNM == b.RegNumber {
			k.SerialNumber, k.Model, k.OfdInn, k.FormatVersion = card.Serial, card.Model, DefaultOFDINN, 4
			k.InstallmentAddress.FullAddress, k.InstallmentPlace = card.Address, card.Place
		}
	}
	return a
}

// charge takes the money and starts the search for the card. The answer shows
// the application as it was: New, as in the example.
func (c *core) charge(a *Application, effect Effect) reply {
	if c.w.Partner.SimplifiedFee+a.fee() > *c.w.Partner.Balance {
		effect.Reason = "Не удалось оплатить услугу"
		c.record(effect)
		return simplifiedFailed(http.StatusOK, "InternalError", effect.Reason)
	}
	*c.w.Partner.Balance -= c.w.Partner.SimplifiedFee + a.fee()
	if a.ID == "" {
		c.adopt(a)
	}
	effect.OK = true
	c.record(effect)
	answer := c.render(a)
	if a.Simplified == nil {
		a.Simplified = &Simplified{}
	}
	a.Simplified.Status = SimplifiedProcessing
	c.move(a, StatusAutoFinalization)
	return data(answer)
}

// simplifiedFailed is the shape of an error that 004 §7.2 shows.
func simplifiedFailed(status int, code, message string) reply {
	type problem struct{ Code, Message string }
	return jsonReply(status, struct {
		Data    any
		Success bool
		Errors  []problem
	}{nil, false, []problem{{code, message}}})
}

// simplifiedStatus is 004 §7.2.1. Each reading is a tick of the tax service.
func (c *core) simplifiedStatus(q request) reply {
	a, rep, ok := c.find(q)
	if !ok {
		return rep
	}
	if a.Simplified == nil {
		return failed(http.StatusNotFound, "упрощенная регистрация не запускалась")
	}
	if !c.frozen {
		c.tick(a)
	}
	out := struct {
		Status      string
		DownloadURL string `json:"DownloadUrl,omitempty"`
	}{Status: a.Simplified.Status}
	if out.Status == SimplifiedSuccess {
		out.DownloadURL = "https://ofd.ru/api/integration/v2/b2b/kkt/registration/" + a.ID + "/simplified/download?AuthToken=" + q.query.Get("AuthToken")
	}
	return data(out)
}
