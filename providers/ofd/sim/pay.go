package sim

import (
	"net/http"
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
	if c.w.Booking == BookingFree || c.bookingOf(till, p.ActivationCode) == nil {
		if message := c.codeRefusal(p.ActivationCode, "Ofd"); message != "" {
			return message
		}
	}
	if till.ForeignPartner {
		return "Нельзя применить код активации на ККТ с чужим кодом партнера"
	}
	return ""
}

func (c *core) codeRefusal(given, service string) string {
	switch code := c.byCode[given]; {
	case code == nil:
		return "Ошибка применения: код активации не найден"
	case code.Foreign:
		return "Нельзя применить код активации на ККТ с чужим кодом партнера"
	case code.Service != service:
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
	if k := c.booked[trimSerial(till.Serial)]; c.w.Booking == BookingPays && k != nil && !k.Used {
		return "Ошибка применения: на ККТ уже применен код активации"
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
	c.cabinet(p.Inn, p.Kpp) // it is made when there is none
	code, k := c.byCode[p.ActivationCode], c.bookingOf(till, p.ActivationCode)
	if k == nil || c.w.Booking == BookingFree {
		*code.Count--
	}
	if k != nil {
		k.Used = true
	}
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
