package planner

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// BlockedAfter is how long the documents of a till may stay where they are: a
// ФН that could not hand over the oldest of them for so long blocks, and the
// till prints no more.
const BlockedAfter = 30 * 24 * time.Hour

// Silence is a till that has sent nothing for longer than declared.
type Silence struct {
	Address string
	RNM     string
	// Centre is the key of the one whose receipts were looked for; empty when
	// it is about documents that came to the OFD.
	Centre string
	After  time.Duration // as declared
	Last   time.Time     // UTC, of the last receipt or document; zero when none was found
	Since  time.Time     // UTC, from when it is silent at least
	// LastDocument is when the OFD got the last document of a till whose
	// receipts were looked for; zero when it is not known.
	LastDocument time.Time
	Blocks       time.Time // when its ФН blocks if it really sends nothing; zero when not known
	Now          time.Time

	documents bool // Last is of the OFD's list of tills, though receipts were looked for
}

// OtherFN is a till whose receipts name another ФН than its registration.
type OtherFN struct {
	Address string
	RNM     string
	FN      string // that it prints with
	Applied string // that it is registered with
	At      time.Time
	Due     time.Time // 54-ФЗ article 4.2: the end of the working day after the change
}

// What says it in a sentence.
func (o OtherFN) What() string {
	return fmt.Sprintf("prints with the ФН %s, not with %s: declare it under fn, with fnChange, or put the registered one back", plain(o.FN), plain(o.Applied))
}

// Watched is what readings show of tills that somebody has to look after.
type Watched struct {
	Silent   []Silence // sent nothing for longer than the fleet declares
	Printing []OtherFN // print with another ФН
}

// Watch looks at the tills that the fleet has watched, by address. It needs a
// live state that was read.
func Watch(in Input) Watched {
	p := newPlanning(&in)
	var w Watched
	if !in.Live.TillsRead {
		return w
	}
	p.matchTills()
	for _, t := range p.tills {
		if s, ok := p.silence(t); ok {
			w.Silent = append(w.Silent, s)
		}
		if t.inFile && t.ignored()&fieldFN != 0 {
			continue
		}
		if d, ok := p.printedDrift(t); ok {
			at := p.lastReceipt(t).received()
			w.Printing = append(w.Printing, OtherFN{
				Address: t.addr, RNM: t.rnm(), FN: d.Live, Applied: d.Applied, At: at, Due: fiscal.Calendar{}.EndOfNextWorkingDay(at),
			})
		}
	}
	return w
}

// What says it in a sentence.
func (s Silence) What() string {
	of, none := "its last document at the OFD is of ", "no document of it is known since "
	if s.Centre != "" && !s.documents {
		of = "its last receipt in the centre " + s.Centre + " is of "
		none = "no receipt of it came to the centre " + s.Centre + " since "
	}
	if s.Last.IsZero() {
		return none + date(s.Since)
	}
	return "silent for " + longFor(s.Now.Sub(s.Last)) + ": " + of + date(s.Last)
}

// Why says what is known besides, and what comes of it.
func (s Silence) Why() string {
	switch {
	case s.works():
		return "the OFD got a document of it on " + date(s.LastDocument) + ": it works, but prints no receipts, or the centre does not get them"
	case s.Blocks.IsZero():
		return "a ФН whose documents are not handed over for 30 days blocks"
	case !s.Blocks.After(s.Now):
		return "30 days have passed: its ФН blocks as soon as a document is waiting in it"
	}
	return "a ФН whose documents are not handed over for 30 days blocks: on " + date(s.Blocks)
}

// Hint says what a person can do.
func (s Silence) Hint() string {
	if s.works() {
		return "see whether it sells anything, and ask the centre for its membership in Renta"
	}
	return "see that the till is on and has a connection"
}

// works tells of a till that sends documents, but no receipts to its centre.
func (s Silence) works() bool {
	return s.LastDocument.After(s.Since) && s.Now.Sub(s.LastDocument) < s.After
}

// longFor says how long something lasts.
func longFor(d time.Duration) string {
	const day = 24 * time.Hour
	if d < 2*day {
		return counted(int(d/time.Hour), "hour")
	}
	return counted(int(d/day), "day")
}

// silence tells whether the till has been silent for too long, and since when.
func (p *planning) silence(t *till) (Silence, bool) {
	if !t.wanted() || t.live == nil || t.runs(Unregister) || p.in.NoRefresh {
		return Silence{}, false
	}
	if s, ok := p.silentInCentre(t); ok {
		return s, true
	}
	return p.silentAtOFD(t)
}

