package planner

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// The words of a code that pays for the OFD service now (document 004 §2).
const (
	serviceOFD = "Ofd"
	codeActive = "Active"
)

// pool is what the partner's codes can still pay for.
type pool struct {
	p       *planning
	codes   []*Code // earliest expiry first
	left    map[*Code]int
	byCode  map[string]*Code
	literal map[string]bool // declared for a till: never taken for another
	queues  map[string][]*Code
	// unsettled says that a running payment may have used its code already:
	// the counts that were read may be without it, or not.
	unsettled bool
}

func newPool(p *planning) *pool {
	live := p.in.Live.Codes
	b := &pool{
		p: p, left: make(map[*Code]int, len(live)), byCode: make(map[string]*Code, len(live)),
		literal: make(map[string]bool, len(p.in.Codes)), queues: map[string][]*Code{},
	}
	for i := range live {
		b.codes = append(b.codes, &live[i])
	}
	slices.SortFunc(b.codes, compareCodes)
	for _, c := range b.codes {
		b.left[c] = max(c.Left, 0)
		if b.byCode[c.Code] == nil {
			b.byCode[c.Code] = c
		}
	}
	for _, code := range p.in.Codes {
		b.literal[code] = true
	}
	b.reserve()
	b.reserveBookings()
	for _, c := range b.codes {
		if b.takeable(c) {
			b.queues[""] = append(b.queues[""], c)
			t := fold(c.Tariff)
			b.queues[t] = append(b.queues[t], c)
		}
	}
	return b
}

// compareCodes puts those that expire first first; a code without an end is
// the last.
func compareCodes(a, b *Code) int {
	if a.Expires.IsZero() != b.Expires.IsZero() {
		if a.Expires.IsZero() {
			return 1
		}
		return -1
	}
	return cmp.Or(
		a.Expires.Compare(b.Expires), cmp.Compare(a.Code, b.Code), cmp.Compare(a.ID, b.ID),
		cmp.Compare(b.Left, a.Left), cmp.Compare(a.Tariff, b.Tariff), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Status, b.Status),
	)
}

func (b *pool) expired(c *Code) bool {
	return !c.Expires.IsZero() && !c.Expires.After(b.p.in.Now)
}

func (b *pool) takeable(c *Code) bool {
	return c.Code != "" && c.Service == serviceOFD && c.Status == codeActive && b.left[c] > 0 && !b.expired(c) && !b.literal[c.Code]
}

// reserve sets aside what running payments are going to use.
func (b *pool) reserve() {
	byID, byRecord := map[string]*Code{}, map[spec.CodeRecord]*Code{}
	for _, t := range b.p.tills {
		r := t.run(Pay)
		if r == nil || b.p.consumed(t, r) || t.booked() != nil {
			continue
		}
		b.unsettled = b.unsettled || r.Unsettled || r.Unknown
		if len(byID) == 0 {
			for _, c := range b.codes {
				byID[c.ID] = c
				byRecord[spec.RecordCode(b.p.in.Prior.FingerprintKey, c.Code)] = c
			}
		}
		c := byRecord[r.Code]
		if r.CodeID != "" {
			c = byID[r.CodeID]
		}
		if c != nil {
			b.left[c] = max(b.left[c]-1, 0)
		}
	}
}

// consumed tells whether a running payment has used its code already: the
// count that was read is without it then.
func (p *planning) consumed(t *till, r *Running) bool {
	if r.WaitingFor == WaitFirstDocument {
		return true
	}
	row, ok := p.paid[t.rnm()]
	if !ok {
		return false
	}
	// The service's clock is not ours, and counts in seconds: the code tells more
	// than the time.
	ours := row.Code != "" && spec.RecordCode(p.in.Prior.FingerprintKey, row.Code) == r.Code
	return ours || !row.At.Before(r.Started)
}

