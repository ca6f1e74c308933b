package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// fieldWriter writes names and values, one a line; empty values are left out.
type fieldWriter struct {
	b strings.Builder
	o Options
	t theme
}

// fieldColumn is the width of the names.
const fieldColumn = 16

func (w *fieldWriter) title(s string) { w.b.WriteString("\n  " + w.t.bold.of(s) + "\n") }

func (w *fieldWriter) field(name, value string) {
	if value != "" {
		w.b.WriteString("  " + w.t.dim.of(pad(name, fieldColumn)) + Clean(value) + "\n")
	}
}

func (w *fieldWriter) time(name string, t time.Time) {
	if !t.IsZero() {
		w.field(name, w.o.since(t))
	}
}

// codes tells which activation codes were used.
func (w *fieldWriter) codes(r state.Resource) {
	if k := r.Booking; k != nil {
		w.field("booked with", k.Code.String())
		w.field("booking", k.Status)
		w.time("booked at", k.At)
	}
	if r.Payment != nil {
		w.field("paid with", strings.TrimSpace(r.Payment.Code.String()+" "+r.Payment.Service))
		w.time("paid at", r.Payment.At)
	}
}

func (w *fieldWriter) attributes(a spec.Attributes) {
	w.title("last applied")
	for _, f := range [][2]string{
		{"company", a.Company},
		{"model", a.Model},
		{"fn", strings.TrimSpace(a.FN + " " + string(a.FNType))},
		{"address", addressLine(a.Address)},
		{"place", a.Place},
		{"ffd", a.FFD},
		{"usage", strings.Join(a.Usage, ", ")},
		{"agents", strings.Join(a.Agents, ", ")},
		{"ofd", strings.TrimSpace(a.OFDINN + " " + a.OFDName)},
	} {
		w.field(f[0], f[1])
	}
	for _, d := range a.Devices {
		w.field("device", strings.Join(filled(d.Number, addressLine(d.Address), d.Place), ", "))
	}
}

func (w *fieldWriter) cabinet(c spec.CabinetRecord) {
	w.field("agreement", cmp.Or(c.Agreement, "not known"))
	name := "cabinet made"
	if c.Existed {
		name = "cabinet known"
	}
	w.time(name, c.At)
}

func (w *fieldWriter) order(o spec.OrderRecord) {
	w.field("order", o.ID)
	w.field("ordered", fmt.Sprintf("%d, tariff %s, %s, paid by %s", o.Terms.Quantity, o.Terms.Tariff, o.Terms.FN, o.Terms.Payment))
	w.time("placed", o.At)
	w.time("paid until", o.PaidUntil)
	w.field("link", o.Link)
	if len(o.Image) > 0 {
		w.field("QR code", "kept: kktctl tasks payment saves it")
	}
}

// addressLine is an address on one line.
func addressLine(a spec.Address) string {
	if a.Full != "" {
		return a.Full
	}
	return strings.Join(filled(a.PostalCode, a.Region, a.Settlement, a.Street, a.HouseNumber, a.Building, a.Office), ", ")
}

func filled(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}

func (w *fieldWriter) workflow(f *state.Workflow) {
	w.title("running: " + verb(planner.Action(f.Action)))
	w.field("phase", phaseWords(f.Phase))
	w.time("started", f.Started)
	w.time("in phase since", f.Since)
	if f.WaitingFor != "" {
		w.field("waits for", whom(planner.Wait(f.WaitingFor)))
	}
	w.field("message", f.Message)
	if !f.Due.IsZero() {
		w.field("due", w.o.by(f.Due))
	}
	w.field("application", f.Data.ApplicationID)
	w.field("document", strings.TrimSpace(f.Data.DocumentID+" "+f.Data.FileName))
	if f.Data.Order != nil {
		w.order(*f.Data.Order)
	}
	if f.Data.Code != nil {
		w.field("code", f.Data.Code.String())
	}
	if f.Unknown {
		w.field("outcome", "unknown: a person has to resolve it")
	}
}

func (w *fieldWriter) intent(in state.Intent) {
	w.title("open intent")
	w.field("id", in.ID)
	w.field("effect", string(in.Effect))
	w.time("at", in.At)
}
