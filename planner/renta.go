package planner

import (
	"github.com/kktctl/kktctl/spec/diag"
)

// planRenta plans joining and leaving the receipts collection of a shopping
// centre. A till that is dropped from the file is left alone, unless it is
// pruned: planLeaving sees to that.
func (p *planning) planRenta(t *till) {
	if t.blocked || !t.inFile {
		return
	}
	if !p.in.Live.RentaRead {
		if t.decl.Renta != "" && t.wanted() {
			p.leaveOut()
			p.groups.add(groupRentaUnread, t.addr)
		}
		return
	}
	wanted := ""
	if t.wanted() && !t.runs(Unregister) {
		wanted = t.decl.Renta
	}
	if r := t.run(AddKKT); r != nil {
		if wanted == "" {
			p.later(t, AddKKT)
		}
		return
	}
	if t.runs(RemoveKKT) {
		if wanted != "" {
			p.join(t, wanted, "declared a member of Renta, and about to be removed")
		}
		return
	}
	was := t.centre(t.decl.Renta)
	if len(t.members) > 0 && (wanted == "" || !p.sameCentre(was, wanted)) {
		if !p.leave(t, was) {
			return
		}
		if wanted != "" {
			p.join(t, wanted, "the centre changed from "+was)
		}
		return
	}
	if wanted != "" {
		p.checkMembership(t, wanted)
	}
}

// centre is where a member is: the Renta list does not say it.
func (t *till) centre(otherwise string) string {
	if t.prior != nil && t.prior.Renta != "" {
		return t.prior.Renta
	}
	return otherwise
}

func (p *planning) sameCentre(a, b string) bool {
	if a == b {
		return true
	}
	x, ok := p.in.Fleet.Centres[a]
	y, ok2 := p.in.Fleet.Centres[b]
	return ok && ok2 && x.INN == y.INN
}

// leave plans to remove the till from a centre, and tells whether it could.
func (p *planning) leave(t *till, centre string) bool {
	what := "removed from Renta"
	if t.inFile && t.decl.Unregister != "" {
		what = "deregistered, nor removed from Renta"
	}
	if p.guarded(t, what) {
		return false
	}
	if centre == "" {
		centre = p.onlyCentre()
	}
	if _, ok := p.in.Fleet.Centres[centre]; !ok {
		p.leaveOut()
		what = "a member of Renta, but of which centre is not known: it cannot be removed"
		if centre != "" {
			what = "a member of the centre " + centre + ", which is not in the file: it cannot be removed"
		}
		p.say(diag.Warning, t, what).Hint = "keep the centre under centres: until the till has left it"
		return false
	}
	m := t.members[0]
	rnm := t.rnm()
	if rnm == "" {
		rnm = m.RNM
	}
	p.add(t, Step{
		Action: RemoveKKT, Reason: leaveReason(t), Centre: centre, RNM: rnm, FN: m.FN,
	})
	return true
}

// onlyCentre is the centre when there is one only.
func (p *planning) onlyCentre() string {
	if len(p.in.Fleet.Centres) == 1 {
		for key := range p.in.Fleet.Centres {
			return key
		}
	}
	return ""
}

func leaveReason(t *till) string {
	switch {
	case !t.inFile:
		return "a member of Renta, and dropped from the file"
	case t.decl.Unregister != "":
		return "a member of Renta, and to be unregistered"
	case t.decl.Renta == "":
		return "a member of Renta, but not by declaration"
	}
	return "a member of another centre than declared"
}

// checkMembership plans to join when the till is not listed as it should be.
func (p *planning) checkMembership(t *till, centre string) {
	fn := t.want.FN
	if t.ignored()&fieldFN != 0 {
		fn = t.fn()
	}
	why := "declared a member of Renta, and not listed"
	for _, m := range t.members {
		switch {
		case fn != "" && m.FN != "" && m.FN != fn:
			why = "listed in Renta with another ФН, " + plain(m.FN)
		case t.rnm() != "" && m.RNM != "" && m.RNM != t.rnm():
			why = "listed in Renta with another РНМ, " + plain(m.RNM)
		default:
			return
		}
	}
	p.join(t, centre, why)
}

// join plans to add the till to a centre, once it is registered as declared.
func (p *planning) join(t *till, centre, why string) {
	if t.live == nil && !t.registered() && t.rnm() == "" && t.step(Register) == "" {
		return // never going to be registered by this plan: said elsewhere
	}
	p.add(t, Step{
		Action: AddKKT, Reason: why, Centre: centre, RNM: t.rnm(), FN: t.want.FN,
		Requires: t.need(Register, Reregister, Pay, RemoveKKT),
	})
}
