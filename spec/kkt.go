package spec

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/spec/fiscal"
	"gopkg.in/yaml.v3"
)

// DefaultOFDName is OFD.ru's name as the tax service knows it.
const DefaultOFDName = "Общество с ограниченной ответственностью «ПЕТЕР-СЕРВИС Спецтехнологии»"

// DefaultFFD is the version of the fiscal data format of a till that does not
// say.
const DefaultFFD = "1.2"

// till is a KKT while it is read, with the places that later checks name.
type till struct {
	KKT
	serialAt, rnmAt, fnAt, fnTypeAt, bookAt *yaml.Node
}

var serialForm = regexp.MustCompile(`^[0-9A-Za-z-]{1,20}$`)

// CheckSerial tells whether s can be a factory number. The error goes on where
// the number stands: "0-0" is not a factory number.
func CheckSerial(s string) error { return checkSerial(s) }

func checkSerial(s string) error {
	if !serialForm.MatchString(s) {
		return errors.New("is not a factory number: up to 20 digits, Latin letters and hyphens")
	}
	if strings.Trim(s, "0") == "" {
		return errors.New("is not a factory number: it is all zeros")
	}
	return nil
}

// ignorable lists the attributes whose drift may be left alone.
func ignorable() []string {
	return []string{"place", "address", "fn", "model", "ffd", "usage", "agents", "ofd", "automaticDevices", "tariff"}
}

// commonFields are the keys that a till and defaults have both.
func commonFields() schema[till] {
	return schema[till]{
		{"company", func(r *reader, n *yaml.Node, t *till) { t.Company = r.ref(n, "companies", r.known.companies, true) }},
		{"model", func(r *reader, n *yaml.Node, t *till) { t.Model, _ = r.needText(n) }},
		{"address", func(r *reader, n *yaml.Node, t *till) { t.Address = r.address(n, t.Address) }},
		{"place", func(r *reader, n *yaml.Node, t *till) { t.Place = r.text(n) }},
		{"ffd", func(r *reader, n *yaml.Node, t *till) { t.FFD = r.ffd(n) }},
		{"usage", func(r *reader, n *yaml.Node, t *till) { t.Usage = r.setOf(n, usageNames) }},
		{"agents", func(r *reader, n *yaml.Node, t *till) { t.Agents = r.setOf(n, agentNames) }},
		{"ofd", func(r *reader, n *yaml.Node, t *till) { t.OFD = r.ofd(n, t.OFD) }},
		{"tariff", func(r *reader, n *yaml.Node, t *till) { t.Tariff = r.tariff(n) }},
		{"activationCode", func(r *reader, n *yaml.Node, t *till) { t.ActivationCode = r.code(n) }},
		{"book", func(r *reader, n *yaml.Node, t *till) { t.Book, t.bookAt = r.boolean(n), n }},
		{"renta", func(r *reader, n *yaml.Node, t *till) { t.Renta = r.ref(n, "centres", r.known.centres, false) }},
		{"registration", func(r *reader, n *yaml.Node, t *till) { t.Registration = r.registration(n) }},
		{"ignore", func(r *reader, n *yaml.Node, t *till) { t.Ignore = r.setOf(n, ignorable()) }},
		{"labels", func(r *reader, n *yaml.Node, t *till) { t.Labels = r.labels(n, t.Labels) }},
		{"protect", func(r *reader, n *yaml.Node, t *till) { t.Protect = r.choice(n) }},
	}
}

// tillSchema is every key of a till.
func tillSchema() schema[till] {
	return append(commonFields(), schema[till]{
		{"serial", func(r *reader, n *yaml.Node, t *till) {
			t.Serial, t.serialAt = r.needChecked(n, checkSerial, "copy it from the till's plate, in quotes"), n
		}},
		{"rnm", func(r *reader, n *yaml.Node, t *till) {
			t.RNM, t.rnmAt = r.checked(n, fiscal.RNMForm, "copy the РНМ again, in quotes; leave it out while the till is not registered"), n
		}},
		{"fn", func(r *reader, n *yaml.Node, t *till) { r.fn(n, t) }},
		{"automaticDevices", func(r *reader, n *yaml.Node, t *till) { t.AutomaticDevices = r.devices(n) }},
		{"report", func(r *reader, n *yaml.Node, t *till) { t.Report = r.fiscalReport(n) }},
		{"fnChange", func(r *reader, n *yaml.Node, t *till) { t.FNChange = r.fnChange(n) }},
		{"unregister", func(r *reader, n *yaml.Node, t *till) { t.Unregister = r.unregister(n) }},
	}...)
}

