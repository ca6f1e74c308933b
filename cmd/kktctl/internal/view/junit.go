package view

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// The rules of JUnit XML, which GitLab, Jenkins and actions for GitHub read:
//
//   - One suite a run, named after the fleet and the command; one case a step,
//     or a till, under a name that is the same in every run, so that runs can
//     be compared. The first case is the command itself: there is always one.
//   - A failure is what went wrong or is not as it should be; an error is what
//     nobody can tell yet; what waits, or was not begun, is skipped.
//   - Texts are cleaned as for a terminal, and of what XML can hold.

// JUnitBegins is how such a file begins.
const JUnitBegins = xml.Header + `<testsuites name="kktctl`

type junitSuites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Time     seconds  `xml:"time,attr"`
	Suite    *junitSuite
}

type junitSuite struct {
	XMLName   xml.Name     `xml:"testsuite"`
	Name      string       `xml:"name,attr"`
	Tests     int          `xml:"tests,attr"`
	Failures  int          `xml:"failures,attr"`
	Errors    int          `xml:"errors,attr"`
	Skipped   int          `xml:"skipped,attr"`
	Time      seconds      `xml:"time,attr"`
	Timestamp string       `xml:"timestamp,attr"` // UTC, without a zone: the form has none
	Cases     []*junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string     `xml:"name,attr"`
	Class   string     `xml:"classname,attr"`
	Time    seconds    `xml:"time,attr"`
	Skipped *junitNote `xml:"skipped"`
	Error   *junitNote `xml:"error"`
	Failure *junitNote `xml:"failure"`
	Out     string     `xml:"system-out,omitempty"`
}

type junitNote struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// seconds are written with three decimals.
type seconds time.Duration

// MarshalXMLAttr implements xml.MarshalerAttr.
func (s seconds) MarshalXMLAttr(name xml.Name) (xml.Attr, error) {
	return xml.Attr{Name: name, Value: fmt.Sprintf("%.3f", max(0, time.Duration(s).Seconds()))}, nil
}

// newJUnit makes the suite of a run with the case of the command itself.
func newJUnit(operation, fleet string, at time.Time, took time.Duration) *junitSuite {
	s := &junitSuite{
		Name: strings.TrimSpace(Clean(fleet) + " " + operation), Time: seconds(took),
		Timestamp: at.UTC().Format("2006-01-02T15:04:05"),
	}
	s.add("kktctl " + operation)
	return s
}

// add makes a case.
func (s *junitSuite) add(name string) *junitCase {
	c := &junitCase{Name: Clean(name), Class: strings.ReplaceAll(s.Name, " ", ".")}
	s.Cases = append(s.Cases, c)
	return c
}

// fail, doubt and skip give a case its outcome; the first one is its message,
// and those that follow are told below it.
func (c *junitCase) fail(kind, message string)  { c.Failure = c.Failure.and(kind, message) }
func (c *junitCase) doubt(kind, message string) { c.Error = c.Error.and(kind, message) }
func (c *junitCase) skip(message string)        { c.Skipped = c.Skipped.and("", message) }

func (n *junitNote) and(kind, message string) *junitNote {
	text := CleanLines(message)
	first, _, more := strings.Cut(text, "\n")
	switch {
	case n == nil && !more:
		return &junitNote{Message: first, Type: kind}
	case n == nil:
		return &junitNote{Message: first, Type: kind, Text: text}
	case n.Text == "":
		n.Text = n.Message
	}
	if len(n.Text) < maxCleanLines {
		n.Text += "\n" + text
	}
	return n
}

// say adds to what a case prints.
func (c *junitCase) say(text string) {
	if text = CleanLines(text); text == "" || len(c.Out) > maxCleanLines {
		return
	}
	if c.Out != "" {
		c.Out += "\n"
	}
	c.Out += text
}

// write counts the cases and writes the document. A case has one outcome: a
// failure counts before an error, and both before a skip.
func (s *junitSuite) write(w io.Writer) error {
	for _, c := range s.Cases {
		switch {
		case c.Failure != nil:
			if c.Error != nil {
				c.Failure = c.Failure.and("", strings.TrimSpace(c.Error.Message+"\n"+c.Error.Text))
			}
			c.Error, c.Skipped = nil, nil
			s.Failures++
		case c.Error != nil:
			c.Skipped = nil
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
	s.Tests = len(s.Cases)
	data, err := xml.MarshalIndent(junitSuites{
		Name: "kktctl " + s.Name, Tests: s.Tests, Failures: s.Failures, Errors: s.Errors, Time: s.Time, Suite: s,
	}, "", "  ")
	if err != nil {
		return fmt.Errorf("encode JUnit XML: %w", err)
	}
	_, err = io.WriteString(w, xml.Header+string(data)+"\n")
	return err
}
