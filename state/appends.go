package state

import (
	"context"
	"errors"
	"sync"
)

// maxGroup bounds the entries that are committed together; a call with more is
// committed alone.
const maxGroup = 4096

// Appends makes groups of a store's concurrent calls of Append: what comes
// while one group is being committed goes into the next.
type Appends struct {
	// Commit makes the entries of calls under one lease durable, all or none,
	// and numbers them. It is called by one goroutine at a time.
	Commit func(lease *Lease, calls [][]Entry) error

	mu       sync.Mutex
	queue    []*appending
	draining bool
}

// appending is one call that waits to be committed.
type appending struct {
	lease   *Lease
	entries []Entry
	done    chan error
}

// Add does what a store's Append has to do. Once it has begun it is not cut
// short by ctx: its outcome would not be known.
func (a *Appends) Add(ctx context.Context, lease *Lease, entries []Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if lease == nil {
		return errors.New("a write needs a lease")
	}
	for i := range entries {
		if err := CheckEntry(&entries[i]); err != nil {
			return err
		}
	}
	r := &appending{lease: lease, entries: entries, done: make(chan error, 1)}
	a.mu.Lock()
	a.queue = append(a.queue, r)
	if !a.draining {
		a.draining = true
		go a.drain()
	}
	a.mu.Unlock()
	return <-r.done
}

// drain commits what is queued, group by group, until nothing is.
func (a *Appends) drain() {
	for {
		a.mu.Lock()
		group := a.next()
		a.draining = len(group) > 0
		a.mu.Unlock()
		if len(group) == 0 {
			return
		}
		calls := make([][]Entry, len(group))
		for i, r := range group {
			calls[i] = r.entries
		}
		err := a.Commit(group[0].lease, calls)
		for _, r := range group {
			r.done <- err
		}
	}
}

// next takes the calls of the next group from the queue.
func (a *Appends) next() []*appending {
	n, entries := 0, 0
	for n < len(a.queue) {
		r := a.queue[n]
		first := a.queue[0]
		if n > 0 && (entries+len(r.entries) > maxGroup || r.lease.ID != first.lease.ID || r.lease.Epoch != first.lease.Epoch) {
			break
		}
		entries += len(r.entries)
		n++
	}
	group := a.queue[:n:n]
	if a.queue = a.queue[n:]; len(a.queue) == 0 {
		a.queue = nil
	}
	return group
}

// Numbered gives copies of the entries of several calls, one after the other,
// with the serials after last and an epoch.
func Numbered(calls [][]Entry, last, epoch uint64) []Entry {
	var all []Entry
	for _, entries := range calls {
		for _, e := range entries {
			last++
			e.Serial, e.Epoch = last, epoch
			all = append(all, e)
		}
	}
	return all
}

// Number gives the callers' entries the numbers of their copies, once these
// are durable.
func Number(calls [][]Entry, numbered []Entry) {
	for _, entries := range calls {
		for i := range entries {
			entries[i].Serial, entries[i].Epoch = numbered[i].Serial, numbered[i].Epoch
		}
		numbered = numbered[len(entries):]
	}
}
