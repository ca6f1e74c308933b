package state

import (
	"errors"
	"fmt"
	"time"
)

// ErrMoved tells that what is stored is not the state any more, or not yet.
var ErrMoved = errors.New("the state is kept elsewhere")

// Moved is in a snapshot whose state went to another store, or is on its way
// from one. Places are those of Store.Location.
type Moved struct {
	To   string    `json:"to,omitempty"`   // where it went; nothing is written here any more
	From string    `json:"from,omitempty"` // where it still is
	At   time.Time `json:"at"`
	Who  string    `json:"who"`
}

// Here fails for a snapshot that is not to be gone on with where it was found.
func (s *Snapshot) Here() error {
	switch m := s.Moved; {
	case m == nil:
		return nil
	case m.To != "":
		return fmt.Errorf("%w: it was moved to %s on %s by %s\nhint: name that place by state.url in the fleet file, or by --state",
			ErrMoved, m.To, m.At.UTC().Format(time.RFC3339), m.Who)
	default:
		return fmt.Errorf("%w: this is a copy of %s whose move was not ended\nhint: end it, wherever both can be reached: kktctl --state %s state migrate --to PLACE, with this one as the PLACE; if that state went to another place meanwhile, this copy is none: remove it",
			ErrMoved, m.From, m.From)
	}
}
