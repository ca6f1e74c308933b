package postgres_test

import (
	"fmt"
	neturl "net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kktctl/kktctl/internal/pgtest"
	"github.com/kktctl/kktctl/state/postgres"
)

// role of a process that tests start.
const roleVar = "KKTCTL_TEST_ROLE"

// shared are the server and the pooler of this run; either may be absent.
var shared = struct {
	once    sync.Once
	server  *pgtest.Server
	bouncer *pgtest.Bouncer
	err     error
	pool    error
	names   atomic.Int64
}{}

func TestMain(m *testing.M) {
	code := m.Run()
	_ = shared.bouncer.Stop()
	if err := shared.server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// server gives the server of this run.
func server(t testing.TB) *pgtest.Server {
	t.Helper()
	shared.once.Do(func() {
		if shared.server, shared.err = pgtest.Start("fsync=off"); shared.err == nil {
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
	database := strings.TrimPrefix(u.Path, "/")
	must(t, server(t).ExecIn(t.Context(), database, strings.ReplaceAll(sql, "NAME", "'"+name+"'")))
}

// pass lets time pass for a state's lock.
func pass(t testing.TB, url string, d time.Duration) {
	t.Helper()
	execute(t, url, fmt.Sprintf("UPDATE kktctl.states SET expires = expires - interval '%d milliseconds' WHERE name = NAME", d.Milliseconds()))
}
