package planner

import (
	"strings"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// The reasons of a re-registration, as the service spells them (document 004
// table 10.2).
const (
	reasonFN      = "FnChanged"
	reasonPlace   = "InstallmentPlaceChanged"
	reasonOFD     = "OfdChaged"
	reasonDevices = "AutomatedDeviceChanged"
	reasonOffline = "SwitchedFromOnlineToOfflineMode"
	reasonOnline  = "SwitchedFromOfflineToOnlineMode"
	reasonOther   = "Other"
)

// planRegistration plans what brings a wanted till to its declared
// registration.
func (p *planning) planRegistration(t *till) {
	if t.blocked || !t.wanted() {
		return
	}
	p.checkRNM(t)
	if r := t.run(Register); r != nil && r.draft() && t.live != nil && !r.Unknown {
		p.say(diag.Warning, t, "in the list of tills while its registration is still a draft: it may have been registered elsewhere").Hint =
			"if so, end the draft before it is signed: kktctl state rm " + t.addr
	}
	if p.waitsFor(t) {
		return
	}
	switch {
	case t.live == nil:
		p.planRegister(t)
	case !t.registered() || t.prior.Attributes == nil:
		p.planReregister(t, p.planAdopt(t))
	default:
		t.recent = p.justApplied(t.prior)
		is, drift := t.observed()
		if t.lag != 0 {
			p.say(diag.Note, t, "re-registered on "+date(t.prior.AppliedAt)+"; the list of tills still shows the old "+strings.Join(t.lag.names(), ", "))
		}
		if !p.planReregister(t, is) {
			p.catchUp(t, is, drift)
		}
	}
}

// checkRNM warns of a declared РНМ that is not the live one.
func (p *planning) checkRNM(t *till) {
	if t.live == nil || t.decl.RNM == "" || t.live.RNM == "" || t.live.RNM == t.decl.RNM {
		return
	}
	p.say(diag.Warning, t, "the declared РНМ "+t.decl.RNM+" is not the live one, "+plain(t.live.RNM)).Hint = "the till was registered anew: correct rnm in the file, or leave it out"
}

// planRegister plans the registration of a till that is not live, unless
// there is a sign that it is registered already: that costs money and cannot
// be taken back.
func (p *planning) planRegister(t *till) {
	switch {
	case t.registered():
		p.notShown(t, "registered on "+date(t.prior.Since)+" but not in the list of tills",
			"it may not be shown yet, or was deregistered elsewhere; if it is gone for certain: kktctl state rm "+t.addr)
	case t.decl.RNM != "" && p.in.NoRefresh && !t.unregistered():
		p.leaveOut() // it may well be live: the list was not read, which is said once for all
	case (t.decl.RNM == "" || t.simplified()) && p.bookUnread(t): // registered once it is booked
	case t.simplified() && (t.decl.RNM == "" || !t.unregistered() || t.decl.RNM != t.prior.RNM):
		p.planSimplified(t)
	case t.decl.RNM != "" && t.unregistered():
		p.notShown(t, "deregistered on "+date(t.prior.Since)+", but an РНМ is declared", "leave rnm out of the file to register the till anew")
	case t.decl.RNM != "":
		p.notShown(t, "an РНМ is declared but the till is not in the list: nothing can be compared",
			"declare an activation code (paying makes the till visible), or leave rnm out of the file to register the till")
	default:
		p.add(t, Step{
			Action: Register, Reason: registerReason(t), Cost: fee(t.want.OFDINN),
			Waits: []Wait{WaitSignature, WaitTaxService, WaitReport}, FN: t.want.FN,
		})
	}
}

func registerReason(t *till) string {
	if t.unregistered() {
		return "not registered: deregistered on " + date(t.prior.Since) + ", and declared again"
	}
	return "not registered"
}

// notShown warns of a till that cannot be seen. A payment that is still to
// come makes it visible, so that nothing is amiss then.
func (p *planning) notShown(t *till, what, hint string) {
	if t.registered() && t.prior.Attributes != nil && compare(t.prior.Attributes, &t.want)&^t.ignored() != 0 {
		p.leaveOut()
		p.say(diag.Note, t, "declared otherwise than it was registered: compared again when the till is in the list")
	}
	if !t.unregistered() && (t.run(Pay) != nil || p.codeToUse(t)) {
		return
	}
	p.leaveOut()
	p.say(diag.Warning, t, what).Hint = hint
	if t.registered() {
		p.plan.Drift = append(p.plan.Drift, Drift{Address: t.addr, Path: "status", Applied: "registered", Live: "not listed"})
	}
}

// codeToUse tells whether a code is declared and none has been used on the
// till yet.
func (p *planning) codeToUse(t *till) bool {
	return !t.decl.ActivationCode.IsZero() && (t.prior == nil || t.prior.PaidCode.IsZero()) && !p.in.NoRefresh
}

// planAdopt plans to remember a till that is met live, and returns what is
// known of it then.
func (p *planning) planAdopt(t *till) *spec.Attributes {
	is, _ := observe(&t.want, t.live)
	reason := "met for the first time; FFD, usage, OFD and agents are taken as declared: no call shows them"
	if t.unregistered() {
		reason = "registered again outside kktctl after it was deregistered on " + date(t.prior.Since) +
			"; FFD, usage, OFD and agents are taken as declared: no call shows them"
		p.plan.Drift = append(p.plan.Drift, Drift{Address: t.addr, Path: "status", Applied: "unregistered", Live: "registered", Corrected: true})
	}
	prior := *is
	s := Step{Action: Adopt, Reason: reason, RNM: t.rnm(), FN: is.FN, Prior: &prior}
	if len(t.members) > 0 {
		s.Centre = t.decl.Renta
	}
	p.add(t, s)
	return is
}

// catchUp plans to remember what was changed elsewhere and is as declared.
func (p *planning) catchUp(t *till, is *spec.Attributes, drift fields) {
	settled := drift &^ compare(is, &t.want)
	if settled == 0 {
		return
	}
	prior := *t.prior.Attributes
	take(&prior, is, settled)
	p.add(t, Step{
		Action: Adopt, RNM: t.rnm(), FN: is.FN, Prior: &prior,
		Reason: strings.Join(settled.names(), ", ") + " changed outside kktctl to what is declared: remembered" + untold(settled),
	})
}

// untold reminds of what kktctl cannot see: a new ФН has to be reported to the
// tax service (54-ФЗ article 4.2).
func untold(f fields) string {
	if f&fieldFN == 0 {
		return ""
	}
	return "; make sure that the tax service was told of the new ФН, no call shows it"
}

// planReregister plans one application with everything in which the till
// differs from its declaration.
func (p *planning) planReregister(t *till, is *spec.Attributes) bool {
	f := compare(is, &t.want) &^ t.ignored()
	if f == 0 {
		return false
	}
	s := Step{
		Action: Reregister, Cost: p.feeOf(t.want.OFDINN, t.simplified()), Changes: changes(is, &t.want, f),
		Waits: []Wait{WaitSignature, WaitTaxService}, Reasons: reasons(f, is.Usage, t.want.Usage),
		Reason: p.reregisterReason(t, f), RNM: t.rnm(), FN: is.FN,
	}
	if t.simplified() {
		s.Simplified, s.Waits = true, []Wait{WaitTaxService}
		s.Reason += "; " + p.simplifiedWords()
	}
	if f&fieldFN != 0 && !t.decl.FNChange.Complete() {
		s.Waits = append([]Wait{WaitPapers}, s.Waits...)
		s.Reason += "; " + papers(t.decl.FNChange)
	}
	if f&(fieldFN|fieldAddress|fieldPlace) != 0 {
		s.Due = fiscal.Calendar{}.EndOfNextWorkingDay(p.in.Now)
	}
	p.add(t, s)
	return true
}

func (p *planning) reregisterReason(t *till, f fields) string {
	const seen = fieldFN | fieldAddress | fieldPlace
	var parts []string
	if names := (f & seen).names(); len(names) > 0 {
		parts = append(parts, strings.Join(names, ", ")+": not as declared")
	}
	if names := (f &^ seen).names(); len(names) > 0 {
		parts = append(parts, strings.Join(names, ", ")+": not as last applied")
	}
	if t.registered() && t.prior.Attributes != nil {
		if _, drift := t.observed(); drift&f != 0 {
			parts = append(parts, strings.Join((drift&f).names(), ", ")+" changed outside kktctl")
			if drift&f&fieldFN != 0 {
				parts = append(parts, "if ФН "+plain(t.live.FN)+" is in the till for good, declare it instead")
			}
		}
	}
	return strings.Join(parts, "; ")
}

// papers says what is missing for a change of the ФН.
func papers(c *spec.FNChange) string {
	closed, installed := c != nil && c.Closed != nil, c != nil && c.Installed != nil
	switch {
	case closed:
		return "fnChange.installed is missing: the report of the new ФН"
	case installed:
		return "fnChange.closed is missing: the report on closing the old ФН"
	}
	return "fnChange.closed and fnChange.installed are missing: the reports on closing the old ФН and on the new one"
}

// ReasonsOf names the reasons for which a till that is one way has to be
// re-registered as another (004 table 10.2); none when nothing differs.
func ReasonsOf(is, want *spec.Attributes) []string {
	return reasons(compare(is, want), is.Usage, want.Usage)
}

// reasons names the kinds of change for the application.
func reasons(f fields, was, want []string) []string {
	var out []string
	add := func(yes bool, reason string) {
		if yes {
			out = append(out, reason)
		}
	}
	offline, automated := toggled(was, want, "offline"), toggled(was, want, "automatedDevice")
	add(f&fieldFN != 0, reasonFN)
	add(f&(fieldAddress|fieldPlace) != 0, reasonPlace)
	add(f&fieldOFD != 0, reasonOFD)
	add(f&fieldDevices != 0 || f&fieldUsage != 0 && automated != 0, reasonDevices)
	add(f&fieldUsage != 0 && offline > 0, reasonOffline)
	add(f&fieldUsage != 0 && offline < 0, reasonOnline)
	add(other(f, was, want), reasonOther)
	return out
}

// other tells whether something changed that has no reason of its own.
func other(f fields, was, want []string) bool {
	if f&(fieldModel|fieldFFD|fieldAgents) != 0 || f&fieldFNType != 0 && f&fieldFN == 0 {
		return true
	}
	if f&fieldUsage == 0 {
		return false
	}
	for _, name := range append(sortedSet(was), want...) {
		if name != "offline" && name != "automatedDevice" && toggled(was, want, name) != 0 {
			return true
		}
	}
	return false
}
