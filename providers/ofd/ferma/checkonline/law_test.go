package checkonline_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/kktctl/kktctl/providers/ofd/ferma/checkonline"
)

// drawing makes receipts that are right for the most part.
type drawing struct{ *rapid.T }

func (d drawing) number(name string, from, to int) int {
	return rapid.IntRange(from, to).Draw(d.T, name)
}

// pick takes one of the right values, and now and then one of the wrong.
func pick[V any](d drawing, name string, right, wrong []V) V {
	if d.number(name+" is wrong", 0, 29) == 29 { // small numbers are drawn more often
		return rapid.SampledFrom(wrong).Draw(d.T, "wrong "+name)
	}
	return rapid.SampledFrom(right).Draw(d.T, name)
}

func (d drawing) receipt() checkonline.Receipt {
	r := checkonline.Receipt{
		RequestID:    rapid.StringMatching(`[a-z0-9]{6,20}`).Draw(d.T, "id"),
		DocumentType: pick(d, "type", []*int{new(0), new(1), new(2), new(3)}, []*int{nil, new(4), new(-1)}),
		TaxMode:      pick(d, "tax mode", []int{0, 1, 2, 4, 8, 16, 32}, []int{3, 64, -1}),
		Place:        pick(d, "place", []string{"", "https://shop.example", "Касса №1"}, []string{"Касса — 1", "a\tb"}),
		PhoneOrEmail: pick(d, "contact", []string{"", "79161234567", "7-916-123-45-67", "a@b.ru"}, []string{"+79161234567", "89161234567", "a b@c.ru"}),
	}
	for range d.number("lines", 1, 4) {
		r.Lines = append(r.Lines, d.line())
	}
	total := int(min(r.Total(), 1<<40))
	card := d.number("card", 0, max(total, 0))
	r.NonCash = []int64{int64(card)}
	r.Cash = int64(total - card + pick(d, "change", []int{0, 0, 1}, []int{-1}))
	return r
}

func (d drawing) line() checkonline.Line {
	l := checkonline.Line{
		Qty:           pick(d, "qty", []*int64{new(int64(d.number("thousandths", 1, 5000)))}, []*int64{nil, new(int64(0))}),
		Price:         pick(d, "price", []*int64{new(int64(d.number("kopecks", 0, 100_000)))}, []*int64{nil, new(int64(-1))}),
		TaxID:         pick(d, "tax", []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, []int{0, 11, -1}),
		PayAttribute:  pick(d, "pay", []int{0, 1, 4, 7}, []int{8}),
		LineAttribute: pick(d, "attribute", []int{0, 1, 4, 15, 16, 33}, []int{34, -1}),
	}
	words := []string{"я", "Ёлка №1", "\"чай\""}
	switch l.LineAttribute {
	case checkonline.NonOperatingIncome:
		words = []string{"1", "25"}
	case checkonline.InsurancePremiums:
		words = []string{"26", "31"}
	}
	l.Description = pick(d, "text", words, []string{"", " ", "«Липа»", "a\nb", "32", "1"})
	l.AgentModes = pick(d, "modes", []int{0, 0, 16, 32, 64, 96}, []int{128, -1})
	if l.AgentModes != 0 {
		inn := pick(d, "inn", []string{"7707083893", "526317984689", "000000000000"}, []string{"1", ""})
		l.ProviderData = pick(d, "supplier", []*checkonline.ProviderData{{INN: inn}}, []*checkonline.ProviderData{nil})
	}
	return l
}

// TestWhatValidatePassesIsPrinted holds the offline rules against the simulated
// till, which was written apart from them: what they pass is printed and costs
// what they say, so that what the till refuses they refuse.
func TestWhatValidatePassesIsPrinted(t *testing.T) {
	c := newCloud(t)
	client := c.own()
	passed := 0
	rapid.Check(t, func(t *rapid.T) {
		r := drawing{t}.receipt()
		problems := r.Validate()
		answer, err := client.Send(t.Context(), r)
		switch _, refused := errors.AsType[*checkonline.Error](err); {
		case len(problems) > 0 && (err == nil || refused):
			t.Fatalf("was sent, though: %v", problems)
		case len(problems) > 0:
		case err != nil:
			t.Fatalf("%+v: %v", r, err)
		case answer.GrandTotal != r.Total() || len(answer.Doubts) > 0:
			t.Fatalf("costs %d, printed %d", r.Total(), answer.GrandTotal)
		default:
			passed++
		}
	})
	if passed < 5 {
		t.Errorf("%d receipts passed: the test shows little", passed)
	}
}
