package ofd

import (
	"context"
	"fmt"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
	"github.com/kktctl/kktctl/state"
)

// announcement is the intent of one call. It is made when the call is ready to
// go, after the login and the wait for its turn: both can take so long that the
// lock is somebody else's by then, who has settled the intent as not sent.
type announcement struct {
	run     *apply.Run
	effect  state.Effect
	hash    string
	preRead map[string]string

	made    bool  // the call was ready, and the intent was asked for
	refused error // why there is none
}

// shut tells why the call cannot be made now, before anything is prepared.
func (a *announcement) shut() error {
	if a.run.Closed == nil {
		return nil
	}
	return a.run.Closed(a.effect)
}

// before gives the context in which the call is made.
func (a *announcement) before(ctx context.Context) context.Context {
	return httpapi.WithLast(ctx, func(ctx context.Context) (time.Duration, error) {
		a.made = true
		a.refused = a.run.Intend(ctx, a.effect, a.hash, a.preRead)
		return a.run.SendLeft(), a.refused
	})
}

// stop tells why a transition is not made: the intent was not, or the run was
// ended while the call waited. sent tells that the call succeeded.
func (a *announcement) stop(ctx context.Context, sent bool) error {
	switch {
	case a.refused != nil:
		return a.refused
	case a.made:
		return nil
	case sent:
		return fmt.Errorf("%s: %s was made without an intent: this is a defect of kktctl, please report it", a.run.Address, a.effect)
	}
	return ctx.Err()
}
