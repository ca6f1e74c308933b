package state

import "context"

// Historian is a Store that can tell what happened, as far back as it keeps
// entries.
type Historian interface {
	// History gives the entries kept, oldest first.
	History(ctx context.Context) ([]Entry, error)
}
