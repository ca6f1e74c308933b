package view

import (
	"strings"

	"github.com/kktctl/kktctl/apply"
)

// eventLine is an event on one line: kkts.sloboda-1: register: signed, waits
// for the tax service. It is empty for events that are not of a step.
func eventLine(e apply.Event, t theme) string {
	said := eventText(e)
	if said == "" {
		return ""
	}
	head := verb(e.Action)
	if e.Address != "" {
		head = Clean(e.Address) + ": " + head
	}
	switch e.Type {
	case apply.EventFailed:
		said = t.red.of(said)
	case apply.EventUnknown:
		said = t.yellow.of(said)
	case apply.EventDone:
		said = t.green.of(said)
	}
	return head + ": " + said
}

// hintMark begins the line of an error's text that tells the way out. An
// event has its hint in a field of its own; one that came with the text is
// not repeated.
const hintMark = "\nhint: "

// eventText is what an event says of its step.
func eventText(e apply.Event) string {
	msg, _, _ := strings.Cut(e.Message, hintMark)
	msg = Clean(msg)
	switch e.Type {
	case apply.EventStart:
		if e.Phase != "" {
			return "goes on: " + phaseWords(e.Phase)
		}
		return after("starts", ": ", msg)
	case apply.EventProgress:
		if msg == "" {
			return phaseWords(e.Phase)
		}
		return msg
	case apply.EventDone:
		return after("done", ": ", msg)
	case apply.EventWaiting:
		return waitText(e, msg)
	case apply.EventFailed:
		return after("failed", ": ", msg)
	case apply.EventUnknown:
		return after("outcome unknown", ": ", msg)
	case apply.EventSkipped:
		return after("skipped", ": ", msg)
	default:
		return ""
	}
}

// waitText adds whom a step waits for, unless the message says so.
func waitText(e apply.Event, msg string) string {
	if strings.Contains(msg, "waits for") {
		return msg
	}
	if e.WaitingFor == "" {
		return after("waits", ": ", msg)
	}
	wait := "waits for " + whom(e.WaitingFor)
	if msg == "" {
		return wait
	}
	return msg + ", " + wait
}

func after(word, sep, msg string) string {
	if msg == "" {
		return word
	}
	return word + sep + msg
}
