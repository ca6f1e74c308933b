package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kktctl/kktctl/internal/pgtest"
	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/postgres"
)

// TestConnectionCut cuts the connection before a write arrives, after it was
// done, and holds it until it was done again: each write is there once.
func TestConnectionCut(t *testing.T) {
	for name, m := range map[string]meddling{"request": cutRequest, "answer": cutAnswer, "held": hold} {
		for _, compact := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s compact=%v", name, compact), func(t *testing.T) { testConnectionCut(t, m, compact) })
		}
	}
}

func testConnectionCut(t *testing.T, m meddling, compact bool) {
	srv := server(t)
	url := at(database(t, false), "cut")
	p := newProxy(t, fmt.Sprintf("127.0.0.1:%d", srv.Port))
	through := fmt.Sprintf("postgres://open_kktctl@%s/%s?sslmode=disable&state=cut", p.listener.Addr(), databaseOf(url))
	s := open(t, through, postgres.WithLease(term), postgres.WithAnswerTime(300*time.Millisecond))
	lease := begin(t, s)
	must(t, s.Append(t.Context(), lease, []state.Entry{entry(1)}))
	release := p.meddle(m)
	if compact {
		// What is met first is the reading before the write; the write is next.
		must(t, s.Compact(t.Context(), lease, load(t, open(t, url))))
	} else {
		e := []state.Entry{entry(2)}
		must(t, s.Append(t.Context(), lease, e))
		if e[0].Serial != 2 {
			t.Errorf("serial %d", e[0].Serial)
		}
	}
	release()
	if m != cutRequest {
		<-p.answered
	}
	if p.met != 1 {
		t.Fatalf("%d messages were met", p.met)
	}
	e := []state.Entry{entry(3)}
	must(t, s.Append(t.Context(), lease, e))
	got := load(t, open(t, url))
	if want := e[0].Serial; got.Serial != want || uint64(len(got.Resources)) != want {
		t.Errorf("serial %d and %d resources, want %d", got.Serial, len(got.Resources), want)
	}
}

// TestHeldRow has somebody else hold the state's row, as a person at a console
// does, for longer than anybody waits.
func TestHeldRow(t *testing.T) {
	url := at(database(t, false), "row")
	lease := begin(t, open(t, url, postgres.WithLease(term)))
	s := open(t, url, postgres.WithAnswerTime(time.Second), postgres.WithPatience(2*time.Second, 100*time.Millisecond))
	c := connect(t, url)
	_, err := c.Exec(t.Context(), "BEGIN; SELECT FROM kktctl.states FOR UPDATE")
	must(t, err)
	err = s.Append(t.Context(), lease, []state.Entry{entry(1)})
	if err == nil || !strings.Contains(err.Error(), "whether it was done is not known") {
		t.Fatalf("append: %v", err)
	}
	if err := s.Append(t.Context(), lease, []state.Entry{entry(2)}); err == nil || !strings.Contains(err.Error(), "nothing more is written after") {
		t.Fatalf("append after a write whose outcome is not known: %v", err)
	}
	_, err = c.Exec(t.Context(), "ROLLBACK")
	must(t, err)
	before := load(t, s).Serial
	e := []state.Entry{entry(3)}
	must(t, s.Append(t.Context(), lease, e))
	if e[0].Serial != before+1 || load(t, open(t, url)).Serial != e[0].Serial {
		t.Errorf("serial %d after %d", e[0].Serial, before)
	}
}

// TestServerKilled kills the server while many write, and starts it again, in
// a database that is set not to wait for its disk. All that was acknowledged
// is there, once.
func TestServerKilled(t *testing.T) {
	server(t) // or there is none to be had
	srv, err := pgtest.Start("synchronous_commit=off", "wal_writer_delay=10s", "fsync=off")
	must(t, err)
	t.Cleanup(func() { must(t, srv.Stop()) })
	url := at(srv.Socket(pgtest.Owner, "postgres"), "killed")
	s := open(t, url, postgres.WithLease(time.Hour), postgres.WithPatience(time.Minute, time.Minute))
	lease := begin(t, s)
	const writers, kills = 8, 3
	stop := make(chan struct{})
	acked := make([]map[string]uint64, writers)
	written := make(chan struct{}, 1)
	var wg sync.WaitGroup
	for w := range writers {
		acked[w] = map[string]uint64{}
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				e := []state.Entry{{Event: "x", Address: fmt.Sprintf("kkts.w%d-%d", w, i), Resource: &state.Resource{}}}
				if err := s.Append(context.Background(), lease, e); err != nil {
					t.Errorf("append: %v", err)
					return
				}
				acked[w][e[0].Address] = e[0].Serial
				select {
				case written <- struct{}{}:
				default:
				}
			}
		})
	}
	for range kills {
		for range 20 {
			<-written
		}
		must(t, srv.Kill())
		must(t, srv.Run())
	}
	close(stop)
	wg.Wait()
	snap, total := load(t, s), 0
	for _, m := range acked {
		total += len(m)
		for address := range m {
			if _, there := snap.Resources[address]; !there {
				t.Errorf("%s was acknowledged and is lost", address)
			}
		}
	}
	if uint64(total) != snap.Serial || len(snap.Resources) != total {
		t.Errorf("%d acknowledged, serial %d, %d resources", total, snap.Serial, len(snap.Resources))
	}
	t.Logf("%d entries, %d kills", total, kills)
}

