package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/docs/schema"
)

// known tells by a file's beginning, up to maxReportHead bytes, that kktctl
// wrote it as a report of one form. A report of another form is not known: over
// it another command would have written what somebody reads.
type known func(head []byte) bool

// maxReportHead bounds what is read of a file to see whether it is a report.
const maxReportHead = 64 << 10

func markdownReport(head []byte) bool { return bytes.HasPrefix(head, []byte("<!-- kktctl:")) }

func junitReport(head []byte) bool { return bytes.HasPrefix(head, []byte(view.JUnitBegins)) }

// metricsReport knows the text for Prometheus: its metrics have names of their
// own, and stand in the order of these.
func metricsReport(head []byte) bool { return bytes.HasPrefix(head, []byte("# HELP kktctl_")) }

// planReport knows the JSON of a plan, which is no saved plan.
func planReport(head []byte) bool { return beginsWithKeys(head, append(reportKeys(), "applyable")...) }

func driftReport(head []byte) bool { return beginsWithKeys(head, append(reportKeys(), "verdict")...) }

// reportKeys are those that the JSON of a plan and of drift begins with.
func reportKeys() []string {
	return []string{"formatVersion", "fleet", "fleetHash", "lineage", "serial", "timestamp"}
}

// eventsReport knows the first of the lines of events.
func eventsReport(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	var first struct{ Type, Version string }
	return beginsWithKeys(line, "type", "time") && json.Unmarshal(line, &first) == nil && first.Type == "version" && first.Version != ""
}

// gitLabReport knows a report for GitLab, of which nothing but its three counts
// tells it.
func gitLabReport(head []byte) bool {
	return regexp.MustCompile(`^\s*\{\s*"create"\s*:\s*\d+\s*,\s*"update"\s*:\s*\d+\s*,\s*"delete"\s*:\s*\d+\s*\}\s*$`).Match(head)
}

// schemaOf knows a copy of the published schema of the name.
func schemaOf(name string) known {
	return func(head []byte) bool {
		return beginsWithKeys(head, "$schema", "$id") && strings.Contains(string(head), `"`+schema.URL(name)+`"`)
	}
}

// beginsWithKeys tells whether a JSON object begins with these keys, in this
// order.
func beginsWithKeys(head []byte, keys ...string) bool {
	d := json.NewDecoder(bytes.NewReader(head))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return false
	}
	for _, key := range keys {
		var value any
		if !nextIs(d, key, &value) {
			return false
		}
	}
	return true
}

// nextIs reads a key and its value.
func nextIs(d *json.Decoder, key string, value any) bool {
	t, err := d.Token()
	return err == nil && t == key && d.Decode(value) == nil
}