// till reads one till over the fleet's defaults and checks it.
func (r *reader) till(s schema[till], key, n *yaml.Node, defaults till, inherited given) KKT {
	t := defaults
	t.bookAt = nil
	t.Name, t.Pos = key.Value, r.pos(key)
	g := s.read(r, n, &t)
	if r.wasMap(n) || isNull(n) {
		s.need(r, key, g|inherited, "company", "model", "serial", "fn", "address")
	}
	r.identity(&t)
	r.drive(&t)
	r.booking(&t, key)
	return t.KKT
}

// booking wants the code that a till is booked with (document 004 §3).
func (r *reader) booking(t *till, key *yaml.Node) {
	if !t.Book || !t.ActivationCode.IsZero() || t.Unregister != "" {
		return
	}
	at := t.bookAt
	if at == nil {
		at = key // it stands under defaults
	}
	r.within("book", func() {
		r.errorAt(at, "write activationCode: a code, env:NAME, file:PATH, or auto", "needs an activation code")
	})
}

// identity checks the numbers that tell tills apart, and that an РНМ was
// issued to this company for this factory number.
func (r *reader) identity(t *till) {
	owner := r.known.owners[t.Company]
	r.within("serial", func() {
		r.unique(r.known.serials, fiscal.NormalizeSerial(t.Serial), t.serialAt, "factory number", t.Serial)
	})
	r.within("rnm", func() {
		r.unique(r.known.rnms, t.RNM, t.rnmAt, "РНМ", t.RNM)
		if t.RNM == "" || t.Serial == "" || owner.INN == "" || fiscal.CheckRNM(t.RNM, owner.INN, t.Serial) {
			return
		}
		r.errorAt(t.rnmAt, "compare rnm, serial and the company with the card of registration: one of them is not this till's",
			"the check digits of %s do not fit ИНН %s and factory number %s", t.RNM, owner.INN, t.Serial)
	})
}

// drive completes what is known of the ФН. Its type is taken from the number
// where the number tells it, and is fn15 otherwise: the shorter life, so that
// a warning comes early rather than late.
func (r *reader) drive(t *till) {
	r.within("fn", func() {
		r.within("number", func() { r.unique(r.known.drives, t.FN.Number, t.fnAt, "ФН", t.FN.Number) })
		model, found := fiscal.FNModel(t.FN.Number)
		if found && model.Test {
			r.within("number", func() {
				r.warnAt(t.fnAt, "put the number of a real ФН before registering", "this looks like a test ФН")
			})
		}
		guess := FNType(model.Type)
		if t.FN.Type != "" && guess != "" && guess != t.FN.Type && t.fnAt != nil {
			at := t.fnTypeAt
			if at == nil {
				at = t.fnAt
			}
			r.within("type", func() {
				r.warnAt(at, "compare with the passport of the ФН", "%s is declared, but the number looks like that of %s (%s)", t.FN.Type, model.Name, guess)
			})
		}
		if t.FN.Type == "" {
			t.FN.Type = guess
		}
		if t.FN.Type == "" {
			t.FN.Type = FN15
		}
	})
}

func (r *reader) ffd(n *yaml.Node) string {
	if s := r.oneOf(n, "1.05", "1.1", "1.2"); s != "" {
		return s
	}
	return DefaultFFD
}

func (r *reader) registration(n *yaml.Node) Registration {
	if s := r.oneOf(n, string(RegistrationFull), string(RegistrationSimplified)); s != "" {
		return Registration(s)
	}
	return RegistrationFull
}

// tariff is only compared with what the service shows: a name unknown here may
// be a new one.
func (r *reader) tariff(n *yaml.Node) string {
	s := strings.ToLower(r.text(n))
	names := []string{"red", "yellow", "green", "blue", "orange"}
	if s != "" && !slices.Contains(names, s) {
		r.warnAt(n, r.similar(s, names), "%s is not a tariff known to kktctl", quote(s))
	}
	return s
}

// ofd reads an operator over the one given by defaults, key by key.
func (r *reader) ofd(n *yaml.Node, v OFD) OFD {
	if isNull(n) {
		return defaultOFD()
	}
	s := schema[OFD]{
		{"inn", func(r *reader, n *yaml.Node, v *OFD) { v.INN = r.needChecked(n, fiscal.CheckINN, innHint) }},
		{"name", func(r *reader, n *yaml.Node, v *OFD) { v.Name, _ = r.needText(n) }},
	}
	g := s.read(r, n, &v)
	if s.has(g, "inn") && !s.has(g, "name") && v.INN != "" && v.INN != OFDRuINN {
		r.within("name", func() { r.errorAt(n, "write the operator's full name", "is missing: the operator is not OFD.ru") })
	}
	return v
}

func defaultOFD() OFD { return OFD{INN: OFDRuINN, Name: DefaultOFDName} }

// fleetDefaults is a till before the fleet's own defaults.
func fleetDefaults() till {
	return till{KKT: KKT{FFD: DefaultFFD, OFD: defaultOFD(), Registration: RegistrationFull}}
}
