package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
)

// Bouncer is a pooler in front of a Server. It hands out connections by the
// transaction, and knows no startup parameters beyond its own.
type Bouncer struct {
	Port int
	main *child
}

// Pool starts a pooler.
func (s *Server) Pool() (*Bouncer, error) {
	program, err := FindBouncer()
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	users, ini := filepath.Join(s.Dir, "users.txt"), filepath.Join(s.Dir, "pgbouncer.ini")
	text := fmt.Sprintf(`[databases]
* = host=%s port=%d
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = trust
auth_file = %s
pool_mode = transaction
max_client_conn = 500
default_pool_size = 8
server_login_retry = 0.1
log_connections = 0
log_disconnections = 0
`, s.Dir, s.Port, port, users)
	err = errors.Join(
		os.WriteFile(users, []byte(fmt.Sprintf("%q \"\"\n%q \"\"\n", Owner, "open_kktctl")), 0o644),
		os.WriteFile(ini, []byte(text), 0o644), own(users, ini))
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(context.Background(), program, "-q", ini)
	cmd.Dir = s.Dir
	b := &Bouncer{Port: port}
	if b.main, err = start(cmd); err != nil {
		return nil, err
	}
	return b, b.wait()
}

// wait waits until the pooler answers.
func (b *Bouncer) wait() error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for {
		config, err := pgx.ParseConfig(b.Address(Owner, "postgres"))
		if err != nil {
			return err
		}
		config.DefaultQueryExecMode = pgx.QueryExecModeExec
		c, err := pgx.ConnectConfig(ctx, config)
		if err == nil {
			return c.Close(ctx)
		}
		select {
		case <-b.main.ended:
			return errors.New("pgbouncer ended")
		case <-ctx.Done():
			return errors.Join(err, b.Stop())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Address gives the URL of a database.
func (b *Bouncer) Address(user, database string) string {
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s?sslmode=disable", user, b.Port, database)
}

// Stop ends the pooler.
func (b *Bouncer) Stop() error {
	if b == nil {
		return nil
	}
	return b.main.stop(hard)
}