// silentInCentre looks for receipts where the centre declares them.
func (p *planning) silentInCentre(t *till) (Silence, bool) {
	after, ok := p.in.Fleet.ReceiptsOf(t.decl)
	if !ok || !p.in.Live.ReceiptsRead || !p.in.Live.RentaRead || len(t.members) == 0 {
		return Silence{}, false
	}
	horizon := p.in.Now.Add(-after)
	s := Silence{Address: t.addr, RNM: t.rnm(), Centre: t.decl.Renta, After: after, Now: p.in.Now, Since: horizon, LastDocument: lastDocument(t.live)}
	if r := p.lastReceipt(t); r != nil {
		s.Last, s.Since = r.received(), r.received()
	}
	if s.Since.After(horizon) || t.prior != nil && t.prior.RentaSince.After(horizon) {
		return Silence{}, false
	}
	if d := s.LastDocument; d.Sub(s.Last) > clockSlack && !d.After(horizon) { // silent at the OFD too, since then
		s.Last, s.Since, s.documents = d, d, true
	}
	if last := later(s.Last, s.LastDocument); !last.IsZero() {
		s.Blocks = last.Add(BlockedAfter)
	}
	return s, true
}

// silentAtOFD looks at the last document of the list of tills. One that the
// list does not show says nothing, unless kktctl itself registered the till:
// then it has sent none.
func (p *planning) silentAtOFD(t *till) (Silence, bool) {
	after := p.in.Fleet.Policy.SilentAfter
	if after <= 0 {
		return Silence{}, false
	}
	s := Silence{Address: t.addr, RNM: t.rnm(), After: after, Now: p.in.Now, Last: lastDocument(t.live)}
	if r := p.lastReceipt(t); r != nil {
		s.Last = later(s.Last, r.received())
	}
	s.Since = s.Last
	if s.Last.IsZero() && t.registered() {
		s.Since = t.prior.AppliedAt
	}
	if s.Since.IsZero() || s.Since.After(p.in.Now.Add(-after)) {
		return Silence{}, false
	}
	s.Blocks = s.Since.Add(BlockedAfter)
	return s, true
}

// moscowAhead is how far Moscow's clock is ahead of UTC: a till's own clock is
// taken for it where nothing better is known.
const moscowAhead = 3 * time.Hour

// clockSlack is how much two times of one document may differ: one of them is
// by the till's own clock, whose zone is not known.
const clockSlack = 12 * time.Hour

