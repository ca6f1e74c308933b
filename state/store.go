package state

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// The errors of a Store. They are matched with errors.Is.
var (
	// ErrFenced: the lease is not the newest; somebody else holds the state or
	// it was unlocked by force. Nothing was written.
	ErrFenced = errors.New("the lock was taken over or removed: nothing was written")
	// ErrLineage: the snapshot to write is of another state.
	ErrLineage = errors.New("the state is of another lineage")
	// ErrSerial: the snapshot to write is older than what is stored.
	ErrSerial = errors.New("the state to write is older than the stored one")
	// ErrNewer: the stored state was written by a newer kktctl.
	ErrNewer = errors.New("the state was written by a newer kktctl")
	// ErrCorrupt: the stored state is damaged elsewhere than at the journal's tail.
	ErrCorrupt = errors.New("the state is damaged")
)

// Store keeps one state: a snapshot and the journal since.
//
// A lock either ends with its process (a local store's: Expires and Term are
// zero) or has a term, which Renew begins anew. While the term runs nobody
// else gets the lock. Once it has run out, by the store's clock, the next Lock
// takes it over and names the former holder in Lease.Previous: what that one
// sent last may not be recorded. Whatever comes from it later is refused with
// ErrFenced, however long it was on its way.
//
// Which clock decides is the store's to say: its server's where that has one.
// A holder never compares Expires with its own clock; it counts Term from the
// moment before it called Lock or Renew.
//
// A write whose answer is lost is settled by the store: it reads what is
// there before it tells the caller anything. Where that fails too, the write
// is an error, and the store refuses further writes until a Load: what was
// written may be there or not, whole in either case.
type Store interface {
	// Load returns the snapshot with the journal replayed, or nil when there is
	// no state yet. It needs no lock and sees only what is durable. Notices
	// tell a person of what was repaired (a torn tail that was left out).
	Load(ctx context.Context) (snap *Snapshot, notices []string, err error)
	// Init writes the first snapshot; it fails when there is a state already.
	Init(ctx context.Context, lease *Lease, snap *Snapshot) error
	// Append numbers the entries (Serial, Epoch) in place and makes them durable,
	// all or none, before it returns. Concurrent calls are committed as a group.
	Append(ctx context.Context, lease *Lease, entries []Entry) error
	// Compact replaces snapshot and journal by snap, keeping the previous
	// generation. snap.Serial must be the serial of the last entry appended.
	Compact(ctx context.Context, lease *Lease, snap *Snapshot) error
	// Lock takes the lock or fails with *LockedError at once.
	Lock(ctx context.Context, req LockRequest) (*Lease, error)
	// Renew begins the lease's term anew; ErrFenced when it was lost. Any other
	// error leaves it as it was: it runs out at its time.
	Renew(ctx context.Context, lease *Lease) error
	// Unlock gives the lock back. Unlocking twice is no error.
	Unlock(ctx context.Context, lease *Lease) error
	// ForceUnlock removes the lock with the given id, whoever holds it; the
	// holder's later writes are refused.
	ForceUnlock(ctx context.Context, id string) error
	// LockInfo tells who holds the lock; nil when nobody does. A lock whose
	// term has run out is told of until somebody takes it over.
	LockInfo(ctx context.Context) (*LockInfo, error)
	// Location is the path or URL, free of secrets, for messages.
	Location() string
}

// LockRequest says who wants the lock and what for.
type LockRequest struct {
	Holder    string // user@host pid
	Operation string // apply, resume, state rm, …
}

// LockInfo describes a lock. It is what the next one is shown.
type LockInfo struct {
	ID        string    `json:"id"`
	Holder    string    `json:"holder"`
	Operation string    `json:"operation"`
	Created   time.Time `json:"created"`
	Expires   time.Time `json:"expires,omitzero"` // by the store's clock; zero for locks that end with their process
	Epoch     uint64    `json:"epoch"`
}

// Lease is a held lock. It is not changed once Lock has returned it.
type Lease struct {
	LockInfo
	// Term is how long the lock is held without being renewed, counted from the
	// moment before Lock or Renew was called; 0 when it ends with its process.
	Term time.Duration
	// Previous is a holder that ended without unlocking (it crashed), for a
	// message; nil when the lock was free.
	Previous *LockInfo
}

// LockedError is what Lock returns when somebody holds the lock.
type LockedError struct {
	Location string
	Info     LockInfo
}

// Error names the holder and the way out.
func (e *LockedError) Error() string {
	return fmt.Sprintf("the state %s is locked by %s (%s, since %s, lock %s)\nhint: wait for it to end; if that process is gone for certain, run: kktctl unlock %s",
		e.Location, e.Info.Holder, e.Info.Operation, e.Info.Created.UTC().Format(time.RFC3339), e.Info.ID, e.Info.ID)
}
