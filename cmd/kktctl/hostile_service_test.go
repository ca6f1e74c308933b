package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/sim"
)

// hostile is the simulated service with somebody hostile in front of it, who
// changes its answers; and kktctl run against it in a folder of its own.
type hostile struct {
	t       *testing.T
	dir     string
	service *sim.Service
	url     string
	met     atomic.Int64 // answers that were changed
	out     bytes.Buffer // everything that was printed
	last    string       // what the last command printed to stdout
}

// change is what is done to the answers of paths.
type change struct {
	path string // a part of the path, in lower case
	key  string // whose value is changed; empty: the whole answer is what text says
	text string // raw: the inside of a JSON string, or the answer
	code int    // of HTTP, with a whole answer
	head http.Header
}

const mark = "@@changed@@"

func newHostile(t *testing.T, fleet string, world *sim.World, c change) *hostile {
	t.Helper()
	h := &hostile{t: t, dir: filepath.Join(t.TempDir(), "fleet"), service: sim.New(world, sim.Options{})}
	base, err := os.ReadFile(filepath.Join("testdata", "base.yaml"))
	check(t, err)
	check(t, os.Mkdir(h.dir, 0o700))
	check(t, os.WriteFile(filepath.Join(h.dir, "fleet.yaml"), append(base, fleet...), 0o600))
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.serve(w, r, c) }))
	t.Cleanup(func() { front.Close(); _ = h.service.Close() })
	h.url = front.URL
	return h
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *hostile) serve(w http.ResponseWriter, r *http.Request, c change) {
	if !strings.Contains(strings.ToLower(r.URL.Path), c.path) {
		h.service.ServeHTTP(w, r)
		return
	}
	if c.key == "" {
		h.met.Add(1)
		for k, v := range c.head {
			w.Header()[k] = v
		}
		w.WriteHeader(c.code)
		fmt.Fprint(w, c.text)
		return
	}
	rec := httptest.NewRecorder()
	h.service.ServeHTTP(rec, r)
	body := rec.Body.Bytes()
	var doc any
	if json.Unmarshal(body, &doc) == nil {
		if doc, n := replaced(doc, c.key); n > 0 {
			h.met.Add(1)
			body, _ = json.Marshal(doc) // it was JSON before
			body = bytes.ReplaceAll(body, []byte(mark), []byte(c.text))
		}
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(body)
}

// replaced marks the values of a key wherever it stands; outer.inner is one
// below another.
func replaced(v any, key string) (any, int) {
	n := 0
	outer, inner, below := strings.Cut(key, ".")
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if k == key {
				v[k] = mark
				n++
				continue
			}
			within := key
			if below && k == outer {
				within = inner
			}
			changed, m := replaced(e, within)
			v[k] = changed
			n += m
		}
	case []any:
		for i, e := range v {
			changed, m := replaced(e, key)
			v[i] = changed
			n += m
		}
	}
	return v, n
}

func (h *hostile) env(name string) string {
	return map[string]string{
		"OFD_API_KEY": sim.DefaultAPIKey, "RENTA_LOGIN": sim.DefaultRentaLogin, "RENTA_PASSWORD": sim.DefaultRentaPassword,
		"KKTCTL_ENDPOINT": h.url, "KKTCTL_POLL_INTERVAL": "1ms", "KKTCTL_QUIET_PERIOD": "1ms", "HOME": h.dir,
	}[name]
}

// run runs a command in this process and checks what it prints.
func (h *hostile) run(args ...string) int {
	h.t.Helper()
	var out, errs bytes.Buffer
	app := &App{
		In: strings.NewReader(""), Out: &out, Err: &errs, Env: h.env, Now: time.Now,
		Signals: func() (<-chan os.Signal, func()) { return nil, func() {} },
	}
	code := app.Main(append([]string{"-f", filepath.Join(h.dir, "fleet.yaml")}, args...))
	for name, b := range map[string]*bytes.Buffer{"stdout": &out, "stderr": &errs} {
		if at := unprintable(b.Bytes()); at != "" {
			h.t.Errorf("%v: %s holds %s", args, name, at)
		}
		h.out.Write(b.Bytes())
	}
	h.last = out.String()
	return code
}

// script is all that prints what the service says.
func (h *hostile) script() {
	h.run("plan", "-v")
	h.markdown()
	h.json("plan", "--json")
	h.run("apply", "--auto-approve", "-v")
	h.sign()
	h.jsonLines("apply", "--auto-approve", "--json")
	h.run("resume", "-v")
	h.run("tasks")
	h.json("tasks", "--json")
	h.run("state", "list", "-v")
	for _, till := range []string{"a", "b", "c"} {
		h.run("state", "show", till)
	}
	h.confined()
}

func (h *hostile) markdown() {
	h.t.Helper()
	h.run("plan", "--format", "markdown", "-v")
	for _, bad := range []string{"<script", "<img", "](javascript"} {
		if strings.Contains(h.last, bad) {
			h.t.Errorf("markdown holds %s:\n%s", bad, h.last)
		}
	}
}

func (h *hostile) json(args ...string) {
	h.t.Helper()
	if h.run(args...); h.last != "" && !json.Valid([]byte(h.last)) {
		h.t.Errorf("%v is not JSON:\n%s", args, h.last)
	}
}

func (h *hostile) jsonLines(args ...string) {
	h.t.Helper()
	h.run(args...)
	for l := range strings.Lines(h.last) {
		if !json.Valid([]byte(l)) {
			h.t.Errorf("%v: a line is not JSON: %s", args, l)
		}
	}
}

// sign puts signatures beside the documents, as people do.
func (h *hostile) sign() {
	docs, err := filepath.Glob(filepath.Join(h.dir, "outbox", "*.b64"))
	check(h.t, err)
	for _, doc := range docs {
		content, err := os.ReadFile(doc)
		check(h.t, err)
		check(h.t, os.WriteFile(doc+".sig", []byte(sim.SandboxSignature(string(content))), 0o600))
	}
}

// confined checks that nothing was written but the state and the outbox.
func (h *hostile) confined() {
	h.t.Helper()
	root := filepath.Dir(h.dir)
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		name, _ := filepath.Rel(root, path)
		if err != nil || d.IsDir() && (name == "." || name == "fleet" || name == filepath.Join("fleet", "outbox")) {
			return err
		}
		if !ours.MatchString(filepath.ToSlash(name)) {
			h.t.Errorf("written: %q", name)
		}
		return nil
	})
	check(h.t, err)
}
