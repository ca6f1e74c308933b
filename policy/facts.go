package policy

import (
	"time"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
)

// The types below are what rules see: docs/policy.md lists their fields, and a
// test holds the two together. No secret is in them, and no activation code.

// Plan is the variable plan.
type Plan struct {
	Fleet        string         `cel:"fleet"`
	Steps        []Step         `cel:"steps"`        // in the order of the plan
	Count        map[string]int `cel:"count"`        // steps that this plan begins, by action
	BegunToday   map[string]int `cel:"begunToday"`   // steps that were begun since midnight in Moscow, by action, without those of this plan
	Roubles      int            `cel:"roubles"`      // that the plan costs
	Codes        int            `cel:"codes"`        // activation codes that it uses
	Irreversible int            `cel:"irreversible"` // steps that it begins and nothing takes back
}

// Step is the variable step, and an element of plan.steps.
type Step struct {
	Address      string    `cel:"address"` // kkts.sloboda-1
	Kind         string    `cel:"kind"`    // kkts, companies, orders, checks
	Name         string    `cel:"name"`    // sloboda-1
	Action       string    `cel:"action"`
	UnderWay     bool      `cel:"underWay"` // begun before: it only goes on
	Irreversible bool      `cel:"irreversible"`
	Roubles      int       `cel:"roubles"`
	Codes        int       `cel:"codes"`
	Reason       string    `cel:"reason"`
	Waits        []string  `cel:"waits"`
	Due          time.Time `cel:"due"` // absent when there is none: has(step.due)
	Changes      []Change  `cel:"changes"`
	KKT          KKT       `cel:"kkt"` // of a till's step; empty of any other
}

// Change is an attribute that a step changes.
type Change struct {
	Path   string `cel:"path"`
	Before string `cel:"before"`
	After  string `cel:"after"`
}

// KKT is the variable kkt: a till as the file declares it, with defaults.
type KKT struct {
	Name         string            `cel:"name"`
	Declared     bool              `cel:"declared"` // false: it was dropped from the file, and is as last applied
	Company      string            `cel:"company"`
	INN          string            `cel:"inn"`
	Model        string            `cel:"model"`
	Serial       string            `cel:"serial"`
	RNM          string            `cel:"rnm"`
	FN           FN                `cel:"fn"`
	Address      string            `cel:"address"` // in one line
	Place        string            `cel:"place"`
	FFD          string            `cel:"ffd"`
	Usage        []string          `cel:"usage"`
	Agents       []string          `cel:"agents"`
	OFD          string            `cel:"ofd"` // ИНН of the operator
	Tariff       string            `cel:"tariff"`
	Renta        string            `cel:"renta"`
	Registration string            `cel:"registration"`
	Code         string            `cel:"code"` // of activation: none, declared or auto
	Book         bool              `cel:"book"`
	Unregister   string            `cel:"unregister"` // the reason of its tombstone
	Protect      bool              `cel:"protect"`
	Labels       map[string]string `cel:"labels"`
}

// FN is the ФН of a till.
type FN struct {
	Number string `cel:"number"`
	Type   string `cel:"type"`
}

// User is the variable user: who runs kktctl, as far as the surroundings tell.
type User struct {
	Name     string `cel:"name"`     // of the account, or the pipeline's actor
	Pipeline bool   `cel:"pipeline"` // a pipeline runs it
}

// Clock is the variable moscow: now by the clock in Moscow.
type Clock struct {
	Date    string `cel:"date"` // 2026-11-20
	Weekday string `cel:"weekday"`
	Hour    int    `cel:"hour"`
	Minute  int    `cel:"minute"`
}

func clockOf(now time.Time) Clock {
	at := now.In(time.FixedZone("MSK", 3*60*60))
	return Clock{
		Date: at.Format(time.DateOnly), Weekday: [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}[at.Weekday()],
		Hour: at.Hour(), Minute: at.Minute(),
	}
}

