package sim

import (
	"net/http"
)

type createRequest struct {
	Purpose          string
	CompanyDetails   CompanyDetails
	KktDetails       KKTDetails
	AutomaticDevices []AutomaticDevice
}

// create is 004 §7.1. A draft costs nothing, and a till may have several.
func (c *core) create(q request) reply {
	var body createRequest
	if err := q.decode(&body); err != nil {
		return failed(http.StatusBadRequest, err.Error())
	}
	a := &Application{
		Purpose: body.Purpose, Stage: StageInitialization, Status: StatusNew,
		Company: body.CompanyDetails, KKT: body.KktDetails, AutomaticDevices: body.AutomaticDevices,
	}
	if a.Purpose == InitialRegistration {
		a.KKT.RegNumber = "" // it is the tax service that gives one
	}
	effect := Effect{Kind: EffectCreate, Serial: a.KKT.SerialNumber}
	if message := c.applicationRefusal(a); message != "" {
		effect.Key, effect.Reason = a.Purpose+" "+trimSerial(a.KKT.SerialNumber), message
		c.record(effect)
		return failed(http.StatusBadRequest, message)
	}
	c.adopt(a)
	effect.Key, effect.OK = a.ID, true
	c.record(effect)
	return data(c.render(a))
}

// adopt gives a new application its ids and puts it into the world.
func (c *core) adopt(a *Application) {
	company := c.company(a.Company.Inn, a.Company.Kpp)
	a.ID, a.Account = c.w.newUUID(), c.w.newUUID()
	a.Agreement = c.cabinet(a.Company.Inn, a.Company.Kpp).Agreement
	c.w.Sequence.KktID++
	a.KktID = c.w.Sequence.KktID
	a.Created = At(c.now)
	c.move(a, a.Status)
	setDefault(&a.Company.Signatory.Email, company.Email)
	setDefault(&a.Company.Signatory.Phone, company.Phone)
	c.w.Applications = append(c.w.Applications, a)
	c.indexApplication(a)
}

// move puts an application into a status.
func (c *core) move(a *Application, status string) {
	a.Status, a.Ticks = status, 0
	a.StatusChanged, a.Updated = At(c.now), At(c.now)
	c.dirty = true
}

// find gives the application that a path names.
func (c *core) find(q request) (*Application, reply, bool) {
	const idAt = 5 // api/integration/v2/b2b/kkt/registration/{id}
	a := c.byApp[q.path[idAt+1]]
	if a == nil {
		return nil, failed(http.StatusNotFound, "заявка не найдена"), false
	}
	return a, reply{}, true
}

// application is 004 §7.5. Each reading is a tick of the tax service.
func (c *core) application(q request) reply {
	a, rep, ok := c.find(q)
	if !ok {
		return rep
	}
	if !c.frozen {
		c.tick(a)
	}
	return data(c.render(a))
}
