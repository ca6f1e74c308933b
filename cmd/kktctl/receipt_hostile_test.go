package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/sim"
)

const centreFleet = `
kkts:
  a:
    serial: "00307404867358"
    fn: {number: "9287440300784224", type: fn36}
    renta: galereya
`

// centreWorld is a till of a centre that has printed receipts.
func centreWorld(t *testing.T, n int) *sim.World {
	t.Helper()
	w := (&sim.World{}).Add(sim.SeedTill{
		INN: "5252012620", Serial: "00307404867358", RNM: "0000002950038403", FN: "9287440300784224", Place: "Зал",
		Address: "115280, Москва, ул Ленинская Слобода, д 19",
	}).AddMember("", "00307404867358")
	s := sim.New(w, sim.Options{})
	defer func() { check(t, s.Close()) }()
	check(t, s.Print(sim.Printing{Serial: "00307404867358", Count: n, Every: time.Minute}))
	return s.Snapshot()
}

// collect has the receipts of the centre read for plans.
func (h *hostile) collect() {
	path := filepath.Join(h.dir, "fleet.yaml")
	text, err := os.ReadFile(path)
	check(h.t, err)
	text = bytes.Replace(text, []byte(`galereya: {inn: "7802870820"}`), []byte(`galereya: {inn: "7802870820", receipts: {}}`), 1)
	check(h.t, os.WriteFile(path, text, 0o600))
}

// Whatever stands on a receipt comes out as text, in every format, and in the
// plan that looks at it.
func TestHostileReceipts(t *testing.T) {
	const evil = `\u001b]0;pwned\u0007\u001b[2J\u202e\r\n<script>=cmd|'/c calc'!A0`
	for _, key := range []string{"KktAddress", "OperationType", "SerialNumber", "KktRegNumber", "FnNumber", "Id", "UserInn"} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			h := newHostile(t, centreFleet, centreWorld(t, 3), change{path: "/receipt", key: key, text: evil})
			h.collect()
			h.run("apply", "--auto-approve")
			h.run("receipt", "list")
			h.run("receipt", "list", "--format", "csv")
			h.jsonLines("receipt", "list", "--json")
			if !strings.Contains(h.last, `"complete":true`) {
				t.Errorf("the list is not whole: %s", h.last)
			}
			id := h.service.Snapshot().RentaReceipts[0].ID
			h.run("receipt", "show", id)
			h.json("receipt", "show", id, "--json")
			h.run("plan")
			h.markdown()
			h.json("plan", "--json")
			h.run("tasks")
			if h.met.Load() == 0 {
				t.Error("nothing was changed")
			}
		})
	}
}

// Answers of any form end in an error, soon.
func TestHostileReceiptShapes(t *testing.T) {
	for name, answer := range map[string]string{
		"no list": `{"Status":"Success","Data":{"Id":"x"}}`, "text": "x", "page": "<html>", "nothing": "", "null": "null",
		"rows of nothing": `{"Status":"Success","Data":[{},{}]}`, "failed": `{"Status":"Failed","Errors":["\u001b[2J"]}`,
		"numbers": `{"Status":"Success","Data":[1,2]}`, "deep": `{"Data":` + strings.Repeat("[", 20000), "half": `{"Status":"Success","Data":[`,
		"sum":  `{"Status":"Success","Data":[{"SerialNumber":"1","DocDateTime":"2026-11-20T00:00:00","TotalSumm":1e400}]}`,
		"long": `{"Status":"Success","Data":[{"SerialNumber":"` + strings.Repeat("1", 2<<20) + `"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHostile(t, centreFleet, centreWorld(t, 1), change{path: "/receipt", code: 200, text: answer})
			h.collect()
			if code := h.run("receipt", "list", "--company", "sever", "--from", "2026-11-01", "--to", "2026-11-30"); code != exitError {
				t.Errorf("list ended with %d", code)
			}
			if code := h.run("receipt", "show", "3a6e3b83-a0b0-4587-bfb3-1b7539b05cf3"); code != exitError {
				t.Errorf("show ended with %d", code)
			}
			if name == "sum" {
				return // a plan looks at no sums
			}
			if code := h.run("plan"); code != exitOK || !strings.Contains(h.last, "the receipts were not read") {
				t.Errorf("plan ended with %d: %s", code, h.last)
			}
		})
	}
}

// Answers without an end, or that unpack to one, end too.
func TestEndlessReceipts(t *testing.T) {
	for _, kind := range []string{sim.FaultEndless, sim.FaultGzipBomb} {
		h := newHostile(t, centreFleet, centreWorld(t, 1), change{path: "nowhere"})
		check(t, h.service.Fault(sim.Fault{Path: "*/receipts/*", Kind: kind, Times: -1}))
		if code := h.run("receipt", "list", "--company", "sever"); code != exitError {
			t.Errorf("%s: ended with %d", kind, code)
		}
	}
}

// Ctrl-C ends a list at once; what was read is shown, and that it is not all.
func TestReceiptListIsInterrupted(t *testing.T) {
	app, signals := interruptible(t)
	h := newHostile(t, centreFleet, centreWorld(t, 2), change{path: "nowhere"})
	check(t, h.service.Fault(sim.Fault{Path: "*/receipts/*", Kind: sim.FaultTimeout, Skip: 1}))
	var out, errs bytes.Buffer
	app.Out, app.Err, app.Env = &out, &errs, h.env
	code := make(chan int)
	go func() {
		code <- app.Main([]string{"-f", filepath.Join(h.dir, "fleet.yaml"), "receipt", "list", "--company", "sever", "--from", "2016-01-01"})
	}()
	signals <- os.Interrupt
	if got := <-code; got != exitInterrupted || !strings.Contains(out.String(), "The list is not complete") || !strings.Contains(errs.String(), "Interrupted") {
		t.Errorf("ended with %d: %s%s", got, out.String(), errs.String())
	}
}