// lastDocument is when the OFD got the last document of the till, in UTC.
func lastDocument(row *Till) time.Time {
	if row.LastReceived.IsZero() && !row.LastDocument.IsZero() {
		return row.LastDocument.Add(-moscowAhead)
	}
	return row.LastReceived
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// received is when the receipt came to the service, in UTC.
func (r *LastReceipt) received() time.Time {
	if r.Received.IsZero() {
		return r.At.Add(-moscowAhead)
	}
	return r.Received
}

// lastReceipt is the newest receipt of the till, or nil.
func (p *planning) lastReceipt(t *till) *LastReceipt {
	if len(p.in.Live.Receipts) == 0 {
		return nil
	}
	if p.printed == nil {
		p.printed = make(map[string]*LastReceipt, len(p.in.Live.Receipts))
		for i := range p.in.Live.Receipts {
			r := &p.in.Live.Receipts[i]
			p.printed[fiscal.NormalizeSerial(r.Serial)] = r
		}
	}
	return p.printed[fiscal.NormalizeSerial(t.serial())]
}

// checkSilence warns of tills that have been silent for longer than declared,
// and of receipts that could not be read.
func (p *planning) checkSilence() {
	if why := p.in.Live.ReceiptsTrouble; why != "" {
		p.say(diag.Warning, nil, "the receipts were not read: silent tills of centres, and the ФН that they print with, were not looked for").Detail = plain(why)
	}
	var silent []*till
	for _, t := range p.chosen() {
		if _, ok := p.silence(t); ok {
			silent = append(silent, t)
		}
	}
	if len(silent) > sayEach {
		d := p.say(diag.Warning, nil, counted(len(silent), "till")+" silent for longer than declared")
		d.Detail, d.Hint = list(addressesOf(silent)), "kktctl tasks lists each of them"
		return
	}
	for _, t := range silent {
		s, _ := p.silence(t)
		d := p.say(diag.Warning, t, s.What())
		d.Detail, d.Hint = s.Why(), s.Hint()
	}
}

// sayEach is how many silent tills are told of one by one.
const sayEach = 20

func addressesOf(tills []*till) []string {
	out := make([]string, 0, len(tills))
	for _, t := range tills {
		out = append(out, t.addr)
	}
	return out
}

// printedDrift is the ФН that a till prints with, where that is neither the
// declared one nor the last applied, nor what the list of tills shows: that one
// is drift anyway.
func (p *planning) printedDrift(t *till) (Drift, bool) {
	r := p.lastReceipt(t)
	if r == nil || r.FN == "" || t.live == nil || !t.registered() || t.prior.Attributes == nil {
		return Drift{}, false
	}
	known := []string{t.prior.Attributes.FN, t.live.FN}
	if t.inFile && t.ignored()&fieldFN == 0 {
		known = append(known, t.want.FN)
	}
	for i := range t.prior.Running {
		if want := t.prior.Running[i].Desired; want != nil {
			known = append(known, want.FN)
		}
	}
	if was := t.prior.Replaced; was != nil && was.FN == r.FN && (p.justApplied(t.prior) || r.received().Before(t.prior.AppliedAt)) {
		return Drift{}, false // printed before the ФН was changed
	}
	if slices.Contains(known, r.FN) {
		return Drift{}, false
	}
	return Drift{Address: t.addr, Path: "fn", Applied: t.prior.Attributes.FN, Live: r.FN, Source: SourceReceipts}, true
}

// justApplied tells whether an application ended so short a time ago that
// readings may show what was before.
func (p *planning) justApplied(r *Resource) bool {
	return !r.AppliedAt.IsZero() && p.in.Now.Sub(r.AppliedAt) < listLag
}

// sayPrinted explains drift that receipts show.
func (p *planning) sayPrinted(t *till, d Drift) {
	if t.inFile && t.ignored()&fieldFN != 0 {
		return
	}
	p.leaveOut()
	say := p.say(diag.Warning, t, fmt.Sprintf("prints with the ФН %s, not with %s", plain(d.Live), plain(d.Applied)))
	say.Detail = "its last receipt says so; the list of tills still shows the registered one"
	say.Hint = "if it is in the till for good, declare it under fn, with fnChange: the till is to be re-registered by the end of the next working day"
}

// ReceiptNeed is a company whose receipts are to be read.
type ReceiptNeed struct {
	INN     string
	Since   time.Time // UTC
	Serials []string  // normalised factory numbers of the tills that are looked for, sorted
}

// receiptNeeds lists the companies that have tills in centres that declare
// receipts.
func receiptNeeds(f *spec.Fleet, now time.Time) []ReceiptNeed {
	by := map[string]*ReceiptNeed{}
	for _, k := range f.KKTs {
		after, ok := f.ReceiptsOf(k)
		if !ok || k.Unregister != "" {
			continue
		}
		inn := f.Companies[k.Company].INN
		n := by[inn]
		if n == nil {
			n = &ReceiptNeed{INN: inn, Since: now}
			by[inn] = n
		}
		if since := now.Add(-after); since.Before(n.Since) {
			n.Since = since
		}
		n.Serials = append(n.Serials, fiscal.NormalizeSerial(k.Serial))
	}
	out := make([]ReceiptNeed, 0, len(by))
	for _, n := range by {
		slices.Sort(n.Serials)
		out = append(out, *n)
	}
	slices.SortFunc(out, func(a, b ReceiptNeed) int { return cmp.Compare(a.INN, b.INN) })
	return out
}

// SilenceNeeds is what has to be read to tell silent tills, and nothing else.
func SilenceNeeds(f *spec.Fleet, now time.Time) Needs {
	n := Needs{Receipts: receiptNeeds(f, now)}
	n.Renta = len(n.Receipts) > 0
	n.Tills = len(f.KKTs) > 0 && (n.Renta || f.Policy.SilentAfter > 0)
	return n
}

// requests is how many calls the need makes at most: one for seven days.
func (n ReceiptNeed) requests(now time.Time) int {
	const week = 7 * 24 * time.Hour
	return int((now.Sub(n.Since) + ReceiptSlack + week - 1) / week)
}

// ReceiptSlack is how much longer than asked for a period of receipts is read,
// in all: tills have clocks of their own, up to half a day ahead of UTC.
const ReceiptSlack = 25 * time.Hour
