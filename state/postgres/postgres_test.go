package postgres_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/postgres"
	"github.com/kktctl/kktctl/state/statetest"
)

const term = time.Minute

func TestStore(t *testing.T) {
	for _, pooled := range []bool{false, true} {
		t.Run(fmt.Sprintf("pooled=%v", pooled), func(t *testing.T) {
			url, n := database(t, pooled), 0
			connections := open(t, url)
			statetest.TestPlaces(t, func(t *testing.T) statetest.Place {
				n++
				return place(t, at(url, fmt.Sprintf("s%d", n)), connections)
			})
		})
	}
}

// place is an empty place in a database, all of whose stores share connections.
func place(t *testing.T, url string, connections *postgres.Store) statetest.Place {
	store := func(opts ...postgres.Option) state.Store {
		opts = append([]postgres.Option{postgres.WithLease(term), postgres.WithPatience(time.Second, time.Second)}, opts...)
		s, err := postgres.Open(url, opts...)
		must(t, err)
		must(t, postgres.Share(s, connections))
		return s
	}
	return statetest.Place{
		Open: func() state.Store { return store() },
		Term: term,
		Pass: func(t *testing.T, d time.Duration) { pass(t, url, d) },
		Faulty: func(f *statetest.Faults) state.Store {
			return store(faulty(f), postgres.WithPatience(20*time.Millisecond, 40*time.Millisecond))
		},
		Damage: func(t *testing.T, n int) bool {
			list := damages()
			if n < len(list) {
				execute(t, url, list[n])
			}
			return n < len(list)
		},
	}
}

// faulty has f decide about each call.
func faulty(f *statetest.Faults) postgres.Option {
	return postgres.WithCalls(func(ctx context.Context, send func(context.Context) error) error {
		switch f.Next() {
		case statetest.LostRequest:
			return postgres.Unanswered(statetest.ErrLost)
		case statetest.LostAnswer:
			_ = send(ctx) // nobody hears of it
			return postgres.Unanswered(statetest.ErrLost)
		case statetest.Late:
			f.Later(func() { _ = send(context.WithoutCancel(ctx)) })
			return postgres.Unanswered(statetest.ErrLost)
		}
		return send(ctx)
	})
}

// damages are statements of somebody who edits the tables, with NAME for the
// state's.
func damages() []string {
	const flipped = `SET data = set_byte(data, length(data) / 2, get_byte(data, length(data) / 2) # 1) WHERE name = NAME`
	return []string{
		`UPDATE kktctl.parts ` + flipped,
		`UPDATE kktctl.journal ` + flipped,
		`UPDATE kktctl.parts SET data = substring(data FOR length(data) - 3) WHERE name = NAME`,
		`UPDATE kktctl.journal SET data = substring(data FOR length(data) - 3) WHERE name = NAME`,
		`UPDATE kktctl.journal SET data = data || data WHERE name = NAME`,
		`UPDATE kktctl.parts SET part = part + 1 WHERE name = NAME`,
		`UPDATE kktctl.parts SET generation = generation - 2 WHERE name = NAME`,
		`UPDATE kktctl.snapshots SET generation = generation - 2 WHERE name = NAME`,
		`UPDATE kktctl.snapshots SET lineage = 'other' WHERE name = NAME`,
		`UPDATE kktctl.snapshots SET serial = serial + 1 WHERE name = NAME`,
		`UPDATE kktctl.snapshots SET head = ''::bytea WHERE name = NAME`,
		`UPDATE kktctl.snapshots SET size = size + 1 WHERE name = NAME`,
		`UPDATE kktctl.journal SET first = first - 1 WHERE name = NAME`,
		`UPDATE kktctl.journal SET epoch = epoch + 1 WHERE name = NAME`,
		`DELETE FROM kktctl.parts WHERE name = NAME`,
		`DELETE FROM kktctl.journal WHERE name = NAME`,
		`DELETE FROM kktctl.snapshots WHERE name = NAME`,
		`DELETE FROM kktctl.states WHERE name = NAME`,
		`UPDATE kktctl.states SET last = last + 1 WHERE name = NAME`,
		`UPDATE kktctl.states SET generation = generation - 1 WHERE name = NAME`,
		`UPDATE kktctl.states SET generation = generation + 1 WHERE name = NAME`,
		`UPDATE kktctl.states SET generation = 0 WHERE name = NAME`,
		`UPDATE kktctl.states SET generation = -1 WHERE name = NAME`,
		`UPDATE kktctl.states SET format = 0 WHERE name = NAME`,
		`UPDATE kktctl.states SET lock_id = 'half' WHERE name = NAME`,
	}
}
