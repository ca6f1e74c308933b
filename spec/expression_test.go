package spec

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// policyHead is a fleet that is right, to which policies are added.
const policyHead = `apiVersion: kktctl/v1
kind: Fleet
name: sever
provider: {partner: {inn: "7709125605", apiKey: env:KEY}}
policy:
`

const rulesHead = policyHead + "  rules:\n"

// Every character of an expression is found where it stands in the file,
// however YAML wrote it.
func TestExpressionPlaces(t *testing.T) {
	for name, text := range map[string]string{
		"plain":            "    - {name: a, deny: step.MARK == 1}\n",
		"plain folded":     "    - name: a\n      deny: step.x &&\n        ы.MARK == 1\n",
		"double quoted":    "    - name: a\n      deny: \"\\\"ы\\\" == '\\u0410' || \\\n        step.MARK\"\n",
		"single quoted":    "    - name: a\n      deny: '''ы'' == step.MARK'\n",
		"single folded":    "    - name: a\n      deny: '''ы'' ==\n\n        step.MARK'\n",
		"literal":          "    - name: a\n      deny: |\n        step.x &&\n\n          # ы\n          step.MARK\n",
		"literal stripped": "    - name: a\n      deny: |-\n        step.x && step.MARK\n",
		"folded":           "    - name: a\n      deny: >-\n        step.x &&\n        step.MARK\n",
		"indented literal": "    - name: a\n      deny: |2\n         step.MARK\n",
	} {
		t.Run(name, func(t *testing.T) {
			src := rulesHead + text
			f, list := Parse(".", []Source{{Name: "f.yaml", Data: []byte(src)}})
			if len(list) > 0 {
				t.Fatal(list)
			}
			e := f.Policy.Rules[0].Deny
			at := strings.Index(e.Text, "MARK")
			if at < 0 {
				t.Fatal(e.Text)
			}
			want := strings.Index(src, "MARK")
			line := 1 + strings.Count(src[:want], "\n")
			column := 1 + utf8.RuneCountInString(src[strings.LastIndex(src[:want], "\n")+1:want])
			index := utf8.RuneCountInString(e.Text[:at])
			if got := e.At(index); got.String() != fmt.Sprintf("f.yaml:%d:%d", line, column) {
				t.Errorf("got %v, want %d:%d in\n%s", got, line, column, src)
			}
			inLine := strings.Count(e.Text[:at], "\n") + 1
			if got := e.AtLine(inLine, index-utf8.RuneCountInString(e.Text[:strings.LastIndex(e.Text[:at], "\n")+1])); got.Line != line || got.Column != column {
				t.Errorf("by line: got %v, want %d:%d", got, line, column)
			}
		})
	}
}

func TestWrongRules(t *testing.T) {
	for text, want := range map[string]string{
		"    - {deny: 'true'}\n":                                                  "7:7: policy.rules[0].name: is missing",
		"    - {name: a}\n":                                                       "7:7: policy.rules[0].deny: is missing",
		"    - {name: maxCost, deny: 'true'}\n":                                   "is the name of a policy that every fleet has",
		"    - {name: a, deny: true}\n":                                           "7:23: policy.rules[0].deny: must be text, this is a boolean",
		"    - {name: a, deny: ''}\n":                                             "7:23: policy.rules[0].deny: is empty",
		"    - {name: a, deny: x, enforcement: hard}\n":                           "is not one of mandatory, advisory",
		"    - {name: a, deny: x}\n    - {name: a, deny: x}\n":                    "8:7: policy.rules[1].name: the rule \"a\" is given twice, first at f.yaml:7:7",
		"    - {name: a, denny: x}\n":                                             "did you mean",
		"    - {name: a, deny: \"x\\u202ey\"}\n":                                  "does not print (U+202E)",
		"    - {name: a, deny: '" + strings.Repeat("x", maxExpression+1) + "'}\n": "is longer than 4096 characters",
	} {
		_, list := Parse(".", []Source{{Name: "f.yaml", Data: []byte(rulesHead + text)}})
		if err := list.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, want)
		}
	}
}
