package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Owner is the superuser of a Server. Over its socket no password is asked
// for, over TCP the one of the role.
const Owner = "kktctl"

// Server is a PostgreSQL server of its own.
type Server struct {
	Bin  string // the folder of its programs
	Dir  string // everything of it
	Port int    // on 127.0.0.1, and of the socket in Dir
	args []string
	main *child
}

// hba asks for passwords over TCP. Roles named open_… need none.
const hba = `local all all trust
host all /^open_ 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
`

// Start makes and starts a server; settings are such as fsync=off.
func Start(settings ...string) (*Server, error) {
	bin, err := Find()
	if err != nil {
		return nil, err
	}
	// Not below a test's own folder, which only its user may enter.
	dir, err := os.MkdirTemp("", "kktctl-pg")
	if err != nil {
		return nil, err
	}
	s := &Server{Bin: bin, Dir: dir}
	if err := s.make(settings); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := s.Run(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

func (s *Server) data() string { return filepath.Join(s.Dir, "data") }

func (s *Server) make(settings []string) error {
	if err := errors.Join(os.Chmod(s.Dir, 0o755), own(s.Dir)); err != nil {
		return err
	}
	cmd := exec.CommandContext(context.Background(), filepath.Join(s.Bin, "initdb"),
		"-D", s.data(), "-U", Owner, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	cmd.Dir = s.Dir
	as(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	certificate, key := filepath.Join(s.data(), "server.crt"), filepath.Join(s.data(), "server.key")
	if err := writeCertificate(certificate, key); err != nil {
		return err
	}
	rules := hba
	if !s.patterns() {
		rules = strings.Replace(hba, "/^open_", "open_kktctl", 1)
	}
	file := filepath.Join(s.data(), "pg_hba.conf")
	if err := errors.Join(os.WriteFile(file, []byte(rules), 0o600), own(file, certificate, key)); err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	s.Port = port
	s.args = []string{
		"-D", s.data(), "-p", fmt.Sprint(port), "-k", s.Dir, "-c", "listen_addresses=127.0.0.1", "-c", "ssl=on",
		"-c", "max_connections=200", "-c", "shared_buffers=32MB", "-c", "autovacuum_naptime=10s",
	}
	for _, setting := range settings {
		s.args = append(s.args, "-c", setting)
	}
	return nil
}

// patterns tells whether roles in pg_hba.conf may be patterns (PostgreSQL 16).
func (s *Server) patterns() bool { return major(s.Bin) >= 16 }

// Run starts the server, also after Kill, and waits until it answers.
func (s *Server) Run() error {
	var said bytes.Buffer
	cmd := exec.CommandContext(context.Background(), filepath.Join(s.Bin, "postgres"), s.args...)
	cmd.Dir, cmd.Stderr = s.Dir, &said
	var err error
	if s.main, err = start(cmd); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		if err = s.Exec(ctx, "SELECT 1"); err == nil {
			return nil
		}
		select {
		case <-s.main.ended:
			return fmt.Errorf("postgres ended: %s", &said)
		case <-ctx.Done():
			return errors.Join(err, s.Kill())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Kill ends the server as a power loss ends it, but for the disk.
func (s *Server) Kill() error {
	main := s.main
	s.main = nil
	if main == nil {
		return nil
	}
	// Its children end by themselves when they notice; they would keep the
	// memory that the next server needs.
	children := childrenOf(main.process.Pid)
	err := main.stop(hard)
	for _, pid := range children {
		if p, found := os.FindProcess(pid); found == nil {
			_ = p.Kill() // it may have noticed
		}
	}
	return err
}

// Stop ends the server and removes all of it.
func (s *Server) Stop() error {
	if s == nil {
		return nil
	}
	err := s.main.stop(fast)
	s.main = nil
	return errors.Join(err, os.RemoveAll(s.Dir))
}

// Exec runs SQL as the owner.
func (s *Server) Exec(ctx context.Context, sql string) error {
	return s.ExecIn(ctx, "postgres", sql)
}

// ExecIn runs SQL as the owner in a database.
func (s *Server) ExecIn(ctx context.Context, database, sql string) error {
	c, err := pgx.Connect(ctx, s.Socket(Owner, database))
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.PgConn().Exec(ctx, sql).ReadAll()
	return err
}

// Socket gives the URL of a database over the server's socket.
func (s *Server) Socket(user, database string) string {
	return fmt.Sprintf("postgres://%s@/%s?host=%s&port=%d", user, database, s.Dir, s.Port)
}

// Address gives the URL of a database over TCP.
func (s *Server) Address(user, database string) string {
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s", user, s.Port, database)
}

// freePort gives a port that nobody listens on.
func freePort() (int, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// childrenOf gives the processes that another one started, where /proc tells.
func childrenOf(pid int) []int {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is well formed
	var children []int
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if err != nil {
			continue
		}
		for _, word := range strings.Fields(string(text)) {
			var child int
			if _, err := fmt.Sscan(word, &child); err == nil {
				children = append(children, child)
			}
		}
	}
	return children
}
