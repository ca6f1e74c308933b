package planner

import (
	"slices"
	"strings"
)

// blind are the attributes that no call shows.
const blind = fieldFNType | fieldOFD | fieldFFD | fieldUsage | fieldAgents | fieldDevices

// unseen adds to the groups what cannot be compared of a till; drifted tells
// that something of it is known to have changed.
func (c *comparison) unseen(t *till, drifted bool) {
	switch {
	case t.live == nil && (t.registered() && !drifted || !t.registered() && t.wanted() && t.decl.RNM != "" && t.step(Register) == ""):
		c.hide(t.addr, "not in the list of tills, so that nothing can be compared", []string{"fn", "address", "place", "rnm"})
	case t.live == nil:
	default:
		c.unseenRow(t)
	}
	if !c.in.Live.RentaRead && t.wanted() && t.decl.Renta != "" {
		c.hide(t.addr, "the Renta list was not read", []string{"renta"})
	}
}

// unseenRow is unseen for a till that is in the list.
func (c *comparison) unseenRow(t *till) {
	if !t.registered() || t.prior.Attributes == nil {
		return
	}
	g := c.group("no call shows them, they are taken as last applied", blind.names())
	g.Count++ // of all: not one by one
	if f := emptyIn(t.live); f != 0 {
		c.hide(t.addr, "the list of tills leaves it empty", f.names())
	}
	if t.lag != 0 {
		c.hide(t.addr, "the list of tills still shows what was before the last application", t.lag.names())
	}
}

// emptyIn finds what a row does not tell.
func emptyIn(row *Till) fields {
	var f fields
	for i, s := range []string{row.FN, row.Address, row.Place} {
		if strings.TrimSpace(s) == "" {
			f |= []fields{fieldFN, fieldAddress, fieldPlace}[i]
		}
	}
	return f
}

// cabinetsUnseen says of recorded cabinets that no call shows them, and of
// receipts that they could not be read.
func (c *comparison) cabinetsUnseen() {
	for _, o := range c.others {
		if o.kind == kindCompany && !o.left && o.prior != nil && o.prior.Cabinet != nil {
			c.hide(o.addr, "no call shows them, they are taken as made", []string{"cabinet"})
		}
	}
	if why := c.in.Live.ReceiptsTrouble; why != "" {
		c.group("the receipts were not read: "+plain(why), []string{"receipts"})
	}
}

func (c *comparison) hide(addr, reason string, paths []string) {
	g := c.group(reason, paths)
	g.Count++
	g.Addresses = append(g.Addresses, addr)
}

func (c *comparison) group(reason string, paths []string) *Unseen {
	key := reason + "\x00" + strings.Join(paths, ",")
	g := c.groups[key]
	if g == nil {
		g = &Unseen{Reason: reason, Paths: slices.Clone(paths), Addresses: []string{}}
		c.groups[key] = g
	}
	return g
}
