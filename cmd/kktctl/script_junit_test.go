package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
)

// junitElement is what readers of JUnit XML take an element to have: the
// intersection of Jenkins' schema, which is the widest known, and of what
// GitLab and the actions for GitHub read.
type junitElement struct {
	needed, allowed []string // attributes
	children        []string
}

func junitElements() map[string]junitElement {
	return map[string]junitElement{
		"testsuites": {[]string{"name", "tests", "failures", "errors", "time"}, nil, []string{"testsuite"}},
		"testsuite":  {[]string{"name", "tests", "failures", "errors", "skipped", "time", "timestamp"}, nil, []string{"testcase"}},
		"testcase":   {[]string{"name", "classname", "time"}, nil, []string{"skipped", "error", "failure", "system-out"}},
		"skipped":    {[]string{"message"}, []string{"type"}, nil},
		"error":      {[]string{"message", "type"}, nil, nil},
		"failure":    {[]string{"message", "type"}, nil, nil},
		"system-out": {nil, nil, nil},
	}
}

// junitCheck walks a document.
type junitCheck struct {
	path     []string
	counts   map[string]int // of elements
	outcomes int            // of the case that is read
	names    map[string]bool
	claimed  []map[string]string // attributes of testsuites and testsuite
}

// checkJUnit tells what readers of JUnit XML would stumble over: elements and
// attributes that they do not know, counts that are wrong, names given twice,
// times that are no times.
func checkJUnit(text []byte) error {
	c := &junitCheck{counts: map[string]int{}, names: map[string]bool{}}
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		token, err := d.Token()
		switch {
		case err == io.EOF:
			return c.counted()
		case err != nil:
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			err = c.start(t)
		case xml.EndElement:
			c.path = c.path[:len(c.path)-1]
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", lineOf(text, d.InputOffset()), err)
		}
	}
}

func lineOf(text []byte, offset int64) int { return 1 + bytes.Count(text[:offset], []byte("\n")) }

func (c *junitCheck) start(t xml.StartElement) error {
	name := t.Name.Local
	form, known := junitElements()[name]
	switch {
	case !known, len(c.path) == 0 && name != "testsuites":
		return fmt.Errorf("an element <%s>", name)
	case len(c.path) > 0 && !slices.Contains(junitElements()[c.path[len(c.path)-1]].children, name):
		return fmt.Errorf("<%s> inside of <%s>", name, c.path[len(c.path)-1])
	}
	c.path = append(c.path, name)
	c.counts[name]++
	has := map[string]string{}
	for _, a := range t.Attr {
		has[a.Name.Local] = a.Value
		if !slices.Contains(form.needed, a.Name.Local) && !slices.Contains(form.allowed, a.Name.Local) {
			return fmt.Errorf("<%s> has an attribute %s", name, a.Name.Local)
		}
	}
	for _, key := range form.needed {
		if _, ok := has[key]; !ok {
			return fmt.Errorf("<%s> has no attribute %s", name, key)
		}
	}
	return c.values(name, has)
}

func (c *junitCheck) values(name string, has map[string]string) error {
	if text, ok := has["time"]; ok {
		if v, err := strconv.ParseFloat(text, 64); err != nil || v < 0 {
			return fmt.Errorf("a time of %q", text)
		}
	}
	if text, ok := has["timestamp"]; ok && !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`).MatchString(text) {
		return fmt.Errorf("a timestamp of %q", text)
	}
	switch name {
	case "testsuites", "testsuite":
		c.claimed = append(c.claimed, has)
	case "testcase":
		c.outcomes = 0
		key := has["classname"] + "\x00" + has["name"]
		if c.names[key] || has["name"] == "" || has["classname"] == "" {
			return fmt.Errorf("a case %q twice, or without a name", key)
		}
		c.names[key] = true
	case "skipped", "error", "failure":
		if c.outcomes++; c.outcomes > 1 || has["message"] == "" {
			return fmt.Errorf("a case has several outcomes, or one without a message")
		}
	}
	return nil
}

// counted compares the counts with what was met.
func (c *junitCheck) counted() error {
	if len(c.claimed) != 2 {
		return fmt.Errorf("%d suites", len(c.claimed)-1)
	}
	for _, claim := range c.claimed {
		for attribute, element := range map[string]string{
			"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped",
		} {
			if text, ok := claim[attribute]; ok && text != strconv.Itoa(c.counts[element]) {
				return fmt.Errorf("%s=%q, there are %d", attribute, text, c.counts[element])
			}
		}
	}
	if c.counts["testcase"] == 0 {
		return fmt.Errorf("no case")
	}
	return nil
}
