package sim

// applicationRefusal says why the service does not take an application or a
// change of one; empty means that it does.
func (c *core) applicationRefusal(a *Application) string {
	for _, check := range []func(*Application) string{
		companyRefusal, deviceRefusal, c.knownCompanyRefusal, c.runningRefusal, c.purposeRefusal, c.balanceRefusal,
	} {
		if message := check(a); message != "" {
			return message
		}
	}
	return ""
}

func companyRefusal(a *Application) string {
	inn, kpp := a.Company.Inn, a.Company.Kpp
	switch {
	case !digits(inn, 10, 12):
		return "Некорректный ИНН"
	case len(inn) == 10 && !kppForm(kpp):
		return "Некорректный КПП"
	case len(inn) == 12 && kpp != "":
		return "КПП не указывается для индивидуального предпринимателя"
	}
	if r := a.Company.Signatory.RepresentativeDetails; r != nil && *r != (Representative{}) &&
		(r.Number == "" || r.EvaluateDate == "" || r.DocID == "") {
		return "Данные доверенности указаны не полностью"
	}
	return ""
}

func (c *core) knownCompanyRefusal(a *Application) string {
	if v := c.byINN[a.Company.Inn]; v != nil && v.KPP != a.Company.Kpp {
		return "КПП не соответствует ИНН"
	}
	return ""
}

// deviceRefusal checks what every application says of its till.
func deviceRefusal(a *Application) string {
	k := &a.KKT
	full := a.Purpose != Unregistration // deregistration names the till and the reason, the rest is optional
	switch {
	case !serialForm(k.SerialNumber):
		return "Некорректный заводской номер ККТ"
	case (full || k.FnNumber != "") && !digits(k.FnNumber, 16):
		return "Некорректный номер ФН"
	case (full || k.FormatVersion != 0) && (k.FormatVersion < 2 || k.FormatVersion > 4):
		return "Некорректная версия ФФД"
	case k.FnType < 0 || k.FnType > 2:
		return "Некорректный тип ФН"
	case full && k.Model == "":
		return "Не указана модель ККТ"
	case full && !digits(k.OfdInn, 10):
		return "Некорректный ИНН ОФД"
	case full && k.OfdName == "":
		return "Не указано название ОФД"
	case full && addressText(k.InstallmentAddress) == "":
		return "Не указан адрес установки"
	case full && k.InstallmentPlace == "":
		return "Не указано место установки"
	case k.FiscalDocumentData != (RegistrationData{}):
		return "Отчет о регистрации передается после присвоения РНМ"
	}
	for _, d := range a.AutomaticDevices {
		if d.DeviceNumber == "" || addressText(d.InstallmentAddress) == "" {
			return "Не указан номер или адрес автоматического устройства"
		}
	}
	return ""
}

// runningRefusal allows several drafts, but one at the tax service.
func (c *core) runningRefusal(a *Application) string {
	for _, other := range c.bySent[trimSerial(a.KKT.SerialNumber)] {
		if other.ID != a.ID && other.running() {
			return "По кассе уже выполняется заявка"
		}
	}
	return ""
}

func (c *core) purposeRefusal(a *Application) string {
	till := c.bySerial[trimSerial(a.KKT.SerialNumber)]
	switch a.Purpose {
	case InitialRegistration:
		if till != nil && till.Registered() {
			return "ККТ уже зарегистрирована"
		}
		return ""
	case Reregistration:
		if message := registeredRefusal(a, till); message != "" {
			return message
		}
		return reregRefusal(a, till)
	case Unregistration:
		if message := registeredRefusal(a, till); message != "" {
			return message
		}
		if r := a.KKT.UnregistrationReasons; r == nil || *r == (UnregReasons{}) {
			return "Не указана причина снятия с учета"
		}
		return ""
	}
	return "Некорректное назначение заявки"
}

func registeredRefusal(a *Application, till *Till) string {
	switch {
	case !digits(a.KKT.RegNumber, 16):
		return "Некорректный РНМ"
	case !rnmFits(a.KKT.RegNumber, a.Company.Inn, a.KKT.SerialNumber):
		return "РНМ не соответствует ИНН и заводскому номеру"
	case till == nil || !till.Registered() || till.RNM != a.KKT.RegNumber:
		return "ККТ не зарегистрирована"
	}
	return ""
}

func reregRefusal(a *Application, till *Till) string {
	r := a.KKT.ReregistrationReasons
	switch {
	case r == nil || *r == (ReregReasons{}):
		return "Не указана причина перерегистрации"
	case r.UserChanged:
		return "При смене пользователя касса регистрируется заново"
	case r.FnChanged && (!a.KKT.ClosedFnDetails.complete() || !a.KKT.InstalledFnDetails.complete()):
		return "Не указаны отчеты о закрытии и об установке ФН"
	case !r.FnChanged && till.FN != "" && a.KKT.FnNumber != till.FN:
		return "Номер ФН изменен без указания причины"
	}
	return ""
}

// balanceRefusal: another OFD costs 100 roubles (004 §6).
func (c *core) balanceRefusal(a *Application) string {
	if a.fee() > *c.w.Partner.Balance {
		return "Недостаточно средств на балансе партнера"
	}
	return ""
}

func (a *Application) fee() int {
	if a.Purpose == Unregistration || a.KKT.OfdInn == DefaultOFDINN {
		return 0
	}
	return registrationFeeRoubles
}
