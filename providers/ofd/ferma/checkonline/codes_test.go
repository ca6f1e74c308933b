package checkonline_test

import (
	"slices"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/providers/ofd/ferma/checkonline"
)

// TestTablesOfErrors holds the tables against the document's: every code, in
// both languages.
func TestTablesOfErrors(t *testing.T) {
	service := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 24}
	device := []int{
		1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 18, 20, 21, 22, 23, 32, 40, 41, 51, 52, 55, 57, 60, 61, 69, 70, 73, 74, 77, 79, 80, 85,
		90, 94, 95, 109, 114, 115, 124, 125, 142, 192, 196, 200, 207, 208, 238, 239, 240, 241, 242, 243, 244, 245, 246, 247, 248,
		249, 250, 252, 253, 254, 255,
	}
	for name, c := range map[string]struct {
		want []int
		have []checkonline.Code
		find func(int) (checkonline.Code, bool)
	}{
		"service": {service, checkonline.ServiceCodes(), checkonline.ServiceCode},
		"device":  {device, checkonline.DeviceCodes(), checkonline.DeviceCode},
	} {
		var have []int
		for _, code := range c.have {
			have = append(have, code.Number)
			if !in(code.Russian, unicode.Cyrillic) || !in(code.English, unicode.Latin) || in(code.English, unicode.Cyrillic) {
				t.Errorf("%s %d: %q, %q", name, code.Number, code.English, code.Russian)
			}
			if found, ok := c.find(code.Number); !ok || found != code {
				t.Errorf("%s %d is not found", name, code.Number)
			}
		}
		if diff := cmp.Diff(c.want, have); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if code, ok := c.find(11); ok || code.Outcome != checkonline.OutcomeUnknown || code.Number != 11 {
			t.Errorf("%s: an undocumented code is %+v", name, code)
		}
	}
}

func in(s string, script *unicode.RangeTable) bool {
	return slices.ContainsFunc([]rune(s), func(r rune) bool { return unicode.Is(script, r) })
}

// TestCodesThatMayHavePrinted lists them: nothing else is left unknown.
func TestCodesThatMayHavePrinted(t *testing.T) {
	of := func(codes []checkonline.Code, o checkonline.Outcome) (out []int) {
		for _, c := range codes {
			if c.Outcome == o {
				out = append(out, c.Number)
			}
		}
		return out
	}
	for _, c := range []struct {
		have, want []int
	}{
		{of(checkonline.ServiceCodes(), checkonline.OutcomeUnknown), []int{6, 16, 19, 20}},
		{of(checkonline.ServiceCodes(), checkonline.OutcomeInProgress), []int{24}},
		{of(checkonline.ServiceCodes(), checkonline.OutcomeTemporary), []int{1, 5, 12, 14, 18}},
		{of(checkonline.DeviceCodes(), checkonline.OutcomeUnknown), []int{3, 4, 57, 85, 200, 240, 244, 249, 250, 253, 254, 255}},
		{of(checkonline.DeviceCodes(), checkonline.OutcomeTemporary), []int{17, 20, 21, 22, 23, 60, 61, 74, 80, 114, 115, 192}},
	} {
		if diff := cmp.Diff(c.want, c.have); diff != "" {
			t.Error(diff)
		}
	}
}

func TestOutcomesCanBeRepeatedOrNot(t *testing.T) {
	for o, want := range map[checkonline.Outcome][2]bool{ // repeatable, settled
		checkonline.OutcomeUnknown: {true, false}, checkonline.OutcomeInProgress: {true, false},
		checkonline.OutcomeTemporary: {true, true}, checkonline.OutcomeNotSent: {true, true}, checkonline.OutcomeRefused: {false, true},
	} {
		if got := [2]bool{o.Repeatable(), o.Settled()}; got != want || o.String() == "" {
			t.Errorf("%v: %v", o, got)
		}
	}
}
