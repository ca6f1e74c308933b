package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Answers of any size: a child of kktctl ends within seconds and takes less
// than 256 MB, and it calls nobody but the service it was pointed at.
// KKTCTL_HOSTILE=all runs all of them.
func TestHostileSizes(t *testing.T) {
	const (
		limit = 256 // MB
		haste = 90 * time.Second
		row   = `{"SerialNumber":"%07d","KktRegId":"%016d"}`
		long  = `{"Id":"5d0cf35c-8b11-4a2c-9c0e-0a4f2d1c7e11","KktRegId":"%016d","SerialNumber":"%014d","FnNumber":"9287440300784224","CreateDate":"2026-01-01T00:00:00","LastDocOnKktDateTime":"2026-01-01T00:00:00","LastDocOnOfdDateTimeUtc":"2026-01-01T00:00:00","FiscalAddress":"115280, Москва, ул Ленинская Слобода, д 19","FiscalPlace":"Магазин №1","KktModel":"АТОЛ 42ФС","FnEndDate":"2027-01-01T00:00:00","Tariff":"Green","ContractEndDateUtc":"2027-01-01T00:00:00"}`
		code  = `{"Code":"A%07d","Service":"Ofd","TariffCount":1,"Id":"%d"}`
	)
	program := built(t, nil)
	var strangers atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers.Add(1) }))
	defer proxy.Close()
	away := func(w http.ResponseWriter) {
		w.Header().Set("Location", "http://169.254.169.254/latest/meta-data/")
		w.WriteHeader(http.StatusFound)
	}
	for _, tc := range []struct {
		name, path string
		answer     func(w http.ResponseWriter)
		quick      bool // also when not everything is run
	}{
		{name: "gigabyte", quick: true, path: "/kkts", answer: func(w http.ResponseWriter) { flood(w, row, false) }},
		{name: "gigabyte of codes", path: "/code/list", answer: func(w http.ResponseWriter) { flood(w, code, false) }},
		{name: "as many rows as are taken", path: "/kkts", answer: func(w http.ResponseWriter) { rows(w, row, 119_000) }},
		{name: "a long list as it comes", path: "/kkts", answer: func(w http.ResponseWriter) { rows(w, long, 100_000) }},
		{name: "million rows", quick: true, path: "/kkts", answer: func(w http.ResponseWriter) { rows(w, row, 1_000_000) }},
		{name: "million codes", path: "/code/list", answer: func(w http.ResponseWriter) { rows(w, code, 1_000_000) }},
		{name: "million payments", path: "/paystatus", answer: func(w http.ResponseWriter) { rows(w, `{"Rnm":"%07d","ActivationCode":"%d"}`, 1_000_000) }},
		{name: "million members", path: "/renta/v1/kkts", answer: func(w http.ResponseWriter) { rows(w, `{"KktSerialNumber":"%07d","KktRegNumber":"%d"}`, 1_000_000) }},
		{name: "empty rows", path: "/kkts", answer: func(w http.ResponseWriter) { rows(w, `{}%.0s%.0s`, 20_000_000) }},
		{name: "gzip bomb", quick: true, path: "/kkts", answer: func(w http.ResponseWriter) { flood(w, row, true) }},
		{name: "one text", path: "/kkts", answer: func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, `{"Success":true,"Data":[{"SerialNumber":"1","KktModel":"`)
			_, _ = io.WriteString(w, strings.Repeat("x", 60<<20))
			_, _ = io.WriteString(w, `"}]}`)
		}},
		{name: "metadata", quick: true, path: "/kkts", answer: away},
		{name: "metadata for a login", quick: true, path: "/createauthtoken", answer: away},
		{name: "metadata for an application", quick: true, path: "/registration", answer: away},
	} {
		commands := [][]string{{"plan", "-v"}, {"apply", "--auto-approve", "-v"}}
		if os.Getenv("KKTCTL_HOSTILE") != "all" {
			if !tc.quick {
				continue
			}
			commands = commands[1:]
		}
		t.Run(tc.name, func(t *testing.T) {
			h := newHostile(t, hostileFleet, hostileWorld(), change{path: "none"})
			front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(strings.ToLower(r.URL.Path), tc.path) {
					tc.answer(w)
					return
				}
				h.service.ServeHTTP(w, r)
			}))
			defer front.Close()
			h.url = front.URL
			for _, command := range commands {
				began := time.Now()
				memory, out := child(h, program, "HTTP_PROXY="+proxy.URL, command...)
				t.Logf("%s: %d MB, %s, %d bytes of output", command[0], memory, time.Since(began).Round(time.Millisecond), len(out))
				if memory > limit {
					t.Errorf("%s took %d MB", command[0], memory)
				}
				if took := time.Since(began); took > haste {
					t.Errorf("%s took %s", command[0], took)
				}
				if at := unprintable(out); at != "" {
					t.Error(at)
				}
			}
			h.confined()
		})
	}
	if n := strangers.Load(); n > 0 {
		t.Errorf("%d calls of another host", n)
	}
}

// child runs the program in the folder and tells the most memory that it took,
// in MB. The usage that a parent is told would count its own at the fork.
func child(h *hostile, program, env string, args ...string) (int, []byte) {
	h.t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = h.dir
	cmd.Env = []string{env}
	for _, name := range []string{"OFD_API_KEY", "RENTA_LOGIN", "RENTA_PASSWORD", "KKTCTL_ENDPOINT", "KKTCTL_POLL_INTERVAL", "KKTCTL_QUIET_PERIOD", "HOME"} {
		cmd.Env = append(cmd.Env, name+"="+h.env(name))
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	check(h.t, cmd.Start())
	done := make(chan error)
	go func() { done <- cmd.Wait() }()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	most := 0
	for {
		most = max(most, resident(cmd.Process.Pid))
		select {
		case <-done: // the exit code is told by what was printed
			return most, out.Bytes()
		case <-tick.C:
		}
	}
}

// resident is the most memory that a process has had, in MB; 0 when it is gone.
func resident(pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		return 0
	}
	kb, err := strconv.Atoi(string(m[1]))
	if err != nil {
		return 0
	}
	return kb >> 10
}

// rows streams a list, until nobody reads any more.
func rows(w io.Writer, format string, n int) {
	b := bufio.NewWriterSize(w, 1<<16)
	defer b.Flush()
	_, _ = b.WriteString(begin)
	for i := range n {
		if _, err := fmt.Fprintf(b, format+",", i, i); err != nil {
			return
		}
	}
	_, _ = fmt.Fprintf(b, format+"]}", n, n)
}

const begin = `{"Success":true,"Status":"Success","Data":[`

// flood streams a list of the same rows, a gigabyte of it, packed or not.
func flood(w http.ResponseWriter, row string, packed bool) {
	head, piece := []byte(begin), []byte(strings.Repeat(row+",", 1<<14))
	n := 1 << 30 / len(piece)
	if packed {
		w.Header().Set("Content-Encoding", "gzip")
		head, piece = zipped(head), zipped(piece) // members of a gzip stream follow each other
	}
	_, err := w.Write(head)
	for ; err == nil && n > 0; n-- {
		_, err = w.Write(piece)
	}
}

func zipped(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(data) // a buffer takes everything
	_ = z.Close()
	return b.Bytes()
}
