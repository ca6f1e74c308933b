package sim

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// control answers the calls under /_sim/: they are for scripts, need no
// authorisation and stand in no ledger.
func (s *Service) control(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 256<<20))
	if err != nil {
		controlError(http.StatusRequestEntityTooLarge, err).write(w)
		return
	}
	q := r.URL.Query()
	name := strings.Trim(strings.TrimPrefix(r.URL.Path, "/_sim"), "/")
	switch r.Method + " " + name {
	case "GET world":
		s.getWorld().write(w)
	case "PUT world":
		controlDone(s.putWorld(body)).write(w)
	case "GET ledger":
		jsonReply(http.StatusOK, orEmpty(s.Ledger())).write(w)
	case "GET duplicates":
		jsonReply(http.StatusOK, orEmpty(s.Duplicates())).write(w)
	case "GET calls":
		jsonReply(http.StatusOK, orEmpty(s.Calls())).write(w)
	case "GET report", "POST report":
		s.controlReport(q).write(w)
	case "POST fault":
		controlDone(s.controlFault(body)).write(w)
	case "DELETE fault":
		s.ClearFaults()
		controlDone(nil).write(w)
	case "POST advance":
		controlDone(s.controlAdvance(q)).write(w)
	case "POST document":
		controlDone(s.SendDocument(q.Get("serial"))).write(w)
	case "POST print":
		controlDone(s.controlPrint(q, body)).write(w)
	case "POST till":
		controlDone(s.controlTill(q)).write(w)
	case "POST order":
		controlDone(s.SettleOrder(q.Get("id"), q.Get("status"))).write(w)
	case "POST checkonline":
		controlDone(s.controlCheckOnline(body)).write(w)
	case "POST reject":
		controlDone(s.controlReject(q)).write(w)
	default:
		controlError(http.StatusNotFound, fmt.Errorf("no control call %s %s", r.Method, clip(name))).write(w)
	}
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func controlDone(err error) reply {
	if err != nil {
		return controlError(http.StatusBadRequest, err)
	}
	return jsonReply(http.StatusOK, struct {
		OK bool `json:"ok"`
	}{true})
}

func controlError(status int, err error) reply {
	return jsonReply(status, struct {
		Error string `json:"error"`
	}{err.Error()})
}

func (s *Service) getWorld() reply {
	b, err := s.Snapshot().Marshal()
	if err != nil {
		return controlError(http.StatusInternalServerError, err)
	}
	return reply{status: http.StatusOK, body: b}
}

// putWorld puts another world in place; ledger and calls go on.
func (s *Service) putWorld(body []byte) error {
	w, err := ParseWorld(body)
	if err != nil {
		return err
	}
	s.Mutate(func(old *World) { *old = *w })
	return nil
}

func (s *Service) controlReport(q url.Values) reply {
	r, ok := s.PrintedReport(q.Get("serial"))
	if !ok {
		return controlError(http.StatusNotFound, fmt.Errorf("till %s has no РНМ to print a report with", clip(q.Get("serial"))))
	}
	return jsonReply(http.StatusOK, r)
}

func (s *Service) controlFault(body []byte) error {
	var f Fault
	if err := (request{kind: "application/json", body: body}).decode(&f); err != nil {
		return err
	}
	return s.Fault(f)
}

func (s *Service) controlAdvance(q url.Values) error {
	d, err := time.ParseDuration(q.Get("d"))
	if err != nil {
		return err
	}
	s.Advance(d)
	return nil
}

// controlTill changes a till behind everybody's back.
func (s *Service) controlTill(q url.Values) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin()
	till := s.bySerial[trimSerial(q.Get("serial"))]
	if till == nil {
		return fmt.Errorf("no till %s", clip(q.Get("serial")))
	}
	for name, field := range map[string]*string{
		"fn": &till.FN, "address": &till.Address, "place": &till.Place, "model": &till.Model, "tariff": &till.Tariff,
	} {
		if q.Has(name) {
			*field = q.Get(name)
		}
	}
	s.touch(till)
	s.changed()
	return nil
}

// controlCheckOnline has the next new receipt meet an error.
func (s *Service) controlCheckOnline(body []byte) error {
	var f CheckFailure
	if err := (request{kind: "application/json", body: body}).decode(&f); err != nil {
		return err
	}
	if f.Service == 0 && f.Device == 0 {
		return errors.New("say service or device: the code of the error")
	}
	s.Mutate(func(w *World) { w.CheckOnline.Failures = append(w.CheckOnline.Failures, f) })
	return nil
}

// controlReject makes the next verdict on an application or a till a refusal.
func (s *Service) controlReject(q url.Values) error {
	r := Rejection{
		Application: q.Get("application"), Serial: q.Get("serial"), Reason: q.Get("reason"),
		Document: q.Has("document"), Unknown: q.Has("unknown"), Times: 1,
	}
	if r.Application == "" && r.Serial == "" {
		return errors.New("say application= or serial=")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.w.Rejections = append(s.w.Rejections, r)
	s.changed()
	return nil
}
