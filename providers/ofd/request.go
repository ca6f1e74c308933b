package ofd

import (
	"fmt"
	"slices"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/spec"
)

// request writes an application from attributes (004 §6.2.1).
func request(run *apply.Run, a spec.Attributes, purpose string) (partner.ApplicationRequest, error) {
	c, err := companyOf(run)
	if err != nil {
		return partner.ApplicationRequest{}, err
	}
	ffd, ok := map[string]partner.FormatVersion{"1.05": partner.FFD105, "1.1": partner.FFD11, "1.2": partner.FFD12}[a.FFD]
	if !ok {
		return partner.ApplicationRequest{}, fmt.Errorf("%s: ФФД %q cannot be registered", run.Address, a.FFD)
	}
	req := partner.ApplicationRequest{
		Purpose:        purpose,
		CompanyDetails: companyDetails(c),
		KKTDetails: &partner.KKTDetails{
			Serial: a.Serial, RegNumber: a.RNM, OFDINN: a.OFDINN, OFDName: a.OFDName, FN: a.FN, FNType: fnType(a.FNType),
			Model: a.Model, Address: address(a.Address), Place: a.Place,
			UsageMode: usageMode(a.Usage), AgentSettings: agentSettings(a.Agents), FormatVersion: ffd,
		},
	}
	for _, d := range a.Devices {
		req.AutomaticDevices = append(req.AutomaticDevices, partner.AutomaticDevice{Address: address(d.Address), Place: d.Place, Number: d.Number})
	}
	return req, nil
}

func companyDetails(c spec.Company) *partner.CompanyDetails {
	out := &partner.CompanyDetails{INN: c.INN, KPP: c.KPP}
	if p := c.PowerOfAttorney; p != nil {
		out.Signatory = &partner.CompanySignatory{Representative: &partner.RepresentativeDetails{Number: p.Number, Date: p.Date, ID: p.ID}}
	}
	return out
}

func fnType(t spec.FNType) partner.FNType {
	return map[spec.FNType]partner.FNType{spec.FN15: partner.FN15, spec.FN36: partner.FN36}[t]
}

func address(a spec.Address) *partner.Address {
	return &partner.Address{
		PostalCode: a.PostalCode, RegionCode: a.RegionCode, Region: a.Region, Settlement: a.Settlement, Street: a.Street,
		HouseNumber: a.HouseNumber, Building: a.Building, Office: a.Office, FIAS: a.FIAS, FullAddress: a.Text(),
	}
}

func usageMode(names []string) *partner.UsageMode {
	has := func(n string) bool { return slices.Contains(names, n) }
	return &partner.UsageMode{
		Offline: has("offline"), Gambling: has("gambling"), Lottery: has("lottery"), Agent: has("agent"),
		AutomatedDevice: has("automatedDevice"), Internet: has("internet"), Mobile: has("mobile"), Banking: has("banking"),
		ExcisableGoods: has("excisableGoods"), FormsForReports: has("formsForReports"), Marking: has("marking"),
		PawnShop: has("pawnShop"), Insurance: has("insurance"),
	}
}

// agentSettings are sent for agents only: the examples of the other tills have
// none (004 §7.1).
func agentSettings(names []string) *partner.AgentSettings {
	if len(names) == 0 {
		return nil
	}
	has := func(n string) bool { return slices.Contains(names, n) }
	return &partner.AgentSettings{
		Agent: has("agent"), PayAgent: has("payAgent"), BankPayAgent: has("bankPayAgent"), PaySubAgent: has("paySubAgent"),
		BankPaySubAgent: has("bankPaySubAgent"), Commissioner: has("commissioner"), Represent: has("represent"),
	}
}

// reasons writes the reasons that the plan derived (004 table 10.2).
func reasons(run *apply.Run) (*partner.ReregistrationReasons, error) {
	var out partner.ReregistrationReasons
	for _, r := range run.Workflow.Data.Reasons {
		switch r {
		case "FnChanged":
			out.FNChanged = true
		case "InstallmentPlaceChanged":
			out.InstallmentPlaceChanged = true
		case "OfdChaged":
			out.OFDChanged = true
		case "AutomatedDeviceChanged":
			out.AutomatedDeviceChanged = true
		case "SwitchedFromOfflineToOnlineMode":
			out.SwitchedFromOfflineToOnlineMode = true
		case "SwitchedFromOnlineToOfflineMode":
			out.SwitchedFromOnlineToOfflineMode = true
		case "Other":
			out.Other = true
		default:
			return nil, fmt.Errorf("%s: the reason %q is not known to this kktctl: use a newer one", run.Address, r)
		}
	}
	return &out, nil
}

func unregistrationReasons(run *apply.Run) (*partner.UnregistrationReasons, error) {
	because := run.Workflow.Data.Unregister
	out := &partner.UnregistrationReasons{Lost: because == spec.ReasonLost, Stolen: because == spec.ReasonStolen, Broken: because == spec.ReasonBroken}
	if !out.Lost && !out.Stolen && !out.Broken {
		return nil, fmt.Errorf("%s: no reason to deregister it is given", run.Address)
	}
	return out, nil
}

func paper(r *spec.FiscalReport) *partner.FNDetails {
	return &partner.FNDetails{DateTime: r.At, Document: r.Document, Sign: r.Sign}
}

// reportRequest enters the printed report of registration (004 §7.6.1).
func reportRequest(r spec.FiscalReport) partner.ApplicationRequest {
	return partner.ApplicationRequest{KKTDetails: &partner.KKTDetails{
		Report: &partner.FiscalDocumentData{DateTime: r.At, DocumentNumber: r.Document, Signature: r.Sign},
	}}
}
