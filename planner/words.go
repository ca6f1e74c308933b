package planner

import "strings"

// Words is an action as a person says it; any other is read as it is.
func (a Action) Words() string {
	switch a {
	case Register:
		return "register"
	case Reregister:
		return "re-register"
	case Unregister:
		return "deregister"
	case Pay:
		return "pay"
	case AddKKT:
		return "add to Renta"
	case RemoveKKT:
		return "remove from Renta"
	case CreateCabinet:
		return "create the client cabinet"
	case Order:
		return "order Ferma tills"
	default:
		return string(a) // book, check, adopt, move, forget, continue
	}
}

// Words is a step as a person says it: what is done, and to what.
func (s *Step) Words() string { return s.kind().Words() + " " + s.Address }

// PhaseWords says where a running workflow stands; "" for a phase that is not
// known here, and for the one where every workflow begins.
func PhaseWords(phase string) string {
	return map[string]string{
		"draft":              "the application is being made",
		"prepare":            "the document is being prepared",
		"report-prepare":     "the document is being prepared",
		"signature":          "the application is to be signed",
		"tax-service":        "the application is with the tax service",
		"report":             "the report of registration is to be entered",
		"report-signature":   "the report is to be signed",
		"report-tax-service": "the report is with the tax service",
		"simplified-report":  "the report of registration is to be entered",
		"simplified":         "the simplified registration is being started",
		"card":               "the tax service looks for the card",
		"print":              "the receipt is being sent",
		"print-queue":        "the receipt is in the service's queue",
		"return":             "the return is being sent",
		"return-queue":       "the return is in the service's queue",
		"pay":                "the code is being used",
		"booked":             "the till is booked with the code",
		"first-document":     "the code is accepted",
		"send":               "the call is being sent",
		"payment":            "the order is placed",
		"verify":             "the Renta list is being checked",
	}[phase]
}

// stands says where a running workflow stands, and since when.
func (r *Running) stands() string {
	b := "under way"
	if words := PhaseWords(r.Phase); words != "" {
		b += ": " + words
		if !r.Since.IsZero() {
			b += ","
		}
	} else if r.Phase != "" && r.Phase != "start" {
		b += ": " + strings.ReplaceAll(plain(r.Phase), "-", " ") + ","
	}
	if !r.Since.IsZero() {
		b += " since " + r.Since.In(moscow()).Format("2006-01-02 15:04 MST")
	}
	return strings.TrimSuffix(b, ",")
}

// open says of a call whose outcome is not recorded what is done about it
// before anything else; "" when there is none.
func (r *Running) open() string {
	if !r.Unsettled || r.Unknown || r.Said != nil {
		return ""
	}
	switch r.Action {
	case CreateCabinet, Order:
		return "the outcome of its call is not known yet: it is not sent again on hope"
	case Check, Receipt:
		return "the outcome of its call is not known yet: it is asked for first"
	}
	return "the outcome of its call is not known yet: it is read first"
}
