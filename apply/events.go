package apply

import (
	"time"

	"github.com/kktctl/kktctl/planner"
)

// EventType is the type field of a line of apply --json.
type EventType string

// The event types. Their words are a contract.
const (
	EventVersion  EventType = "version"
	EventStart    EventType = "step_start"
	EventProgress EventType = "step_progress"
	EventDone     EventType = "step_done"
	EventWaiting  EventType = "step_waiting"
	EventFailed   EventType = "step_failed"
	EventUnknown  EventType = "step_unknown"
	EventSkipped  EventType = "step_skipped"
	EventSummary  EventType = "summary"
)

// EventsFormatVersion is the version of the lines of apply --json.
const EventsFormatVersion = 1

// Event is something that happened while a plan was applied. Its JSON is a
// line of apply --json.
type Event struct {
	Type          EventType      `json:"type"`
	Time          time.Time      `json:"time"`
	Version       string         `json:"version,omitempty"`       // of kktctl, with EventVersion
	FormatVersion int            `json:"formatVersion,omitempty"` // EventsFormatVersion, with EventVersion
	ID            string         `json:"id,omitempty"`            // of the step
	Address       string         `json:"address,omitempty"`
	Action        planner.Action `json:"action,omitempty"` // of the workflow; never Continue
	Phase         string         `json:"phase,omitempty"`
	WaitingFor    planner.Wait   `json:"waitingFor,omitempty"`
	Since         time.Time      `json:"since,omitzero"`
	Due           time.Time      `json:"due,omitzero"`
	Message       string         `json:"message,omitempty"`
	Hint          string         `json:"hint,omitempty"`
	Summary       *Summary       `json:"summary,omitempty"` // with EventSummary
}

// Listener is told what happens, one event at a time.
type Listener interface {
	Event(e Event)
}

// StepState is how a step ended.
type StepState string

// The states.
const (
	StepDone        StepState = "done"
	StepWaiting     StepState = "waiting"
	StepFailed      StepState = "failed"
	StepSkipped     StepState = "skipped"
	StepUnknown     StepState = "unknown"
	StepInterrupted StepState = "interrupted" // not begun, or stopped between two phases
)

// StepResult is one step of a Report.
type StepResult struct {
	Step       planner.Step   `json:"-"`
	ID         string         `json:"id"`
	Address    string         `json:"address"`
	Action     planner.Action `json:"action"` // of the workflow; never Continue
	State      StepState      `json:"state"`
	Phase      string         `json:"phase,omitempty"`
	WaitingFor planner.Wait   `json:"waitingFor,omitempty"`
	Since      time.Time      `json:"since,omitzero"`
	Due        time.Time      `json:"due,omitzero"`
	Message    string         `json:"message,omitempty"`
	Hint       string         `json:"hint,omitempty"`
	SkippedFor string         `json:"skippedFor,omitempty"` // id of the step that it needs
	Err        error          `json:"-"`
	Gives      string         `json:"-"` // of an unknown one: the flag that names what it gave, see planner.Action.Gives
}

// Summary counts a Report.
type Summary struct {
	Done        int `json:"done"`
	Waiting     int `json:"waiting"`
	Failed      int `json:"failed"`
	Skipped     int `json:"skipped"`
	Unknown     int `json:"unknown"`
	Interrupted int `json:"interrupted"`
}

// Report is how an apply ended, in the order of the plan.
type Report struct {
	Steps   []StepResult
	Summary Summary
	Tasks   []Task // what people owe next
}

// Task is something that a person owes: what, since when, until when, and the
// exact command.
type Task struct {
	Address    string         `json:"address"`
	Action     planner.Action `json:"action,omitempty"` // none of a silent till
	WaitingFor planner.Wait   `json:"waitingFor"`
	Since      time.Time      `json:"since"`
	Due        time.Time      `json:"due,omitzero"`
	RNM        string         `json:"rnm,omitempty"` // once assigned: a till wants it for its report of registration
	What       string         `json:"what"`
	Link       string         `json:"link,omitempty"` // of the service, to pay with: never opened by kktctl
	Commands   []string       `json:"commands,omitempty"`
}
