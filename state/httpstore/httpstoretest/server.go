// Package httpstoretest is a server of Terraform's HTTP state protocol for
// tests: documents are files that are replaced whole, locks are
// checked, and the clock can be turned. It speaks like a plain server (LOCK,
// UNLOCK) or like GitLab's, which tells less of a lock, keeps every version and
// takes no serial twice.
package httpstoretest

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Server keeps one document and its lock in a folder. Fields are set before it
// is used.
type Server struct {
	Dir                string
	GitLab             bool             // locks at /lock with POST and DELETE
	Username, Password string           // wanted, unless both are empty
	Now                func() time.Time // nil: time.Now; told in Date
	// Careless servers do not check the id of a lock: with "write", "unlock" or
	// "lock" they do so with everything but that.
	Careless string
	Sync     bool // documents survive a power loss

	down atomic.Bool
	mu   sync.Mutex
}

// SetDown takes the server away (503 to everything) or brings it back.
func (s *Server) SetDown(down bool) { s.down.Store(down) }

// lock is what a client sent when it took the lock.
type lock struct {
	ID, Operation, Info, Who, Version, Created, Path string
}

// Document is the path of the document's file.
func (s *Server) Document() string { return filepath.Join(s.Dir, "document.json") }

func (s *Server) lockFile() string { return filepath.Join(s.Dir, "lock.json") }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := time.Now
	if s.Now != nil {
		now = s.Now
	}
	w.Header().Set("Date", now().UTC().Format(http.TimeFormat))
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if s.down.Load() {
		http.Error(w, "503", http.StatusServiceUnavailable)
		return
	}
	if s.Username != "" || s.Password != "" {
		user, password, _ := r.BasicAuth()
		if user != s.Username || password != s.Password {
			http.Error(w, "401 Unauthorized", http.StatusUnauthorized)
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	isLock := strings.HasSuffix(r.URL.Path, "/lock")
	switch {
	case s.GitLab && isLock && r.Method == http.MethodPost, !s.GitLab && r.Method == "LOCK":
		s.take(w, body)
	case s.GitLab && isLock && r.Method == http.MethodDelete, !s.GitLab && r.Method == "UNLOCK":
		s.giveBack(w, r, body)
	case isLock:
		http.Error(w, "405", http.StatusMethodNotAllowed)
	case r.Method == http.MethodGet:
		s.read(w)
	case r.Method == http.MethodPost:
		s.write(w, r, body)
	default:
		http.Error(w, "405", http.StatusMethodNotAllowed)
	}
}

func (s *Server) held() *lock {
	data, err := os.ReadFile(s.lockFile())
	if err != nil {
		return nil
	}
	l := &lock{}
	if json.Unmarshal(data, l) != nil {
		return nil
	}
	return l
}

func (s *Server) take(w http.ResponseWriter, body []byte) {
	var asked lock
	if json.Unmarshal(body, &asked) != nil || asked.ID == "" || len(asked.ID) > 255 {
		http.Error(w, "400", http.StatusBadRequest)
		return
	}
	held := s.held()
	if held == nil || s.Careless == "lock" {
		if s.replace(w, s.lockFile(), body) {
			_, _ = w.Write(body)
		}
		return
	}
	status := http.StatusLocked
	if s.GitLab { // the words of who asks, with the holder's id, account and time
		status = http.StatusConflict
		asked.ID, asked.Who, asked.Created = held.ID, "ci-user", held.Created
		held = &asked
	}
	data, err := json.Marshal(held)
	if err != nil {
		http.Error(w, "500", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

func (s *Server) giveBack(w http.ResponseWriter, r *http.Request, body []byte) {
	id := r.URL.Query().Get("ID")
	if !s.GitLab { // as Terraform sends it
		var asked lock
		_ = json.Unmarshal(body, &asked)
		id = asked.ID
	}
	held := s.held()
	if s.Careless != "unlock" && (held == nil || held.ID != id) {
		http.Error(w, "409", http.StatusConflict)
		return
	}
	if err := os.Remove(s.lockFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		http.Error(w, "500", http.StatusInternalServerError)
	}
}

func (s *Server) read(w http.ResponseWriter) {
	data, err := os.ReadFile(s.Document())
	switch {
	case errors.Is(err, fs.ErrNotExist) && s.GitLab:
		w.WriteHeader(http.StatusNoContent)
	case errors.Is(err, fs.ErrNotExist):
		http.Error(w, "404 Not Found", http.StatusNotFound)
	case err != nil:
		http.Error(w, "500", http.StatusInternalServerError)
	default:
		_, _ = w.Write(data)
	}
}

func (s *Server) write(w http.ResponseWriter, r *http.Request, body []byte) {
	held := s.held()
	if id := r.URL.Query().Get("ID"); s.Careless != "write" && (held == nil || held.ID != id) {
		http.Error(w, "409", http.StatusConflict)
		return
	}
	if s.GitLab {
		var head struct {
			Serial *uint64 `json:"serial"`
		}
		if json.Unmarshal(body, &head) != nil || head.Serial == nil {
			http.Error(w, "400", http.StatusBadRequest)
			return
		}
		version := filepath.Join(s.Dir, "version."+strconv.FormatUint(*head.Serial, 10))
		if _, err := os.Stat(version); err == nil {
			http.Error(w, "422", http.StatusUnprocessableEntity)
			return
		}
		if !s.replace(w, version, nil) {
			return
		}
	}
	s.replace(w, s.Document(), body)
}

// replace puts content into a file, whole or not at all.
func (s *Server) replace(w http.ResponseWriter, name string, content []byte) bool {
	f, err := os.CreateTemp(s.Dir, ".new*")
	if err == nil {
		_, err = f.Write(content)
		if s.Sync {
			err = errors.Join(err, f.Sync())
		}
		err = errors.Join(err, f.Close())
		if err == nil {
			err = os.Rename(f.Name(), name)
		}
	}
	if err != nil {
		http.Error(w, "500", http.StatusInternalServerError)
	}
	return err == nil
}
