package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/r3labs/diff/v3"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// fields is a set of attributes.
type fields uint16

// The attributes that are compared. FN, address, place and РНМ are seen in the
// live state. So is the model, but a till of the same factory number is of the
// same model: a difference is one of spelling, and no reason for an
// application.
const (
	fieldFN fields = 1 << iota
	fieldAddress
	fieldPlace
	fieldModel
	fieldRNM
	fieldFNType
	fieldOFD
	fieldFFD
	fieldUsage
	fieldAgents
	fieldDevices
)

// paths names each field in the order in which they are shown.
func paths() []string {
	return []string{"fn", "address", "place", "model", "rnm", "fnType", "ofd.inn", "ffd", "usage", "agents", "automaticDevices"}
}

// names lists the paths of a set.
func (f fields) names() []string {
	var out []string
	for i, p := range paths() {
		if f&(1<<i) != 0 {
			out = append(out, p)
		}
	}
	return out
}

// fieldOf finds the field of a path as ignore and changes spell it; 0 when
// there is none.
func fieldOf(path string) fields {
	head, _, _ := strings.Cut(path, ".")
	for i, p := range paths() {
		if own, _, _ := strings.Cut(p, "."); own == head {
			return 1 << i
		}
	}
	return 0
}

// ignored are the fields that the declaration leaves alone.
func (t *till) ignored() fields {
	var f fields
	for _, path := range t.decl.Ignore {
		f |= fieldOf(path)
	}
	if f&fieldFN != 0 {
		f |= fieldFNType
	}
	return f
}

// compare finds the fields in which what is differs from what is wanted, in
// sense and not in spelling. A wanted value that is not given wants nothing.
func compare(is, want *spec.Attributes) fields {
	var f fields
	add := func(differ bool, field fields) {
		if differ {
			f |= field
		}
	}
	add(want.FN != "" && is.FN != want.FN, fieldFN)
	add(!sameAddress(is.Address, want.Address), fieldAddress)
	add(want.Place != "" && !samePlace(is.Place, want.Place), fieldPlace)
	add(want.Model != "" && !sameName(is.Model, want.Model), fieldModel)
	add(want.FNType != "" && is.FNType != "" && is.FNType != want.FNType, fieldFNType)
	add(want.OFDINN != "" && is.OFDINN != want.OFDINN, fieldOFD)
	add(want.FFD != "" && is.FFD != want.FFD, fieldFFD)
	add(!sameSet(is.Usage, want.Usage), fieldUsage)
	add(!sameSet(is.Agents, want.Agents), fieldAgents)
	add(!sameDevices(is.Devices, want.Devices), fieldDevices)
	return f
}

func sameAddress(a, b spec.Address) bool {
	return a == b || fiscal.SameAddress(a.Text(), b.Text())
}

func samePlace(a, b string) bool { return a == b || foldPlace(a) == foldPlace(b) }

func sameName(a, b string) bool { return a == b || fold(a) == fold(b) }

func sameSet(a, b []string) bool {
	if slices.Equal(a, b) {
		return true
	}
	return slices.Equal(sortedSet(a), sortedSet(b))
}

func sortedSet(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return slices.Compact(s)
}

func sameDevices(a, b []spec.DeviceAttributes) bool {
	if len(a) != len(b) {
		return false
	}
	if len(a) == 0 {
		return true
	}
	a, b = sortedDevices(a), sortedDevices(b)
	return slices.EqualFunc(a, b, sameDevice)
}

func sameDevice(a, b spec.DeviceAttributes) bool {
	return a.Number == b.Number && samePlace(a.Place, b.Place) && sameAddress(a.Address, b.Address)
}

func sortedDevices(d []spec.DeviceAttributes) []spec.DeviceAttributes {
	d = slices.Clone(d)
	slices.SortStableFunc(d, func(a, b spec.DeviceAttributes) int { return cmp.Compare(a.Number, b.Number) })
	return d
}

