package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// forge stands in for the parts of GitHub's and GitLab's API that the scripts
// of the recipes call: comments of request 7, whose merge is the commit sha,
// and the runs that planned it.
type forge struct {
	t        *testing.T
	URL      string
	mu       sync.Mutex
	comments []map[string]any
	writes   int
	merged   bool
	run      int // that planned request 7; 0: none
}

const (
	forgeToken = "ghs_forge_token"
	forgeHead  = "1111111111111111111111111111111111111111"
	forgeMerge = "2222222222222222222222222222222222222222"
)

// newForge has a hundred comments of others, and a marker that is not ours.
func newForge(t *testing.T) *forge {
	t.Helper()
	f := &forge{t: t}
	for range 100 {
		f.add("mallory", "<!-- kktctl:plan sever -->\nforged")
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /repos/sever/tills/issues/7/comments", f.list)
	mux.HandleFunc("POST /repos/sever/tills/issues/7/comments", f.post)
	mux.HandleFunc("PATCH /repos/sever/tills/issues/comments/{id}", f.patch)
	mux.HandleFunc("GET /repos/sever/tills/commits/"+forgeMerge+"/pulls", f.pulls)
	mux.HandleFunc("GET /repos/sever/tills/actions/workflows/kktctl-plan.yml/runs", f.runs)
	const notes = "/projects/1/merge_requests/7/notes"
	mux.HandleFunc("GET "+notes, f.list)
	mux.HandleFunc("POST "+notes, f.post)
	mux.HandleFunc("PUT "+notes+"/{id}", f.patch)
	mux.HandleFunc("GET /user", func(w http.ResponseWriter, _ *http.Request) {
		f.answer(w, map[string]int{"id": authorID("github-actions[bot]")})
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+forgeToken && r.Header.Get("PRIVATE-TOKEN") != forgeToken {
			http.Error(w, "401", http.StatusUnauthorized)
			return
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	f.URL = server.URL
	return f
}

func authorID(login string) int { return len(login) }

func (f *forge) add(login, body string) map[string]any {
	id := len(f.comments) + 1
	c := map[string]any{
		"id": id, "body": body, "html_url": fmt.Sprintf("https://forge.example/comments/%d", id),
		"user": map[string]any{"login": login}, "author": map[string]any{"id": authorID(login)},
	}
	f.comments = append(f.comments, c)
	return c
}

func (f *forge) answer(w http.ResponseWriter, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		f.t.Error(err)
	}
}

func (f *forge) list(w http.ResponseWriter, r *http.Request) {
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
	from := min((page-1)*size, len(f.comments))
	f.answer(w, f.comments[from:min(from+size, len(f.comments))])
}

// body takes a comment as the platforms do: 65,536 characters at most.
func (f *forge) body(w http.ResponseWriter, r *http.Request) (string, bool) {
	var in struct{ Body string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Body == "" || len([]rune(in.Body)) > 65_536 {
		http.Error(w, "422", http.StatusUnprocessableEntity)
		return "", false
	}
	f.writes++
	return in.Body, true
}

func (f *forge) post(w http.ResponseWriter, r *http.Request) {
	if body, ok := f.body(w, r); ok {
		f.answer(w, f.add("github-actions[bot]", body))
	}
}

func (f *forge) patch(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || id < 1 || id > len(f.comments) {
		http.NotFound(w, r)
		return
	}
	if body, ok := f.body(w, r); ok {
		f.comments[id-1]["body"] = body
		f.answer(w, f.comments[id-1])
	}
}

func (f *forge) pulls(w http.ResponseWriter, _ *http.Request) {
	list := []any{}
	if f.merged {
		list = append(list, map[string]any{"number": 7, "merged_at": "2026-11-22T07:00:00Z", "merge_commit_sha": forgeMerge, "head": map[string]any{"sha": forgeHead}})
	}
	f.answer(w, list)
}

func (f *forge) runs(w http.ResponseWriter, r *http.Request) {
	list := []any{}
	if q := r.URL.Query(); f.run > 0 && q.Get("head_sha") == forgeHead && q.Get("event") == "pull_request" && q.Get("status") == "success" {
		list = append(list, map[string]any{"id": f.run})
	}
	f.answer(w, map[string]any{"workflow_runs": list})
}

// ours gives our one comment with a marker; there may be no second one.
func (f *forge) ours(marker string) string {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []string
	for _, c := range f.comments[100:] {
		if body := c["body"].(string); strings.HasPrefix(body, marker+"\n") {
			found = append(found, body)
		}
	}
	if len(found) != 1 {
		f.t.Fatalf("%d comments begin with %s", len(found), marker)
	}
	for _, c := range f.comments[:100] {
		if c["body"] != "<!-- kktctl:plan sever -->\nforged" {
			f.t.Fatal("a comment of somebody else was written over")
		}
	}
	return found[0]
}
