package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// PrintedReport returns the report of registration of the till with the
// factory number, and prints it if the till has an РНМ and nobody did.
func (s *Service) PrintedReport(serial string) (Report, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin()
	r, ok := s.report(serial)
	if s.dirty {
		s.changed()
	}
	return r, ok
}

// SendDocument makes the till with the factory number send a fiscal document.
func (s *Service) SendDocument(serial string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin()
	till := s.bySerial[trimSerial(serial)]
	if till == nil {
		return fmt.Errorf("no till %s", clip(serial))
	}
	s.fiscalDocument(till)
	s.changed()
	return nil
}

func (c *core) report(serial string) (Report, bool) {
	key := trimSerial(serial)
	for _, a := range c.bySent[key] {
		c.settle(a)
	}
	if r, ok := c.w.Reports[key]; ok {
		return r, true
	}
	rnm := ""
	if till := c.bySerial[key]; till != nil && till.Registered() {
		rnm = till.RNM
	}
	for _, a := range c.bySent[key] {
		if a.Purpose == InitialRegistration && a.Stage == StageFinalization && !a.Finished {
			rnm = a.KKT.RegNumber
		}
	}
	if rnm == "" {
		return Report{}, false
	}
	return c.print(serial, rnm), true
}

// print makes the first document of a till: its report of registration.
func (c *core) print(serial, rnm string) Report {
	const signs = 1_000_000_0000
	sum := sha256.Sum256([]byte(trimSerial(serial) + " " + rnm))
	sign := binary.BigEndian.Uint64(sum[:8])%(signs-signs/10) + signs/10
	r := Report{At: c.now.Format(wireTime), Document: "1", Sign: fmt.Sprint(sign)}
	c.w.Reports[trimSerial(serial)] = r
	c.dirty = true
	c.logf("device %s printed its report of registration: document %s, sign %s", serial, r.Document, r.Sign)
	return r
}
