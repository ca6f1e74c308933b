package sim

import (
	"maps"
	"slices"
)

// clone makes a deep copy.
func (w *World) clone() *World {
	out := *w
	out.APIKeys = slices.Clone(w.APIKeys)
	out.PartnerLogins = maps.Clone(w.PartnerLogins)
	out.RentaLogins = maps.Clone(w.RentaLogins)
	out.Partner.Balance = clonePtr(w.Partner.Balance)
	out.Companies = cloneAll(w.Companies)
	out.Tills = cloneAll(w.Tills)
	out.Codes = cloneAll(w.Codes)
	for _, c := range out.Codes {
		c.Count = clonePtr(c.Count)
	}
	out.PayStatuses = cloneAll(w.PayStatuses)
	out.Bookings = cloneAll(w.Bookings)
	out.Members = cloneAll(w.Members)
	out.RentaReceipts = cloneAll(w.RentaReceipts)
	for _, r := range out.RentaReceipts {
		r.Items = slices.Clone(r.Items)
	}
	out.Cabinets = cloneAll(w.Cabinets)
	out.Orders = cloneAll(w.Orders)
	out.Emails = slices.Clone(w.Emails)
	out.Orange = w.Orange.clone()
	out.OrangeReceipts = cloneAll(w.OrangeReceipts)
	out.CheckOnline.Tills = maps.Clone(w.CheckOnline.Tills)
	out.CheckOnline.Failures = slices.Clone(w.CheckOnline.Failures)
	out.CheckReceipts = cloneAll(w.CheckReceipts)
	out.Reports = maps.Clone(w.Reports)
	out.Cards = cloneAll(w.Cards)
	out.Rejections = slices.Clone(w.Rejections)
	out.Applications = cloneAll(w.Applications)
	for i, a := range out.Applications {
		out.Applications[i] = a.clone()
	}
	return &out
}

// clone makes a deep copy.
func (o Orange) clone() Orange {
	o.Keys, o.Expire = slices.Clone(o.Keys), slices.Clone(o.Expire)
	o.Tills, o.Polls = maps.Clone(o.Tills), clonePtr(o.Polls)
	return o
}

// clone makes a deep copy.
func (a *Application) clone() *Application {
	out := *a
	out.Company.Director = clonePtr(a.Company.Director)
	out.Company.LegalAddress = clonePtr(a.Company.LegalAddress)
	out.Company.Signatory.RepresentativeDetails = clonePtr(a.Company.Signatory.RepresentativeDetails)
	out.KKT.ReregistrationReasons = clonePtr(a.KKT.ReregistrationReasons)
	out.KKT.UnregistrationReasons = clonePtr(a.KKT.UnregistrationReasons)
	out.Simplified = clonePtr(a.Simplified)
	out.KKT.AgentSettings = clonePtr(a.KKT.AgentSettings)
	out.AutomaticDevices = slices.Clone(a.AutomaticDevices)
	out.Documents = slices.Clone(a.Documents)
	out.ResultDocs = slices.Clone(a.ResultDocs)
	out.SignedIDs = slices.Clone(a.SignedIDs)
	return &out
}

func clonePtr[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// cloneAll copies the entries in one block, for a world may be large.
func cloneAll[T any](in []*T) []*T {
	if in == nil {
		return nil
	}
	block := make([]T, len(in))
	out := make([]*T, len(in))
	for i, v := range in {
		block[i] = *v
		out[i] = &block[i]
	}
	return out
}
