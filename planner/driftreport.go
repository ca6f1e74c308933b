package planner

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/kktctl/kktctl/spec/diag"
)

// DriftFormatVersion is the version of a drift report's JSON.
const DriftFormatVersion = 1

// DriftReport tells how the live fleet, what was last applied and what is
// declared stand to each other. Its parts never mix: each compares another
// pair. Text, exit code and metrics come from it. Its JSON is a contract.
type DriftReport struct {
	FormatVersion int       `json:"formatVersion"`
	Fleet         string    `json:"fleet"`
	FleetHash     string    `json:"fleetHash"`
	Lineage       string    `json:"lineage"`
	Serial        uint64    `json:"serial"`
	Timestamp     time.Time `json:"timestamp"`
	Verdict       Verdict   `json:"verdict"`
	// Complete is false where --target or --exclude left something out: the
	// verdict is of what was chosen.
	Complete bool `json:"complete"`

	Changed      []Drift  `json:"changed"`      // live is not as last applied: somebody else changed it
	Unapplied    []Step   `json:"unapplied"`    // declared is not as last applied: steps that nobody has begun
	UnderWay     []Step   `json:"underWay"`     // declared and begun, not at its end
	Unobservable []Unseen `json:"unobservable"` // no reading shows it, or none did this time
	Coming       []Coming `json:"coming"`       // what will need somebody soon, or does by now

	Conditions  map[Condition]int `json:"conditions"` // tills, each in one condition
	Unmanaged   []Unmanaged       `json:"unmanaged"`
	Diagnostics diag.List         `json:"diagnostics"`

	Tills []Measure `json:"-"` // every till, by address: for metrics
}

// Verdict is what a report comes to.
type Verdict string

// The verdicts.
const (
	VerdictClean Verdict = "clean"
	VerdictDrift Verdict = "drift" // something was changed elsewhere, or is declared and not begun
	VerdictError Verdict = "error" // something could not be compared
)

// Unseen is a group of attributes that cannot be compared, for one reason.
type Unseen struct {
	Reason string   `json:"reason"`
	Paths  []string `json:"paths"`
	Count  int      `json:"count"` // of what it is about: tills, companies
	// Addresses are empty where it is about all of them.
	Addresses []string `json:"addresses"`
}

// ComingKind is what is coming.
type ComingKind string

// The kinds.
const (
	ComingFNEnd       ComingKind = "fn-end"       // a ФН ends
	ComingContractEnd ComingKind = "contract-end" // the OFD service of a till ends
	ComingSilent      ComingKind = "silent"       // a till sends nothing
	ComingOverdue     ComingKind = "overdue"      // a step waits past its due date
)

// Coming is something that will need somebody soon, or does by now.
type Coming struct {
	Kind    ComingKind `json:"kind"`
	Address string     `json:"address"`
	At      time.Time  `json:"at,omitzero"`      // UTC: when it ends, was due, or the ФН blocks
	Action  Action     `json:"action,omitempty"` // of a step
	What    string     `json:"what"`             // a sentence
	Detail  string     `json:"detail,omitempty"`
	Hint    string     `json:"hint,omitempty"`
}

// Condition is how a till stands. When several are true of it, it is in the
// first of them in the order of Conditions.
type Condition string

// The conditions.
const (
	ConditionError     Condition = "error"      // the plan has an error about it
	ConditionUnknown   Condition = "unknown"    // what became of a call is unknown: kktctl resolve
	ConditionChanged   Condition = "changed"    // changed behind our back
	ConditionOverdue   Condition = "overdue"    // a step waits past its due date
	ConditionWaiting   Condition = "waiting"    // a step is under way
	ConditionUnapplied Condition = "unapplied"  // declared and not begun
	ConditionSilent    Condition = "silent"     // sends nothing
	ConditionEnding    Condition = "ending"     // ФН or service end soon
	ConditionUnseen    Condition = "not-listed" // not in the list of tills
	ConditionOK        Condition = "ok"
)

// Conditions lists them, the worst first.
func Conditions() []Condition {
	return []Condition{
		ConditionError, ConditionUnknown, ConditionChanged, ConditionOverdue, ConditionWaiting,
		ConditionUnapplied, ConditionSilent, ConditionEnding, ConditionUnseen, ConditionOK,
	}
}

// Measure is what metrics tell of one till. Times are UTC, zero when unknown.
type Measure struct {
	Address      string
	Condition    Condition
	FNEnd        time.Time
	ContractEnd  time.Time
	LastDocument time.Time
}

// Counts tells how many differences count: what the declaration leaves alone
// does not.
func (r *DriftReport) Counts() (changed, unapplied int) {
	for i := range r.Changed {
		if !r.Changed[i].Ignored {
			changed++
		}
	}
	return changed, len(r.Unapplied)
}

func (r *DriftReport) verdict() Verdict {
	changed, unapplied := r.Counts()
	switch {
	case r.Diagnostics.HasErrors():
		return VerdictError
	case changed+unapplied > 0:
		return VerdictDrift
	}
	return VerdictClean
}

// Line is the one line that a report ends with.
func (r *DriftReport) Line() string {
	changed, unapplied := r.Counts()
	var parts []string
	if changed > 0 {
		parts = append(parts, counted(changed, "difference")+" changed outside kktctl")
	}
	if unapplied > 0 {
		parts = append(parts, counted(unapplied, "step")+" declared and not applied")
	}
	line := ""
	switch {
	case len(parts) > 0:
		line = "Drift: " + strings.Join(parts, ", ") + "."
		if !r.Complete {
			line = "Drift in what was chosen: " + strings.Join(parts, ", ") + "."
		}
	case r.Verdict != VerdictError:
		line = "No drift. The live fleet is as it was last applied and as it is declared."
		if !r.Complete {
			line = "No drift in what was chosen: that is as it was last applied and as it is declared. The rest of the fleet was not compared."
		}
	}
	if r.Verdict == VerdictError {
		line = strings.TrimSpace("Not everything could be compared: see the errors above. " + line)
	}
	var more []string
	if n := len(r.UnderWay); n > 0 {
		more = append(more, counted(n, "step")+" under way")
	}
	if n := len(r.Coming); n > 0 {
		more = append(more, counted(n, "thing")+" to come")
	}
	if len(more) > 0 {
		line += " " + strings.Join(more, ", ") + "."
	}
	return line
}

// sort brings the report into its order.
func (r *DriftReport) sort() {
	slices.SortStableFunc(r.Changed, func(a, b Drift) int {
		return cmp.Or(cmp.Compare(a.Address, b.Address), cmp.Compare(place(a.Path), place(b.Path)))
	})
	slices.SortStableFunc(r.Coming, func(a, b Coming) int {
		if a.At.IsZero() != b.At.IsZero() {
			if a.At.IsZero() {
				return 1
			}
			return -1
		}
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Address, b.Address), cmp.Compare(a.Kind, b.Kind))
	})
	slices.SortStableFunc(r.Unobservable, func(a, b Unseen) int {
		return cmp.Or(cmp.Compare(a.Reason, b.Reason), slices.Compare(a.Paths, b.Paths))
	})
}
