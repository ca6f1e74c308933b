package sim

import (
	"fmt"
	"strings"
	"time"
)

// fill gives every field of the world that was left out its value.
func (w *World) fill(now time.Time) {
	w.Version = WorldVersion
	if len(w.APIKeys) == 0 {
		w.APIKeys = []string{DefaultAPIKey}
	}
	if len(w.PartnerLogins) == 0 {
		w.PartnerLogins = map[string]string{DefaultPartnerLogin: DefaultPartnerPassword}
	}
	if len(w.RentaLogins) == 0 {
		w.RentaLogins = map[string]RentaLogin{DefaultRentaLogin: {Password: DefaultRentaPassword, Centre: DefaultCentreINN}}
	}
	setDefault(&w.Partner.INN, DefaultPartnerINN)
	if w.Partner.Balance == nil {
		balance := DefaultBalance
		w.Partner.Balance = &balance
	}
	setDefault(&w.Gateway, "EKkt")
	setDefault(&w.Booking, BookingTakes)
	setDefault(&w.BookStatus, BookStatus)
	setDefault(&w.Tax.Mode, TaxPolls)
	if w.Tax.Polls <= 0 {
		w.Tax.Polls = 1
	}
	if w.Tax.Delay <= 0 {
		w.Tax.Delay = Duration(time.Hour)
	}
	if w.Sequence.KktID == 0 {
		w.Sequence.KktID = 16839
	}
	if w.Reports == nil {
		w.Reports = map[string]Report{}
	}
	w.fillParts(now)
}

func (w *World) fillParts(now time.Time) {
	for _, c := range w.Companies {
		w.fillCompany(c)
	}
	for _, t := range w.Tills {
		w.fillTill(t, now)
	}
	for _, c := range w.Codes {
		w.fillCode(c, now)
	}
	for _, a := range w.Applications {
		setDefault(&a.Stage, StageInitialization)
		setDefault(&a.Status, StatusNew)
	}
	centre := w.onlyCentre()
	for _, m := range w.Members {
		setDefault(&m.Centre, centre)
	}
}

func (w *World) fillCompany(c *Company) {
	if c.KPP == "" && len(c.INN) == 10 {
		c.KPP = c.INN[:4] + "01001"
	}
	setDefault(&c.Name, fmt.Sprintf("Юридическое лицо %s", c.INN))
	setDefault(&c.Email, "client@sandbox.example")
	setDefault(&c.Phone, "+7 (495) 123-45-67")
	setDefault(&c.Agreement, seededUUID(fmt.Sprintf("%d/agreement/%s", w.Seed, c.INN)))
}

func (w *World) fillTill(t *Till, now time.Time) {
	setDefault(&t.ID, seededUUID(fmt.Sprintf("%d/till/%s", w.Seed, t.Serial)))
	setDefault(&t.OFD, DefaultOFDINN)
	if t.Created.IsZero() && t.RNM != "" {
		t.Created = At(now.AddDate(0, -6, 0))
	}
	if t.FNEnd.IsZero() && t.FN != "" {
		t.FNEnd = At(now.AddDate(0, 12, 0))
	}
	if t.FormatVersion == 0 {
		t.FormatVersion = 4
	}
}

func (w *World) fillCode(c *Code, now time.Time) {
	setDefault(&c.ID, seededUUID(fmt.Sprintf("%d/code/%s", w.Seed, c.Code)))
	setDefault(&c.Service, "Ofd")
	setDefault(&c.Tariff, "Green")
	setDefault(&c.Status, "Active")
	if c.Count == nil {
		one := 1
		c.Count = &one
	}
	if c.Expires.IsZero() {
		c.Expires = At(now.AddDate(1, 0, 0))
	}
}

// onlyCentre is the INN of the centre when the logins open one only.
func (w *World) onlyCentre() string {
	centre := ""
	for _, l := range w.RentaLogins {
		if centre != "" && l.Centre != centre {
			return DefaultCentreINN
		}
		centre = l.Centre
	}
	return strings.TrimSpace(centre)
}

func setDefault(field *string, value string) {
	if *field == "" {
		*field = value
	}
}
