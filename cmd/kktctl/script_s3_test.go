package main

import (
	"net/http"
	"net/http/httptest"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/rogpeppe/go-internal/testscript"
)

// s3 [--unconditional] BUCKET starts an S3 server with an empty bucket and
// sets S3 to its address.
func cmdS3(ts *testscript.TestScript, neg bool, args []string) {
	ignore := len(args) == 2 && args[0] == "--unconditional"
	if neg || len(args) == 0 || len(args) == 2 && !ignore {
		ts.Fatalf("usage: s3 [--unconditional] BUCKET")
	}
	backend := s3mem.New()
	ts.Check(backend.CreateBucket(args[len(args)-1]))
	h := gofakes3.New(backend, gofakes3.WithLogger(gofakes3.DiscardLog())).Server()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ignore {
			r.Header.Del("If-Match")
			r.Header.Del("If-None-Match")
		}
		h.ServeHTTP(w, r)
	}))
	ts.Defer(srv.Close)
	ts.Setenv("S3", srv.URL)
}
