package ofd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/renta"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// Receipts reads what tills in shopping centres have printed (001). It has no
// method that changes anything.
type Receipts struct {
	reader *renta.Reader
	cfg    Config
}

// NewReceipts makes a Receipts. Of the credentials only the Renta login is
// needed.
func NewReceipts(c Config) (*Receipts, error) {
	c.defaults()
	if c.RentaLogin == "" {
		return nil, errNoRenta
	}
	api, err := c.transport()
	if err != nil {
		return nil, err
	}
	return &Receipts{reader: renta.NewReader(api, c.rentaToken(api)), cfg: c}, nil
}

// Companies lists the companies whose receipts the login reads.
func (r *Receipts) Companies(ctx context.Context) ([]renta.LegalEntity, error) {
	list, err := r.reader.LegalEntities(ctx)
	return list, r.cfg.placed(err)
}

// List gives the receipts of a query one by one. A renta.WindowError tells how
// far it got.
func (r *Receipts) List(ctx context.Context, q renta.Query, each func(renta.Receipt) error) error {
	return r.cfg.placed(r.reader.Receipts(ctx, q, each))
}

// Show reads one receipt whole.
func (r *Receipts) Show(ctx context.Context, id string) (renta.FullReceipt, error) {
	receipt, err := r.reader.Receipt(ctx, id)
	return receipt, r.cfg.placed(err)
}

// lastReceipts reads the receipts of companies for the newest one of each till
// that is looked for, the newest windows first, and no further back than it
// must. Receipts are let go as they are read: what is kept is one a till.
func (o *Observer) lastReceipts(ctx context.Context, needs []planner.ReceiptNeed) ([]planner.LastReceipt, error) {
	if o.renta == nil {
		return nil, errNoRenta
	}
	var out []planner.LastReceipt
	for _, n := range needs {
		newest := newNewest(n.Serials)
		err := o.renta.Sightings(ctx, renta.Query{
			INN: n.INN, From: n.Since, To: o.cfg.Now().UTC().Add(aheadOfUTC),
			NewestFirst: true, Enough: newest.complete,
		}, newest.add)
		if err != nil && !errors.Is(err, renta.ErrInnNotFound) { // a company of whom Renta knows no till
			return nil, fmt.Errorf("ИНН %s: %w", n.INN, err)
		}
		out = append(out, newest.seen...)
	}
	return out, nil
}

// aheadOfUTC is further than any clock of a till is ahead of UTC.
const aheadOfUTC = 13 * time.Hour

// newest keeps the newest receipt of each of some tills.
type newest struct {
	at   map[string]int // by normalised factory number: place in seen, or -1
	seen []planner.LastReceipt
}

func newNewest(serials []string) *newest {
	n := &newest{at: make(map[string]int, len(serials))}
	for _, s := range serials {
		n.at[s] = -1
	}
	return n
}

// complete tells whether a receipt of each till was seen.
func (n *newest) complete() bool { return len(n.seen) == len(n.at) }

func (n *newest) add(s renta.Sighting) {
	i, wanted := n.at[fiscal.NormalizeSerial(s.Serial)]
	switch {
	case !wanted:
	case i < 0:
		n.at[fiscal.NormalizeSerial(s.Serial)] = len(n.seen)
		n.seen = append(n.seen, planner.LastReceipt{Serial: s.Serial, FN: s.FN, At: s.At, Received: s.Received})
	case s.At.After(n.seen[i].At):
		n.seen[i] = planner.LastReceipt{Serial: s.Serial, FN: s.FN, At: s.At, Received: s.Received}
	}
}
