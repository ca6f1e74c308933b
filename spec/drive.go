package spec

import (
	"errors"
	"regexp"
	"strings"

	"github.com/kktctl/kktctl/spec/fiscal"
	"gopkg.in/yaml.v3"
)

func fnTypes() []string { return []string{string(FN15), string(FN36)} }

// fn reads a till's drive; its type may come from defaults.
func (r *reader) fn(n *yaml.Node, t *till) {
	s := schema[till]{
		{"number", func(r *reader, n *yaml.Node, t *till) {
			t.FN.Number, t.fnAt = r.needChecked(n, fiscal.CheckFN, "copy the ФН's number again, in quotes"), n
		}},
		{"type", func(r *reader, n *yaml.Node, t *till) { t.FN.Type, t.fnTypeAt = FNType(r.oneOf(n, fnTypes()...)), n }},
	}
	if g := s.read(r, n, t); r.wasMap(n) || isNull(n) {
		s.need(r, n, g, "number")
	}
}

func fiscalReportSchema() schema[FiscalReport] {
	return schema[FiscalReport]{
		{"at", func(r *reader, n *yaml.Node, v *FiscalReport) { v.At = r.localTime(n) }},
		{"document", func(r *reader, n *yaml.Node, v *FiscalReport) {
			v.Document = r.needChecked(n, upTo10Digits, "copy the number of the fiscal document (ФД)")
		}},
		{"sign", func(r *reader, n *yaml.Node, v *FiscalReport) {
			v.Sign = r.needChecked(n, upTo10Digits, "copy the fiscal sign (ФП, ФПД)")
		}},
	}
}

var signForm = regexp.MustCompile(`^[0-9]{1,10}$`)

func upTo10Digits(s string) error {
	if !signForm.MatchString(s) {
		return errors.New("must be 1 to 10 digits")
	}
	if strings.Trim(s, "0") == "" {
		return errors.New("is zero: no till prints that")
	}
	return nil
}

// CheckReportNumber tells whether s can be the number of a fiscal document or
// a fiscal sign, as a till prints it.
func CheckReportNumber(s string) error { return upTo10Digits(s) }

// fiscalReport reads what a person copied from a printed document; nil for
// null.
func (r *reader) fiscalReport(n *yaml.Node) *FiscalReport {
	if isNull(n) {
		return nil
	}
	s, v := fiscalReportSchema(), new(FiscalReport)
	if g := s.read(r, n, v); r.wasMap(n) {
		s.need(r, n, g, "at", "document", "sign")
	}
	return v
}

func (r *reader) fnChange(n *yaml.Node) *FNChange {
	if isNull(n) {
		return nil
	}
	s := schema[FNChange]{
		{"closed", func(r *reader, n *yaml.Node, v *FNChange) { v.Closed = r.fiscalReport(n) }},
		{"installed", func(r *reader, n *yaml.Node, v *FNChange) { v.Installed = r.fiscalReport(n) }},
	}
	v := new(FNChange)
	s.read(r, n, v)
	if v.Complete() && v.Installed.At != "" && v.Installed.At < v.Closed.At { // one layout: text sorts as time
		r.within("installed", func() {
			r.within("at", func() {
				r.errorAt(n, "the old ФН is closed first: compare both printouts, they may be swapped",
					"%s is before closed.at, %s", v.Installed.At, v.Closed.At)
			})
		})
	}
	return v
}

func reasons() []string {
	return []string{string(ReasonLost), string(ReasonStolen), string(ReasonBroken)}
}

// unregister reads the tombstone of a till.
func (r *reader) unregister(n *yaml.Node) (reason UnregisterReason) {
	if isNull(n) {
		return ""
	}
	s := schema[UnregisterReason]{
		{"reason", func(r *reader, n *yaml.Node, v *UnregisterReason) { *v = r.reason(n) }},
	}
	if g := s.read(r, n, &reason); r.wasMap(n) {
		s.need(r, n, g, "reason")
	}
	return reason
}

// reason reads why tills are deregistered; it must not be empty.
func (r *reader) reason(n *yaml.Node) UnregisterReason {
	r.may(func(p *Place) { p.Words = reasons() })
	if s, ok := r.needText(n); !ok || s == "" {
		return ""
	}
	return UnregisterReason(r.oneOf(n, reasons()...))
}