// TestRestored puts an older copy of the database in place under a holder.
func TestRestored(t *testing.T) {
	url := at(database(t, false), "restored")
	s := open(t, url, postgres.WithLease(term))
	lease := begin(t, s)
	must(t, s.Append(t.Context(), lease, []state.Entry{entry(1)}))
	must(t, s.Append(t.Context(), lease, []state.Entry{entry(2)}))
	execute(t, url, "DELETE FROM kktctl.journal WHERE name = NAME AND first = 2; UPDATE kktctl.states SET last = 1 WHERE name = NAME")
	err := s.Append(t.Context(), lease, []state.Entry{entry(3)})
	if !errors.Is(err, state.ErrCorrupt) || !strings.Contains(err.Error(), "it ends with entry 1, and entry 2 was written and confirmed") {
		t.Fatalf("append: %v", err)
	}
}

// TestFirstUse has many use an empty database at once.
func TestFirstUse(t *testing.T) {
	for _, pooled := range []bool{false, true} {
		url := database(t, pooled)
		errs := make([]error, 16)
		var wg sync.WaitGroup
		for i := range errs {
			s := open(t, at(url, fmt.Sprintf("s%d", i%8)))
			wg.Go(func() {
				lease, err := s.Lock(context.Background(), state.LockRequest{Holder: "anna"})
				if err == nil {
					err = s.Init(context.Background(), lease, state.NewSnapshot("sever"))
				}
				errs[i] = err
			})
		}
		wg.Wait()
		for i := range 8 {
			var locked *state.LockedError
			one, other := errs[i], errs[i+8]
			if one != nil {
				one, other = other, one
			}
			if one != nil || !errors.As(other, &locked) {
				t.Errorf("state %d: %v, %v", i, errs[i], errs[i+8])
			}
		}
	}
}

// TestReadingMakesNothing reads where nothing was written yet.
func TestReadingMakesNothing(t *testing.T) {
	url := database(t, false)
	s := open(t, at(url, "none"))
	if snap, _, err := s.Load(t.Context()); snap != nil || err != nil {
		t.Fatalf("load: %v, %v", snap, err)
	}
	if info, err := s.LockInfo(t.Context()); info != nil || err != nil {
		t.Fatalf("lock info: %v, %v", info, err)
	}
	if all, err := s.History(t.Context()); all != nil || err != nil {
		t.Fatalf("history: %v, %v", all, err)
	}
	var n int
	must(t, connect(t, url).QueryRow(t.Context(), "SELECT count(*) FROM pg_namespace WHERE nspname = 'kktctl'").Scan(&n))
	if n != 0 {
		t.Error("reading made a schema")
	}
}

// TestInterruptedLock interrupts who takes the lock in the midst of it: the
// lock does not stay behind.
func TestInterruptedLock(t *testing.T) {
	url := at(database(t, false), "interrupted")
	s := open(t, url)
	must(t, s.Unlock(t.Context(), begin(t, s)))
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	interrupted := open(t, url, postgres.WithCalls(func(ctx context.Context, send func(context.Context) error) error {
		calls++
		err := send(ctx)
		if calls == 2 { // the first one looks
			cancel()
			return postgres.Unanswered(errors.Join(err, context.Canceled))
		}
		return err
	}))
	if _, err := interrupted.Lock(ctx, state.LockRequest{Holder: "anna"}); !errors.Is(err, context.Canceled) {
		t.Fatalf("lock: %v", err)
	}
	if info, err := s.LockInfo(t.Context()); info != nil || err != nil {
		t.Errorf("the lock stayed behind: %+v, %v", info, err)
	}
	if lease := lock(t, s); lease.Epoch != 3 {
		t.Errorf("epoch %d: nothing was taken", lease.Epoch)
	}
}
