package postgres_test

import (
	"context"
	"fmt"
	neturl "net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kktctl/kktctl/internal/pgtest"
	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/postgres"
	"github.com/kktctl/kktctl/state/statetest"
)

// shared are the server and the pooler of this run; either may be absent.
var shared = struct {
	once    sync.Once
	server  *pgtest.Server
	bouncer *pgtest.Bouncer
	err     error
	pool    error
	names   atomic.Int64
}{}

// runTests runs the tests and ends the server.
func runTests(m *testing.M) int {
	code := m.Run()
	_ = shared.bouncer.Stop()
	if err := shared.server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	return code
}

// server gives the server of this run.
func server(t testing.TB) *pgtest.Server {
	t.Helper()
	shared.once.Do(func() {
		if shared.server, shared.err = pgtest.Start("fsync=off"); shared.err == nil {
			shared.err = shared.server.Exec(context.Background(), "CREATE ROLE open_kktctl LOGIN SUPERUSER")
			shared.bouncer, shared.pool = shared.server.Pool()
		}
	})
	if shared.err != nil {
		absent(t, shared.err)
	}
	return shared.server
}

// absent skips a test for want of a program that scripts/prepare.sh brings.
func absent(t testing.TB, err error) {
	t.Helper()
	if strings.Contains(err.Error(), "is absent") {
		t.Skip(err)
	}
	t.Fatal(err)
}

// database makes an empty database and gives its URL, direct or by the pooler.
func database(t testing.TB, pooled bool) string {
	t.Helper()
	s := server(t)
	name := fmt.Sprintf("db%d", shared.names.Add(1))
	must(t, s.Exec(t.Context(), "CREATE DATABASE "+name))
	if !pooled {
		return s.Socket(pgtest.Owner, name)
	}
	if shared.pool != nil {
		absent(t, shared.pool)
	}
	return shared.bouncer.Address(pgtest.Owner, name)
}

// at gives the URL of a state.
func at(url, name string) string {
	if strings.Contains(url, "?") {
		return url + "&state=" + name
	}
	return url + "?state=" + name
}

func open(t testing.TB, url string, opts ...postgres.Option) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(url, opts...)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// execute runs SQL in a state's database, where NAME stands for its name.
func execute(t testing.TB, url, sql string) {
	t.Helper()
	u, err := neturl.Parse(url)
	must(t, err)
	name := u.Query().Get("state")
	must(t, server(t).ExecIn(t.Context(), databaseOf(url), strings.ReplaceAll(sql, "NAME", "'"+name+"'")))
}

// pass lets time pass for a state's lock.
func pass(t testing.TB, url string, d time.Duration) {
	t.Helper()
	execute(t, url, fmt.Sprintf("UPDATE kktctl.states SET expires = expires - interval '%d milliseconds' WHERE name = NAME", d.Milliseconds()))
}

func lock(t testing.TB, s state.Store) *state.Lease {
	t.Helper()
	lease, err := s.Lock(t.Context(), state.LockRequest{Holder: "anna@office pid 1", Operation: "apply"})
	must(t, err)
	return lease
}

func load(t testing.TB, s state.Store) *state.Snapshot {
	t.Helper()
	snap, notices, err := s.Load(t.Context())
	must(t, err)
	if len(notices) > 0 {
		t.Fatalf("notices: %q", notices)
	}
	return snap
}

// begin locks a new state and writes its first snapshot.
func begin(t testing.TB, s state.Store) *state.Lease {
	t.Helper()
	lease := lock(t, s)
	must(t, s.Init(t.Context(), lease, state.NewSnapshot("sever")))
	return lease
}

func entry(n int) state.Entry {
	address := fmt.Sprintf("kkts.till-%d", n)
	return state.Entry{Event: "phase", Address: address, Resource: statetest.Resource(address, n)}
}

// databaseOf gives the name of a URL's database.
func databaseOf(url string) string {
	u, _ := neturl.Parse(url) // made here
	return strings.TrimPrefix(u.Path, "/")
}

// connect gives a connection beside the store.
func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), server(t).Socket(pgtest.Owner, databaseOf(url)))
	must(t, err)
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}
