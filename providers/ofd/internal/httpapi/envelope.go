package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// maxDepth bounds the nesting of an answer; the documents need less than ten.
const maxDepth = 64

// maxObjects bounds the rows of a list, which take far more memory decoded
// than in the answer: a bound on bytes alone does not hold that down.
const maxObjects = 120_000

// answer is an opened envelope.
type answer struct {
	data     json.RawMessage // the payload of a success
	wrapped  bool            // it came in Data
	claimed  bool            // the envelope says success
	failed   bool            // a failure in one of the documents' shapes
	mixed    bool            // a failure that claims success at the same time
	codes    []string
	messages []string
}

var (
	errWrongShape = errors.New("the answer has not the shape that the documents promise")
	errTooDeep    = fmt.Errorf("the answer nests deeper than %d levels", maxDepth)
	errTooMany    = fmt.Errorf("the answer holds more than %d rows", maxObjects)
)

// open reads any of the documents' envelopes: {Data, Success}, {Data, Status},
// bare objects, {Status, Error{}}, {Success, Errors[{}]}, {Errors[""], Status},
// {errors[""]}, and {} with 401 or 403.
func open(status int, body []byte, ownErrors bool) (answer, error) {
	body, err := checked(body)
	if err != nil {
		return answer{}, err
	}
	if body[0] != '{' {
		return answer{}, errWrongShape
	}
	var env envelope
	if err := json.Unmarshal(body, &env); err != nil {
		return answer{}, errWrongShape
	}
	return env.open(status, body, ownErrors && status == http.StatusOK), nil
}

// checked gives the JSON of a body that is not too much to decode.
func checked(body []byte) ([]byte, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if len(body) == 0 {
		return nil, errors.New("the answer is empty")
	}
	if err := tooMuch(body); err != nil {
		return nil, err
	}
	if !json.Valid(body) {
		return nil, errors.New("the answer is not JSON")
	}
	return body, nil
}

// envelope holds the keys that all shapes are told apart by. Raw values: their
// types differ between shapes.
type envelope struct {
	Data    part
	Success json.RawMessage
	Status  String
	Error   json.RawMessage
	Errors  json.RawMessage
}

// part is a json.RawMessage that shares the bytes of the answer, which nobody
// changes: a list may be large.
type part []byte

// UnmarshalJSON implements json.Unmarshaler.
func (p *part) UnmarshalJSON(data []byte) error {
	*p = data
	return nil
}

func (e envelope) open(status int, body []byte, ownErrors bool) answer {
	a := answer{data: body}
	if e.Data != nil {
		a.data, a.wrapped = json.RawMessage(e.Data), true
	}
	var success Bool
	said := !absent(e.Success) && success.UnmarshalJSON(e.Success) == nil
	no := said && !bool(success) || strings.EqualFold(string(e.Status), "Failed")
	a.claimed = said && bool(success) || strings.EqualFold(string(e.Status), "Success")
	problems := slices.DeleteFunc(problemsOf(e.Error), problem.none)
	if !ownErrors || no {
		problems = append(problems, problemsOf(e.Errors)...)
	}
	for _, p := range problems {
		a.add(p)
	}
	a.failed = no || len(problems) > 0 || refusedEmpty(status, body)
	a.mixed = a.failed && a.claimed
	return a
}

// refusedEmpty tells the refused login: 403 with {} (001).
func refusedEmpty(status int, body []byte) bool {
	var object map[string]json.RawMessage
	return (status == http.StatusForbidden || status == http.StatusUnauthorized) &&
		json.Unmarshal(body, &object) == nil && len(object) == 0
}

func absent(raw json.RawMessage) bool {
	return len(raw) == 0 || bytes.Equal(bytes.TrimSpace(raw), []byte("null"))
}

// problem is an error in any of its shapes: text, or an object with a code.
type problem struct {
	Code    string
	Message string
	other   bool // of a shape that is not known
}

// none tells an Error that says there is none: its code is 0 (004 §6.1).
func (p problem) none() bool {
	return !p.other && p.Message == "" && (p.Code == "" || p.Code == "0")
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *problem) UnmarshalJSON(data []byte) error {
	if text, scalar := scalarText(data); scalar {
		p.Message = text
		return nil
	}
	var object struct {
		Code, ErrorCode       String
		Message, ErrorMessage String
	}
	if err := json.Unmarshal(data, &object); err != nil {
		p.other = true // an error all the same
		return nil     //nolint:nilerr // that it cannot be read is what it says
	}
	p.Code = string(object.Code + object.ErrorCode)
	p.Message = string(object.Message + object.ErrorMessage)
	return nil
}

// problemsOf lists errors given alone or in an array; null and false are none.
func problemsOf(raw json.RawMessage) []problem {
	if absent(raw) || string(raw) == "false" {
		return nil
	}
	var problems List[problem]
	if err := problems.UnmarshalJSON(raw); err != nil {
		return []problem{{other: true}}
	}
	return problems
}

func (a *answer) add(p problem) {
	const limit = 20
	if p.Code != "" && len(a.codes) < limit && !slices.Contains(a.codes, p.Code) {
		a.codes = append(a.codes, p.Code)
	}
	if p.Message != "" && len(a.messages) < limit {
		a.messages = append(a.messages, p.Message)
	}
}

// decode puts the payload into out. A list must come in Data, and null is an
// empty one only where success is claimed: an answer of {} must not read as a
// fleet without tills.
func (a answer) decode(out any) error {
	if out == nil {
		return nil
	}
	_, list := out.(interface{ isList() })
	if list && !a.wrapped || absent(a.data) && !(list && a.claimed) {
		return errWrongShape
	}
	if err := json.Unmarshal(a.data, out); err != nil {
		return fmt.Errorf("%w: %w", errWrongShape, err)
	}
	return nil
}

// tooMuch counts levels and objects outside strings, before any decoder
// recurses or allocates.
func tooMuch(body []byte) error {
	depth, objects, inString, escaped := 0, 0, false, false
	for _, c := range body {
		switch {
		case escaped:
			escaped = false
		case inString && c == '\\':
			escaped = true
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if objects++; objects > maxObjects {
				return errTooMany
			}
			if depth++; depth > maxDepth {
				return errTooDeep
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}
