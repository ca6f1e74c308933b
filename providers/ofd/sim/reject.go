package sim

import "fmt"

// rejection finds why the tax service refuses an application: because it was
// told to, or because things are not as the application says.
func (c *core) rejection(a *Application) (Rejection, bool) {
	if r, ok := c.toldRejection(a); ok {
		return r, true
	}
	if v := c.byINN[a.Company.Inn]; v != nil && v.Unknown {
		return Rejection{Reason: fmt.Sprintf("Ошибка проверки ЮЛ/ИП {inn=%s, ogrn=%s}: заявитель не найден", v.INN, v.OGRN)}, true
	}
	if a.Stage == StageInitialization {
		if message := c.purposeRefusal(a); message != "" {
			return Rejection{Reason: message}, true
		}
	}
	if r, ok := c.w.Reports[trimSerial(a.KKT.SerialNumber)]; ok && c.w.Tax.CheckReport && a.Stage == StageFinalization {
		d := a.KKT.FiscalDocumentData
		if d.DocumentNumber != r.Document || d.Signature != r.Sign {
			return Rejection{Reason: "Данные отчета о регистрации не соответствуют отчету ККТ"}, true
		}
	}
	return Rejection{}, false
}

// toldRejection finds the refusal that the world orders.
func (c *core) toldRejection(a *Application) (Rejection, bool) {
	for i := range c.w.Rejections {
		r := &c.w.Rejections[i]
		if !r.matches(a) {
			continue
		}
		found := *r
		if r.Times > 0 {
			if r.Times--; r.Times == 0 {
				c.w.Rejections = append(c.w.Rejections[:i:i], c.w.Rejections[i+1:]...)
			}
		}
		return found, true
	}
	return Rejection{}, false
}

func (r *Rejection) matches(a *Application) bool {
	return (r.Application == "" || r.Application == a.ID) &&
		(r.Serial == "" || trimSerial(r.Serial) == trimSerial(a.KKT.SerialNumber)) &&
		(r.INN == "" || r.INN == a.Company.Inn) &&
		(r.Purpose == "" || r.Purpose == a.Purpose) &&
		(r.Stage == "" || r.Stage == a.Stage)
}

// reject ends an application in one of the ways the documents leave open: by
// the status with a reason, by a paper, or by an unknown error.
func (c *core) reject(a *Application, r Rejection) {
	a.Finished, a.Documents = true, nil
	if r.Reason == "" {
		r.Reason = "Сведения не соответствуют данным налогового органа"
	}
	switch {
	case r.Unknown:
		a.StatusReason = r.Reason
		c.move(a, StatusUnknownError)
	case r.Document:
		a.ResultDocs = append([]ResultDoc{c.resultDoc(a, rejectionType(a))}, a.ResultDocs...)
		c.move(a, StatusSentToFns)
	default:
		a.StatusReason = r.Reason
		c.move(a, StatusRejected)
	}
}

func rejectionType(a *Application) string {
	switch {
	case a.Purpose == Reregistration:
		return "ReRegRejection"
	case a.Purpose == Unregistration:
		return "UnRegRejection"
	case a.Stage == StageFinalization:
		return "RegRejection"
	}
	return "RnmRejection"
}
