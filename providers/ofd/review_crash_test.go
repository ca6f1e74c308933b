package ofd_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/kktctl/kktctl/state"
)

// dying is a store that stops at one of its writes, before or after that write
// was durable, and takes no more: the process has died as far as it can tell.
type dying struct {
	state.Store
	left  atomic.Int64
	after bool
}

var errDied = errors.New("the process died")

func (d *dying) Append(ctx context.Context, l *state.Lease, entries []state.Entry) error {
	left := d.left.Add(-1)
	if left < 0 {
		return errDied
	}
	if left == 0 {
		if !d.after {
			return errDied
		}
		return errors.Join(d.Store.Append(ctx, l, entries), errDied)
	}
	return d.Store.Append(ctx, l, entries)
}

// A process that dies at any of its writes leaves a state from which another
// one goes on, and nothing happens twice.
func TestDeathAtEveryWrite(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := int64(1); ; n++ {
			b := everyWorkflow(t)
			whole := b.store
			d := &dying{Store: whole, after: after}
			d.left.Store(n)
			b.store = d
			_, err := b.apply()
			b.store = whole
			b.converge(4)
			b.noDuplicates()
			if t.Failed() {
				t.Fatalf("after a death at write %d (durable: %t)", n, after)
			}
			if !errors.Is(err, errDied) {
				break // there are no more writes than that
			}
			_ = b.svc.Close()
		}
	}
}
