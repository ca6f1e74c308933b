package ofd

import (
	"context"

	"github.com/kktctl/kktctl/providers/ofd/renta"
)

// Receipts reads what tills in shopping centres have printed (001). It has no
// method that changes anything.
type Receipts struct{ reader *renta.Reader }

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
	return &Receipts{reader: renta.NewReader(api, c.rentaToken(api))}, nil
}

// Companies lists the companies whose receipts the login reads.
func (r *Receipts) Companies(ctx context.Context) ([]renta.LegalEntity, error) {
	list, err := r.reader.LegalEntities(ctx)
	return list, withHint(err)
}

// List gives the receipts of a query one by one. A renta.WindowError tells how
// far it got.
func (r *Receipts) List(ctx context.Context, q renta.Query, each func(renta.Receipt) error) error {
	return withHint(r.reader.Receipts(ctx, q, each))
}

// Show reads one receipt whole.
func (r *Receipts) Show(ctx context.Context, id string) (renta.FullReceipt, error) {
	receipt, err := r.reader.Receipt(ctx, id)
	return receipt, withHint(err)
}
