package sim

import (
	"net/http"
	"time"
)

type entityRow struct {
	UserInn        string
	UserKpp        string
	UserName       string
	KktRergistered int // as the example spells it
	KktOnline      int
}

type memberRow struct {
	UserInn         string
	UserKpp         string
	UserName        string
	KktAdress       string // as the example spells it
	KktPlace        string
	KktSerialNumber string
	KktRegNumber    string
	FnNumber        string
}

// active tells whether a membership has not ended.
func (m *Member) active(now time.Time) bool { return m.Off.IsZero() || now.Before(m.Off.Time) }

// legalEntities is the list of tenants of the centre.
func (c *core) legalEntities(q request) reply {
	centre, _ := c.centreOf(q)
	rows := []*entityRow{}
	byINN := map[string]*entityRow{}
	for _, m := range c.w.Members {
		if m.Centre != centre || !m.active(c.now) {
			continue
		}
		row := byINN[m.INN]
		if row == nil {
			name, kpp := c.tenant(m)
			row = &entityRow{UserInn: m.INN, UserKpp: kpp, UserName: name}
			byINN[m.INN] = row
			rows = append(rows, row)
		}
		row.KktRergistered++
		if till := c.byRNM[m.RNM]; till != nil && till.Registered() && !till.LastDocument.IsZero() {
			row.KktOnline++
		}
	}
	return rentaData(rows)
}

// rentaKkts is the list of tills of the centre, or of one tenant.
func (c *core) rentaKkts(q request) reply {
	const innAt = 4 // api/renta/v1/kkts/{INN}
	centre, _ := c.centreOf(q)
	inn := ""
	if len(q.path) > innAt {
		inn = q.path[innAt]
	}
	rows := []memberRow{}
	for _, m := range c.w.Members {
		if m.Centre != centre || !m.active(c.now) || inn != "" && m.INN != inn {
			continue
		}
		name, kpp := c.tenant(m)
		rows = append(rows, memberRow{m.INN, kpp, name, m.Address, m.Place, m.Serial, m.RNM, m.FN})
	}
	if inn != "" && len(rows) == 0 {
		return rentaFailed(http.StatusNotFound, "InnNotFound")
	}
	return rentaData(rows)
}

func (c *core) tenant(m *Member) (name, kpp string) {
	name, kpp = m.Name, m.KPP
	if v := c.byINN[m.INN]; v != nil {
		setDefault(&name, v.Name)
		setDefault(&kpp, v.KPP)
	}
	return name, kpp
}
