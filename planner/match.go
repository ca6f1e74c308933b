package planner

import (
	"cmp"
	"slices"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// matchTills finds for every till of the file its record in the state and its
// live rows, and for every other record that it is dropped.
func (p *planning) matchTills() {
	p.indexLive()
	p.declare()
	p.claimRecords()
	for _, declared := range []bool{true, false} { // what is declared is never a dropped till's
		for _, take := range []func(*till){p.takeBySerial, p.takeByRNM, p.takeMembers} {
			for _, t := range p.tills {
				if t.inFile == declared {
					take(t)
				}
			}
		}
	}
}

// declare makes a till of every declared one.
func (p *planning) declare() {
	f := p.in.Fleet
	slab := make([]till, 0, len(f.KKTs))
	for name, k := range f.KKTs {
		slab = append(slab, till{subject: subject{addr: spec.KKTAddress(name), inFile: true, pos: k.Pos}, decl: k, want: f.AttributesOf(k)})
	}
	p.tills = make([]*till, 0, len(slab)+len(p.in.Prior.Resources)/8)
	for i := range slab {
		p.tills = append(p.tills, &slab[i])
	}
	p.sortTills()
}

func (p *planning) sortTills() {
	slices.SortFunc(p.tills, func(a, b *till) int { return cmp.Compare(a.addr, b.addr) })
}

// index finds rows by factory number and by РНМ. Rows of one factory number
// are chained in the order of the slice that was indexed.
type index struct {
	serials []string // normalised
	next    []int32
	bySer   map[string]int32
	byRNM   map[string]int32
	used    []bool
}

func newIndex(n int, key func(i int) (serial, rnm string)) index {
	x := index{
		serials: make([]string, n), next: make([]int32, n), used: make([]bool, n),
		bySer: make(map[string]int32, n), byRNM: make(map[string]int32, n),
	}
	for i := n - 1; i >= 0; i-- {
		serial, rnm := key(i)
		x.serials[i], x.next[i] = fiscal.NormalizeSerial(serial), -1
		if s := x.serials[i]; s != "" {
			if j, ok := x.bySer[s]; ok {
				x.next[i] = j
			}
			x.bySer[s] = int32(i)
		}
		if rnm != "" {
			x.byRNM[rnm] = int32(i)
		}
	}
	return x
}

// chain calls f with every row of the factory number.
func (x *index) chain(serial string, f func(i int)) {
	i, ok := x.bySer[fiscal.NormalizeSerial(serial)]
	if !ok {
		return
	}
	for ; i >= 0; i = x.next[i] {
		f(int(i))
	}
}

// indexLive brings the live rows into an order of their own, so that the order
// in which the service lists them does not show.
func (p *planning) indexLive() {
	p.rows = make([]*Till, len(p.in.Live.Tills))
	for i := range p.rows {
		p.rows[i] = &p.in.Live.Tills[i]
	}
	slices.SortFunc(p.rows, compareTills)
	p.live = newIndex(len(p.rows), func(i int) (string, string) { return p.rows[i].Serial, p.rows[i].RNM })
	p.renta = make([]*RentaTill, len(p.in.Live.Renta))
	for i := range p.renta {
		p.renta[i] = &p.in.Live.Renta[i]
	}
	slices.SortFunc(p.renta, compareMembers)
	p.members = newIndex(len(p.renta), func(i int) (string, string) { return p.renta[i].Serial, p.renta[i].RNM })
}

func compareTills(a, b *Till) int {
	if c := cmp.Compare(a.RNM, b.RNM); c != 0 {
		return c
	}
	return cmp.Or(
		cmp.Compare(a.Serial, b.Serial), cmp.Compare(a.ID, b.ID), cmp.Compare(a.FN, b.FN),
		cmp.Compare(a.Model, b.Model), cmp.Compare(a.Address, b.Address), cmp.Compare(a.Place, b.Place),
		cmp.Compare(a.Tariff, b.Tariff), a.FNEnd.Compare(b.FNEnd), a.LastDocument.Compare(b.LastDocument),
		a.ContractStart.Compare(b.ContractStart), a.ContractEnd.Compare(b.ContractEnd),
	)
}

func compareMembers(a, b *RentaTill) int {
	if c := cmp.Compare(a.RNM, b.RNM); c != 0 {
		return c
	}
	return cmp.Or(
		cmp.Compare(a.Serial, b.Serial), cmp.Compare(a.FN, b.FN), cmp.Compare(a.INN, b.INN),
		cmp.Compare(a.Address, b.Address), cmp.Compare(a.Place, b.Place),
	)
}

// takeBySerial gives the till the live rows of its factory number.
func (p *planning) takeBySerial(t *till) {
	p.live.chain(t.serial(), func(i int) {
		if p.live.used[i] {
			return
		}
		p.live.used[i] = true
		row := p.rows[i]
		t.rows = append(t.rows, row)
		if t.live == nil || t.prefer(row, t.live) {
			t.live = row
		}
	})
}

// prefer tells whether row a says more about the till than b: a till that was
// registered anew may be listed with its old РНМ as well.
func (t *till) prefer(a, b *Till) bool {
	rank := func(r *Till) int {
		n := 0
		if t.inFile && fiscal.CheckRNM(r.RNM, t.want.INN, t.want.Serial) {
			n |= 4
		}
		if t.decl.RNM != "" && r.RNM == t.decl.RNM {
			n |= 2
		}
		if t.prior != nil && (r.RNM == t.prior.RNM) != t.prior.Unregistered {
			n |= 1
		}
		return n
	}
	if x, y := rank(a), rank(b); x != y {
		return x > y
	}
	return a.LastDocument.After(b.LastDocument)
}

// takeByRNM gives a till that was not found by its factory number the live row
// of its РНМ.
func (p *planning) takeByRNM(t *till) {
	if t.live != nil {
		return
	}
	for _, rnm := range []string{t.decl.RNM, t.rnm()} {
		if i, ok := p.live.byRNM[rnm]; ok && rnm != "" && !p.live.used[i] {
			p.live.used[i] = true
			t.live = p.rows[i]
			t.rows = append(t.rows, t.live)
			return
		}
	}
}

// takeMembers gives the till its rows in the Renta list.
func (p *planning) takeMembers(t *till) {
	p.members.chain(t.serial(), func(i int) {
		if p.members.used[i] {
			return
		}
		p.members.used[i] = true
		t.members = append(t.members, p.renta[i])
	})
	if i, ok := p.members.byRNM[t.rnm()]; ok && len(t.members) == 0 && !p.members.used[i] {
		p.members.used[i] = true
		t.members = append(t.members, p.renta[i])
	}
}

// listUnmanaged lists the live rows that belong to nobody.
func (p *planning) listUnmanaged() {
	for i, r := range p.rows {
		if !p.live.used[i] {
			p.plan.Unmanaged = append(p.plan.Unmanaged, Unmanaged{Serial: r.Serial, RNM: r.RNM, Model: r.Model, Address: r.Address})
		}
	}
	slices.SortStableFunc(p.plan.Unmanaged, func(a, b Unmanaged) int {
		return cmp.Or(cmp.Compare(a.Serial, b.Serial), cmp.Compare(a.RNM, b.RNM))
	})
}

// remembered takes the state for the live state.
func remembered(prior Prior) Live {
	l := Live{TillsRead: true, RentaRead: true}
	for _, r := range prior.Resources {
		a := r.Attributes
		if !r.Registered || a == nil {
			continue
		}
		row := Till{RNM: r.RNM, Serial: serialOf(&r), FN: a.FN, Model: a.Model, Address: a.Address.Text(), Place: a.Place}
		if !r.PaidCode.IsZero() {
			row.ContractStart = r.PaidAt
		}
		l.Tills = append(l.Tills, row)
		if r.Renta != "" {
			l.Renta = append(l.Renta, RentaTill{INN: r.INN, Serial: row.Serial, RNM: row.RNM, FN: row.FN, Address: row.Address, Place: row.Place})
		}
	}
	return l
}