// planOf shows a plan to rules.
func planOf(c Case) Plan {
	p := Plan{
		Fleet: c.Plan.Fleet, Steps: make([]Step, 0, len(c.Plan.Steps)),
		Count: map[string]int{}, BegunToday: map[string]int{},
	}
	for a := range c.Plan.Summary {
		p.Count[string(a)], p.BegunToday[string(a)] = 0, c.BegunToday[a]
	}
	for _, a := range []planner.Action{planner.Protect, planner.Unprotect} { // a plan counts them only when there are any
		p.Count[string(a)], p.BegunToday[string(a)] = 0, c.BegunToday[a]
	}
	for i := range c.Plan.Steps {
		s := stepOf(c.Fleet, &c.Plan.Steps[i])
		p.Steps = append(p.Steps, s)
		p.Roubles += s.Roubles
		p.Codes += s.Codes
		if s.UnderWay {
			continue
		}
		p.Count[s.Action]++
		if s.Irreversible {
			p.Irreversible++
		}
	}
	return p
}

func stepOf(f *spec.Fleet, s *planner.Step) Step {
	out := Step{
		Address: s.Address, Kind: spec.KindOf(s.Address), Name: spec.NameOf(s.Address), Action: string(s.Kind()), UnderWay: !s.Begins(),
		Irreversible: s.Irreversible, Roubles: s.Cost.Roubles, Codes: s.Cost.Codes, Reason: s.Reason,
		Waits: make([]string, 0, len(s.Waits)), Due: s.Due, Changes: make([]Change, 0, len(s.Changes)),
	}
	for _, w := range s.Waits {
		out.Waits = append(out.Waits, string(w))
	}
	for _, v := range s.Changes {
		if v.Sensitive {
			v.Before, v.After = "", ""
		}
		out.Changes = append(out.Changes, Change{v.Path, v.Before, v.After})
	}
	if !spec.IsKKTAddress(s.Address) {
		out.KKT = droppedTill("", nil)
		return out
	}
	if k, ok := f.KKTs[out.Name]; ok {
		out.KKT = tillOf(f, k)
	} else {
		out.KKT = droppedTill(out.Name, s.Prior)
	}
	return out
}

func tillOf(f *spec.Fleet, k spec.KKT) KKT {
	out := KKT{
		Name: k.Name, Declared: true, Company: k.Company, INN: f.Companies[k.Company].INN, Model: k.Model, Serial: k.Serial, RNM: k.RNM,
		FN: FN{k.FN.Number, string(k.FN.Type)}, Address: k.Address.Text(), Place: k.Place, FFD: k.FFD,
		Usage: listOf(k.Usage), Agents: listOf(k.Agents), OFD: k.OFD.INN, Tariff: k.Tariff, Renta: k.Renta,
		Registration: string(k.Registration), Code: "none", Book: k.Book, Unregister: string(k.Unregister),
		Protect: k.Protect != nil && *k.Protect, Labels: k.Labels,
	}
	switch {
	case k.ActivationCode.Auto:
		out.Code = "auto"
	case !k.ActivationCode.IsZero():
		out.Code = "declared"
	}
	if out.Labels == nil {
		out.Labels = map[string]string{}
	}
	return out
}

// droppedTill is what is known of a till that is not in the file any more.
func droppedTill(name string, a *spec.Attributes) KKT {
	out := KKT{Name: name, Usage: []string{}, Agents: []string{}, Labels: map[string]string{}, Code: "none"}
	if a == nil {
		return out
	}
	out.Company, out.INN, out.Model, out.Serial, out.RNM = a.Company, a.INN, a.Model, a.Serial, a.RNM
	out.FN, out.Address, out.Place, out.FFD = FN{a.FN, string(a.FNType)}, a.Address.Text(), a.Place, a.FFD
	out.Usage, out.Agents, out.OFD = listOf(a.Usage), listOf(a.Agents), a.OFDINN
	return out
}

func listOf(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