// spend gives every wish its code, or says why there is none.
func (p *planning) spend(b *pool) {
	var auto, byTariff []wish
	failed := refusals{}
	short := map[*Code][]string{}
	for _, w := range p.pays {
		switch {
		case w.booked != nil:
			b.p.planPay(w, &Code{ID: w.booked.CodeID})
		case w.code == "" && w.t.decl.Tariff != "":
			byTariff = append(byTariff, w)
		case w.code == "":
			auto = append(auto, w)
		default:
			b.spendDeclared(w, failed, short)
		}
	}
	// Those that need a certain tariff choose first: the others take any code.
	missing := append(b.spendPool(byTariff), b.spendPool(auto)...)
	b.report(failed, short, missing)
}

// refusals lists tills by why their code cannot be used.
type refusals map[string][]string

func (b *pool) spendDeclared(w wish, failed refusals, short map[*Code][]string) {
	c := b.byCode[w.code]
	if why := b.unfit(w, c); why != "" {
		why = "the activation code " + w.record.String() + " " + why
		failed[why] = append(failed[why], w.t.addr)
		return
	}
	if b.left[c] == 0 {
		short[c] = append(short[c], w.t.addr)
		return
	}
	b.left[c]--
	b.p.planPay(w, c)
}

// unfit says why a declared code cannot pay for the till.
func (b *pool) unfit(w wish, c *Code) string {
	switch {
	case c == nil:
		return "is not among the partner's codes: it is another partner's, or used up"
	case c.Service != serviceOFD:
		return "is for the service " + plain(c.Service) + ", not for the OFD service"
	case b.expired(c):
		return "expired on " + date(c.Expires)
	case c.Status != codeActive:
		return "is not active: its status is " + plain(c.Status)
	case w.t.decl.Tariff != "" && !sameName(c.Tariff, w.t.decl.Tariff):
		return "is of tariff " + plain(c.Tariff) + ", declared is " + w.t.decl.Tariff
	}
	return ""
}

// spendPool takes codes from the pool, and returns the wishes that none was
// left for.
func (b *pool) spendPool(wishes []wish) []wish {
	var missing []wish
	for _, w := range wishes {
		key := fold(w.t.decl.Tariff)
		q := b.queues[key]
		for len(q) > 0 && b.left[q[0]] == 0 {
			q = q[1:]
		}
		b.queues[key] = q
		if len(q) == 0 {
			missing = append(missing, w)
			continue
		}
		c := q[0]
		b.left[c]--
		w.record = spec.RecordCode(b.p.in.Prior.FingerprintKey, c.Code)
		b.p.planPay(w, c)
	}
	return missing
}

// report says what could not be paid for.
func (b *pool) report(failed refusals, short map[*Code][]string, missing []wish) {
	p := b.p
	if len(failed)+len(short)+len(missing) > 0 {
		p.leaveOut()
	}
	for _, why := range sortedKeys(failed) {
		d := p.say(diag.Error, nil, why)
		d.Detail = "declared for " + list(failed[why])
	}
	for _, c := range b.codes {
		if addrs := short[c]; len(addrs) > 0 {
			d := p.say(b.short(), nil, "the activation code "+spec.RecordCode(p.in.Prior.FingerprintKey, c.Code).String()+
				" has "+strconv.Itoa(max(c.Left, 0))+" left: "+counted(len(addrs), "payment")+" too many")
			d.Detail = "there is none for " + list(addrs)
		}
	}
	byTariff := refusals{}
	for _, w := range missing {
		byTariff[w.t.decl.Tariff] = append(byTariff[w.t.decl.Tariff], w.t.addr)
	}
	for _, tariff := range sortedKeys(byTariff) {
		what := "the partner's pool has too few activation codes"
		if tariff != "" {
			what += " of tariff " + tariff
		}
		addrs := byTariff[tariff]
		d := p.say(b.short(), nil, what+": "+strconv.Itoa(len(addrs))+" missing")
		d.Detail = "there is none for " + list(addrs)
		d.Hint = "buy codes, or declare them: auto takes " + strings.ToLower(codeActive) + " codes of the OFD service that are not declared for a till"
	}
}

// short is how bad it is that codes are missing. While the outcome of a payment
// is open the counts are in doubt: an error would keep apply from settling it.
func (b *pool) short() diag.Severity {
	if b.unsettled {
		return diag.Warning
	}
	return diag.Error
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
