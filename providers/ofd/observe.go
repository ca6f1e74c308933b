package ofd

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/providers/ofd/renta"
)

// Observer reads the live state of a fleet. What was read in a round is read
// once, however many tills ask for it.
type Observer struct {
	cfg     Config
	partner *partner.Reader
	renta   *renta.Reader // nil without a login

	mu    sync.Mutex
	round time.Time // readings from before are old

	tills    memo[*tillList]
	codes    memo[*codeList]
	payments paymentMemo
	members  memo[*memberList]
	apps     memos[partner.Application]
	orders   memos[partner.OrderStatus]
}

var _ apply.Observer = (*Observer)(nil)

func newObserver(c Config) *Observer { return &Observer{cfg: c, round: c.Now()} }

// Round forgets what was read before: the next readings are fresh.
func (o *Observer) Round() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.round = o.cfg.Now()
}

func (o *Observer) roundStart() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.round
}

// Observe reads what is needed and nothing else.
func (o *Observer) Observe(ctx context.Context, n planner.Needs) (planner.Live, error) {
	var live planner.Live
	g, ctx := errgroup.WithContext(ctx)
	if n.Tills {
		g.Go(func() error {
			list, err := o.readTills(ctx, o.roundStart())
			live.Tills, live.TillsRead = plannerTills(list), err == nil
			return err
		})
	}
	if n.Codes {
		g.Go(func() error {
			list, err := o.readCodes(ctx, o.roundStart())
			live.Codes, live.CodesRead = plannerCodes(list), err == nil
			return err
		})
	}
	if n.Payments {
		g.Go(func() error {
			list, err := o.readPayments(ctx, n.PaymentsFrom, o.roundStart())
			live.Payments, live.PaymentsRead = plannerPayments(list), err == nil
			return err
		})
	}
	if n.Renta {
		g.Go(func() error {
			list, err := o.readMembers(ctx, o.roundStart())
			live.Renta, live.RentaRead = plannerMembers(list), err == nil
			return err
		})
	}
	if len(n.Receipts) > 0 {
		g.Go(func() error {
			list, err := o.lastReceipts(ctx, n.Receipts)
			live.Receipts, live.ReceiptsRead = list, err == nil
			if err != nil { // no step needs them: the plan says that they are missing
				live.ReceiptsTrouble = withHint(err).Error()
			}
			return ctx.Err()
		})
	}
	running := o.observeRunning(ctx, g, n)
	if err := g.Wait(); err != nil {
		return planner.Live{}, o.cfg.placed(err)
	}
	running(&live)
	return live, nil
}

// observeRunning reads what is under way, one call each, as a part of g. The
// function that it returns puts what was read into live, once g is done. What
// cannot be read is its own till's trouble: its step says so.
func (o *Observer) observeRunning(ctx context.Context, g *errgroup.Group, n planner.Needs) func(live *planner.Live) {
	apps := make([]partner.Application, len(n.Applications))
	for i, id := range n.Applications {
		g.Go(func() error {
			app, err := o.application(ctx, id, o.roundStart())
			if err == nil {
				apps[i] = app
			}
			return ctx.Err()
		})
	}
	orders := make([]string, len(n.Orders))
	for i, id := range n.Orders {
		g.Go(func() error {
			if st, err := o.order(ctx, id, o.roundStart()); err == nil {
				orders[i] = orderWord(st)
			}
			return ctx.Err()
		})
	}
	return func(live *planner.Live) {
		live.Orders = make(map[string]string, len(orders))
		for i, id := range n.Orders {
			live.Orders[id] = orders[i]
		}
		live.Applications = plannerApplications(apps)
	}
}

func (o *Observer) readTills(ctx context.Context, notBefore time.Time) (*tillList, error) {
	return o.tills.get(ctx, o.cfg.Now, notBefore, func(ctx context.Context) (*tillList, error) {
		rows, err := o.partner.KKTs(ctx, o.cfg.Fleet.Provider.Partner.INN)
		return indexTills(rows), err
	})
}

func (o *Observer) readCodes(ctx context.Context, notBefore time.Time) (*codeList, error) {
	return o.codes.get(ctx, o.cfg.Now, notBefore, func(ctx context.Context) (*codeList, error) {
		rows, err := o.partner.Codes(ctx)
		return indexCodes(rows), err
	})
}

// errNoRenta is what a fleet that names centres without a login meets.
var errNoRenta = errors.New("the fleet has tills in shopping centres, but no Renta login is declared\nhint: set provider.renta.login and provider.renta.password")

func (o *Observer) readMembers(ctx context.Context, notBefore time.Time) (*memberList, error) {
	if o.renta == nil {
		return nil, errNoRenta
	}
	return o.members.get(ctx, o.cfg.Now, notBefore, func(ctx context.Context) (*memberList, error) {
		rows, err := o.renta.KKTs(ctx, "")
		return indexMembers(rows), err
	})
}

func (o *Observer) application(ctx context.Context, id string, notBefore time.Time) (partner.Application, error) {
	return o.apps.of(id).get(ctx, o.cfg.Now, notBefore, func(ctx context.Context) (partner.Application, error) {
		return o.partner.Application(ctx, id)
	})
}

func (o *Observer) order(ctx context.Context, id string, notBefore time.Time) (partner.OrderStatus, error) {
	return o.orders.of(id).get(ctx, o.cfg.Now, notBefore, func(ctx context.Context) (partner.OrderStatus, error) {
		return o.partner.Order(ctx, id)
	})
}

// orderWord says how an order stands.
func orderWord(st partner.OrderStatus) string {
	switch st.State {
	case partner.OrderPaid:
		return planner.OrderPaid
	case partner.OrderOverdue:
		return "not paid in time"
	}
	return ""
}

// seen keeps an application that came as the answer to a call.
func (o *Observer) seen(app partner.Application) {
	if app.ID != "" {
		o.apps.of(app.ID).put(o.cfg.Now(), app)
	}
}

// paymentMemo is a memo of pay statuses, which are read from a time on.
type paymentMemo struct {
	mu   sync.Mutex
	from time.Time
	memo memo[*paymentList]
}

// slack is how far the service's clock may be from ours where a time has to
// be compared.
const slack = time.Hour

// ahead makes the window of pay statuses end past a service clock that runs
// ahead, be it by a zone or a day.
const ahead = 24 * time.Hour

func (o *Observer) readPayments(ctx context.Context, from, notBefore time.Time) (*paymentList, error) {
	m := &o.payments
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.from.IsZero() || from.Before(m.from) {
		m.from, m.memo.at = from, time.Time{}
	}
	return m.memo.get(ctx, o.cfg.Now, notBefore, func(ctx context.Context) (*paymentList, error) {
		rows, err := o.partner.PayStatuses(ctx, m.from, o.cfg.Now().Add(ahead))
		return indexPayments(rows), err
	})
}
