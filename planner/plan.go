package planner

// New computes the plan. It is total: whatever the input holds, there is a
// plan, and what stands against it is in its diagnostics.
func New(in Input) *Plan {
	return &Plan{FormatVersion: FormatVersion, Fleet: in.Fleet.Name}
}

// FormatVersion is the version of a plan's JSON.
const FormatVersion = 1

// HasChanges tells whether the plan has steps.
func (p *Plan) HasChanges() bool { return len(p.Steps) > 0 }

// SummaryLine is the one line that a plan ends with.
func (p *Plan) SummaryLine() string { return "" }
