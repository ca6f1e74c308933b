package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

type streamRow struct{ ID Int }

// collect reads the rows of an answer.
func collect(t *testing.T, client *Client, rows *[]int64) error {
	t.Helper()
	return client.Stream(t.Context(), Call{Op: "list", Path: "/x"}, func(decode func(any) error) error {
		var row streamRow
		if err := decode(&row); err != nil {
			return err
		}
		*rows = append(*rows, int64(row.ID))
		return nil
	})
}

func TestStreamShapes(t *testing.T) {
	for answer, want := range map[string]struct {
		rows []int64
		fail string
	}{
		`{"Status":"Success","Data":[{"Id":1},{"id":"2"}],"Elapsed":"00:00:01"}`: {rows: []int64{1, 2}},
		"\ufeff" + ` {"data" : [ {"ID":1} ] , "Success":true} `:                  {rows: []int64{1}},
		`{"Data":[],"Status":"Success"}`:                                         {},
		`{"Data":null,"Status":"Success"}`:                                       {},
		`{"Data":null}`:                                                          {fail: "shape"},
		`{}`:                                                                     {fail: "shape"},
		`{"Status":"Success"}`:                                                   {fail: "shape"},
		`[{"Id":1}]`:                                                             {fail: "shape"},
		`{"Data":{"Id":1},"Status":"Success"}`:                                   {fail: "shape"},
		`{"Data":[{"Id":1}],"Data":[{"Id":2}]}`:                                  {rows: []int64{1}, fail: "shape"},
		`{"Data":[{"Id":1}],"Status":"Failed","Errors":["later"]}`:               {rows: []int64{1}, fail: "later"},
		`{"Errors":["InnNotFound"],"Status":"Failed"}`:                           {fail: "InnNotFound"},
		`{"Data":null,"Success":false,"Errors":[{"Code":"7","Message":"no such"}]}`: {fail: "no such"},
		`{"Data":[{"Id":1},{"Id":"x"}],"Status":"Success"}`:                         {rows: []int64{1}, fail: "whole number"},
		`{"Data":[{"Id":1},`:                       {rows: []int64{1}, fail: "not JSON"},
		`{"Data":[{"Id":1}],"Status":"Success"} x`: {rows: []int64{1}, fail: "shape"},
		`{"Data":[{"Id":1}],"Status":"Success"}{}`: {rows: []int64{1}, fail: "shape"},
		`<html>`: {fail: "not JSON"},
		``:       {fail: "empty"},
	} {
		client, r := serve(t, reply(http.StatusOK, answer))
		var rows []int64
		err := collect(t, client, &rows)
		if !slices.Equal(rows, want.rows) || (err == nil) != (want.fail == "") || err != nil && !strings.Contains(err.Error(), want.fail) {
			t.Errorf("%s: %v, %v", answer, rows, err)
		}
		if len(r.sleeps) > 0 {
			t.Errorf("%s was asked for again", answer)
		}
	}
}

// A long list takes no more memory than a row, but a row has its bound.
func TestStreamIsBounded(t *testing.T) {
	client, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"Data":[`)
		for range 300_000 { // over what a list that is kept may hold
			fmt.Fprint(w, `{"Id":1},`)
		}
		fmt.Fprint(w, `{"Id":1}],"Status":"Success"}`)
	})
	n := 0
	err := client.Stream(t.Context(), Call{Op: "list", Path: "/x"}, func(decode func(any) error) error {
		n++
		return decode(new(streamRow))
	})
	if err != nil || n != 300_001 {
		t.Errorf("%d rows, %v", n, err)
	}
	client, _ = serve(t, reply(http.StatusOK, `{"Data":[{"Id":"`+strings.Repeat("1", 3<<20)+`"}]}`))
	if err := collect(t, client, new([]int64)); !IsTooMuch(err) {
		t.Errorf("%v", err)
	}
	client, _ = serve(t, reply(http.StatusOK, `{"Data":[`+strings.Repeat(`{"Id":1},`, 1000)+`{}]}`))
	err = client.Stream(t.Context(), Call{Op: "list", Path: "/x", Limit: 500}, func(decode func(any) error) error { return decode(new(streamRow)) })
	if !IsTooMuch(err) {
		t.Errorf("%v", err)
	}
}

// What breaks off is asked for again, from its beginning.
func TestStreamIsRepeated(t *testing.T) {
	calls := 0
	client, r := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if calls++; calls < 3 {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, `{"Data":[{"Id":1},`)
			return
		}
		fmt.Fprint(w, `{"Data":[{"Id":1},{"Id":2}],"Status":"Success"}`)
	})
	var rows []int64
	if err := collect(t, client, &rows); err != nil || !slices.Equal(rows, []int64{1, 1, 1, 2}) || len(r.sleeps) != 2 {
		t.Errorf("%v, %v", rows, err)
	}
}

// An error of the one who takes the rows ends the reading and comes through.
func TestStreamEndsWithItsTaker(t *testing.T) {
	calls := 0
	client, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		calls++
		fmt.Fprint(w, `{"Data":[{"Id":1},{"Id":2}],"Status":"Success"}`)
	})
	full := errors.New("the disk is full")
	err := client.Stream(t.Context(), Call{Op: "list", Path: "/x"}, func(func(any) error) error { return full })
	if err != full || calls != 1 { //nolint:errorlint // it comes through as it is
		t.Errorf("%v after %d calls", err, calls)
	}
}

// A stall is told as one, not as an interruption by the user, and is not
// waited for three times more.
func TestStreamStalls(t *testing.T) {
	calls := 0
	client, _ := newClientOf(t, 50*time.Millisecond, func(w http.ResponseWriter, r *http.Request) {
		calls++
		fmt.Fprint(w, `{"Data":[{"Id":1},`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	var rows []int64
	err := collect(t, client, &rows)
	if !IsTooMuch(err) || errors.Is(err, context.Canceled) || !strings.Contains(fmt.Sprint(err), "stalled") || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

// The taker's own time is not the service's: between two pieces no timer runs.
func TestStreamOfASlowTaker(t *testing.T) {
	m := &meter{body: strings.NewReader("abc"), timer: time.NewTimer(time.Hour), idle: time.Hour, limit: 3, left: 2}
	if n, err := m.Read(make([]byte, 10)); n != 2 || err != nil || m.timer.Stop() {
		t.Errorf("%d bytes, %v; or the timer runs on", n, err)
	}
	if n, err := m.Read(make([]byte, 10)); n != 0 || !errors.Is(err, errTooLarge) {
		t.Errorf("%d bytes beyond a row's bound, %v", n, err)
	}
	m.refill()
	if n, err := m.Read(make([]byte, 10)); n != 1 || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
	if n, err := m.Read(make([]byte, 10)); n != 0 || !errors.Is(err, errTooLarge) {
		t.Errorf("%d bytes beyond the answer's bound, %v", n, err)
	}
}

// An interruption by the user stays one.
func TestStreamIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"Data":[{"Id":1},`)
		_ = http.NewResponseController(w).Flush()
		cancel()
		<-r.Context().Done()
	})
	err := client.Stream(ctx, Call{Op: "list", Path: "/x"}, func(decode func(any) error) error { return decode(new(streamRow)) })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
