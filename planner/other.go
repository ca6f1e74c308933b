package planner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// The kinds of what is no till, in the order of the plan. Their steps come as
// they need each other: those of companies stand before the tills', the rest
// behind them.
const (
	kindCompany = "companies"
	kindOrder   = "orders"
	kindCheck   = "checks"
	kindReceipt = "receipts"
)

func kinds() []string { return []string{kindCompany, kindOrder, kindCheck, kindReceipt} }

// peer is something that is no till and has an address: a company, an order,
// a check, or a receipt that was sent by hand.
type peer struct {
	subject
	kind string
	name string
}

// matchOthers makes one of each that is declared or remembered.
func (p *planning) matchOthers() {
	p.byAddr = map[string]*peer{}
	for name, c := range p.in.Fleet.Companies {
		p.declareOther(kindCompany, spec.CompanyAddress(name), c.Pos)
	}
	for name, o := range p.in.Fleet.Orders {
		p.declareOther(kindOrder, spec.OrderAddress(name), o.Pos)
	}
	for name, c := range p.in.Fleet.Checks {
		p.declareOther(kindCheck, spec.CheckAddress(name), c.Pos)
	}
	for addr, r := range p.in.Prior.Others {
		o := p.byAddr[addr]
		if o == nil {
			o = &peer{subject: subject{addr: addr}}
			o.kind, o.name, _ = strings.Cut(addr, ".")
			p.byAddr[addr] = o
		}
		o.prior = &r
	}
	for _, o := range p.byAddr {
		p.others = append(p.others, o)
	}
	slices.SortFunc(p.others, func(a, b *peer) int {
		return cmp.Or(cmp.Compare(slices.Index(kinds(), a.kind), slices.Index(kinds(), b.kind)), cmp.Compare(a.addr, b.addr))
	})
}

func (p *planning) declareOther(kind, addr string, pos diag.Pos) {
	_, name, _ := strings.Cut(addr, ".")
	p.byAddr[addr] = &peer{subject: subject{addr: addr, inFile: true, pos: pos}, kind: kind, name: name}
}

// planOthers plans for what is chosen of the kinds. What runs goes on, also
// when it is not in the file any more.
func (p *planning) planOthers(of ...string) {
	for _, o := range p.others {
		if o.left || !slices.Contains(of, o.kind) {
			continue
		}
		p.continueOther(o)
		if o.kind == kindCompany {
			p.noteCabinet(o) // of this run, before another key of the company is looked at
		}
		switch {
		case o.inFile:
			p.planOther(o)
		case o.kind == kindReceipt:
		case o.busy():
			p.sayOf(diag.Note, &o.subject, "not in the file any more; what is under way goes on to its end")
		default:
			p.forgetOther(o)
		}
	}
}

// planOther plans what is declared of one.
func (p *planning) planOther(o *peer) {
	switch o.kind {
	case kindCompany:
		p.planCabinet(o)
	case kindOrder:
		p.planOrder(o)
	case kindCheck:
		p.planCheck(o)
	}
}

// continueOther takes up the workflows that run.
func (p *planning) continueOther(o *peer) {
	if o.prior == nil {
		return
	}
	for i := range o.prior.Running {
		if r := &o.prior.Running[i]; !r.unbegun() && !r.untaken() {
			o.put(p.goesOn(r))
		}
	}
}

// goesOn is the step of a workflow that runs; what was read of its order counts
// more than what it waited for.
func (p *planning) goesOn(r *Running) Step {
	word := ""
	if r.Order != nil {
		word = p.in.Live.Orders[r.Order.ID]
	}
	if word == "" {
		return continues(r.unheld(), "")
	}
	read := *r
	read.WaitingFor, read.Message = "", ""
	return continues(&read, "the order is "+plain(word))
}

// untaken tells a receipt that no service has taken: only who has its file can
// send it, so that no plan goes on with it.
func (r *Running) untaken() bool {
	return r.Action == Receipt && r.Phase == "print" && !r.Unsettled && !r.Unknown
}

// busy tells whether anything is under way.
func (o *peer) busy() bool {
	return o.prior != nil && slices.ContainsFunc(o.prior.Running, func(r Running) bool { return !r.unbegun() })
}

// forgetOther forgets what is not in the file any more. A cabinet and an order
// that were made are kept: the service does not tell of them a second time,
// and an order that comes back into the file must not be placed again. Receipts
// never were in the file, and are kept so that none is printed twice.
func (p *planning) forgetOther(o *peer) {
	if o.prior == nil || o.prior.Cabinet != nil || o.prior.Order != nil || o.kind == kindReceipt {
		return
	}
	o.put(Step{Action: Forget, Reason: "dropped from the file"})
}

// counterparts says in words how many of a kind there are.
func counterparts(kind string, n int) string {
	noun := map[string]string{kindCompany: "cabinet", kindOrder: "order", kindCheck: "check", kindReceipt: "receipt"}[kind]
	return counted(n, noun)
}
