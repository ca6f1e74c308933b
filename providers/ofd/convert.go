package ofd

import (
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/partner"
)

// The planner's view of what was read. A list that was not read gives nil.

func plannerTills(l *tillList) []planner.Till {
	if l == nil {
		return nil
	}
	out := make([]planner.Till, 0, len(l.rows))
	for _, r := range l.rows {
		out = append(out, plannerTill(r))
	}
	return out
}

func plannerTill(r partner.KKT) planner.Till {
	return planner.Till{
		ID: r.ID, RNM: r.RNM, Serial: r.Serial, FN: r.FN, Model: r.Model, Address: r.Address, Place: r.Place,
		Tariff: r.Tariff, FNEnd: r.FNEnd, LastDocument: r.LastDocument, LastReceived: r.LastReceived,
		ContractStart: r.ContractStart, ContractEnd: r.ContractEnd,
	}
}

func plannerCodes(l *codeList) []planner.Code {
	if l == nil {
		return nil
	}
	out := make([]planner.Code, 0, len(l.rows))
	for _, r := range l.rows {
		out = append(out, planner.Code{
			ID: r.ID, Code: r.Code, Service: r.Service, Tariff: r.Tariff, Left: r.Remaining, Status: r.Status, Expires: r.Expires,
		})
	}
	return out
}

func plannerPayments(l *paymentList) []planner.Payment {
	if l == nil {
		return nil
	}
	out := make([]planner.Payment, 0, len(l.rows))
	for _, r := range l.rows {
		out = append(out, planner.Payment{
			At: r.At, INN: r.INN, RNM: r.RNM, Code: r.ActivationCode, Status: r.Status, ActivatedAt: r.Activated,
		})
	}
	return out
}

func plannerMembers(l *memberList) []planner.RentaTill {
	if l == nil {
		return nil
	}
	out := make([]planner.RentaTill, 0, len(l.rows))
	for _, r := range l.rows {
		out = append(out, planner.RentaTill{INN: r.INN, KPP: r.KPP, Company: r.Company, Serial: r.Serial, RNM: r.RNM, FN: r.FN, Address: r.Address, Place: r.Place})
	}
	return out
}

func plannerApplications(apps []partner.Application) map[string]planner.Application {
	out := make(map[string]planner.Application, len(apps))
	for _, a := range apps {
		if a.ID != "" {
			out[a.ID] = planner.Application{ID: a.ID, Stage: a.Stage, Status: a.Status, Reason: a.StatusReason, RNM: a.RegNumber}
		}
	}
	return out
}
