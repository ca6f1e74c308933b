package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kktctl/kktctl/internal/pgtest"
)

// databases is the PostgreSQL server of all scripts, started by the first that
// asks for a database.
type databases struct {
	once    sync.Once
	server  *pgtest.Server
	bouncer *pgtest.Bouncer
	err     error
	names   atomic.Int64
}

type databasesKey struct{}

// stop ends the server.
func (d *databases) stop(t *testing.T) {
	_ = d.bouncer.Stop()
	if err := d.server.Stop(); err != nil {
		t.Error(err)
	}
}

// hasDatabases tells whether PostgreSQL and pgbouncer are there.
func hasDatabases() bool {
	_, server := pgtest.Find()
	_, bouncer := pgtest.FindBouncer()
	return server == nil && bouncer == nil
}

// databasePassword is that of the users that own databases: never to be seen
// anywhere.
const databasePassword = "geheim-canary-7741"

// database [pooled] makes a database, whose URL is in DATABASE, and its owner,
// whose password is in DATABASE_PASSWORD; with pooled it is reached through
// pgbouncer.
func cmdDatabase(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 || (len(args) == 1 && args[0] != "pooled") {
		ts.Fatalf("usage: database [pooled]")
	}
	d := ts.Value(databasesKey{}).(*databases)
	d.once.Do(func() {
		if d.server, d.err = pgtest.Start("fsync=off"); d.err == nil {
			d.bouncer, d.err = d.server.Pool()
		}
	})
	ts.Check(d.err)
	name := fmt.Sprintf("fleet%d", d.names.Add(1))
	for _, sql := range []string{
		fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'", name, databasePassword),
		fmt.Sprintf("CREATE DATABASE %s OWNER %s", name, name),
	} {
		ts.Check(d.server.Exec(context.Background(), sql))
	}
	url := d.server.Address(name, name)
	if len(args) == 1 {
		url = d.bouncer.Address(pgtest.Owner, name)
	}
	ts.Setenv("DATABASE", url)
	ts.Setenv("DATABASE_NAME", name)
	ts.Setenv("DATABASE_PASSWORD", databasePassword)
}

// sql STATEMENT runs SQL in the script's database as its superuser.
func cmdSQL(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: sql STATEMENT")
	}
	d := ts.Value(databasesKey{}).(*databases)
	ts.Check(d.server.ExecIn(context.Background(), ts.Getenv("DATABASE_NAME"), strings.Join(args, " ")))
}