// observe lays what the live row shows over attributes that are known, and
// tells in which fields it differs from them. What the row leaves empty is
// taken as known. The result is known itself when nothing is to be changed.
func observe(known *spec.Attributes, row *Till) (*spec.Attributes, fields) {
	var f fields
	if row.FN != "" && row.FN != known.FN {
		f |= fieldFN
	}
	if row.Address != "" && !fiscal.SameAddress(known.Address.Text(), row.Address) {
		f |= fieldAddress
	}
	if row.Place != "" && !samePlace(known.Place, row.Place) {
		f |= fieldPlace
	}
	if row.RNM != "" && row.RNM != known.RNM {
		f |= fieldRNM
	}
	if f == 0 {
		return known, 0
	}
	a := *known
	take(&a, &spec.Attributes{
		FN: row.FN, FNType: known.FNType, Address: spec.Address{Full: row.Address}, Place: row.Place, RNM: row.RNM,
	}, f)
	if known.RNM == "" {
		f &^= fieldRNM // it was not known: no difference
	}
	return &a, f
}

// Unlike names the attributes in which a live row shows something else than is
// wanted, in sense and not in spelling; none when a plan would find nothing to
// change.
func Unlike(want *spec.Attributes, row *Till) []string {
	_, f := observe(want, row)
	return f.names()
}

// take copies the fields that a live row shows.
func take(to, from *spec.Attributes, f fields) {
	if f&fieldFN != 0 {
		to.FN, to.FNType = from.FN, from.FNType
	}
	if f&fieldAddress != 0 {
		to.Address = from.Address
	}
	if f&fieldPlace != 0 {
		to.Place = from.Place
	}
	if f&fieldRNM != 0 {
		to.RNM = from.RNM
	}
}

// projection is what a difference is shown as.
type projection struct {
	FN      string            `diff:"fn"`
	FNType  string            `diff:"fnType"`
	Address string            `diff:"address"`
	Place   string            `diff:"place"`
	Model   string            `diff:"model"`
	OFD     string            `diff:"ofd.inn"`
	FFD     string            `diff:"ffd"`
	Usage   string            `diff:"usage"`
	Agents  string            `diff:"agents"`
	Devices map[string]string `diff:"automaticDevices"`
}

// project shows the given fields only, so that a difference in spelling alone
// is not shown.
func project(a *spec.Attributes, f fields) projection {
	pick := func(field fields, s string) string {
		if f&field == 0 {
			return ""
		}
		return s
	}
	p := projection{
		FN: pick(fieldFN, a.FN), FNType: pick(fieldFNType, string(a.FNType)), Address: pick(fieldAddress, a.Address.Text()),
		Place: pick(fieldPlace, a.Place), Model: pick(fieldModel, a.Model), OFD: pick(fieldOFD, a.OFDINN), FFD: pick(fieldFFD, a.FFD),
		Usage: pick(fieldUsage, strings.Join(sortedSet(a.Usage), ", ")), Agents: pick(fieldAgents, strings.Join(sortedSet(a.Agents), ", ")),
	}
	if f&fieldDevices != 0 {
		p.Devices = make(map[string]string, len(a.Devices))
		for _, d := range a.Devices {
			p.Devices[d.Number] = showDevice(d)
		}
	}
	return p
}

// showDevice is never empty, so that one that comes or goes can be seen.
func showDevice(d spec.DeviceAttributes) string {
	text := strings.Trim(d.Place+"; "+d.Address.Text(), "; ")
	if text == "" {
		return d.Number
	}
	return text
}

// changes lists the differences in the given fields, old to new, by path.
func changes(is, want *spec.Attributes, f fields) []Change {
	if f == 0 {
		return nil
	}
	log, err := diff.Diff(project(is, f), project(want, f), diff.AllowTypeMismatch(true))
	if err != nil { // the projections have one type and plain fields
		panic(fmt.Sprintf("planner: comparing projections: %v", err))
	}
	out := make([]Change, 0, len(log))
	for _, c := range log {
		out = append(out, Change{Path: strings.Join(c.Path, "."), Before: shown(c.From), After: shown(c.To)})
	}
	slices.SortFunc(out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(place(a.Path), place(b.Path)), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Before, b.Before))
	})
	return out
}

func shown(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// place is where a path stands in the order of fields.
func place(path string) int {
	f := fieldOf(path)
	n := 0
	for ; f > 1; f >>= 1 {
		n++
	}
	return n
}

// toggled tells whether a mode was added (1), removed (-1) or neither.
func toggled(was, want []string, name string) int {
	before, after := slices.Contains(was, name), slices.Contains(want, name)
	switch {
	case after && !before:
		return 1
	case before && !after:
		return -1
	}
	return 0
}
