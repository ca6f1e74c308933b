package ofd_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/kktctl/kktctl/providers/ofd/ferma/orangedata"
	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// TestOrangeRulesAgree: what pleases kktctl's offline rules pleases the
// service, whose rules were written apart from them. What does not is not
// sent.
func TestOrangeRulesAgree(t *testing.T) {
	ours, _ := authority(t)
	service, url := orangeService(t, ours)
	client := orangeClient(t, url, ours)
	sent, kept, serial := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		serial++
		r := drawReceipt(t)
		r.ID = fmt.Sprintf("law-%d", serial)
		problems := r.Validate()
		_, err := client.Send(t.Context(), r)
		switch {
		case len(problems) == 0 && err != nil:
			t.Fatalf("it pleased kktctl, but %v\n%+v", err, r)
		case len(problems) > 0 && httpapi.OutcomeOf(err) != httpapi.OutcomeNotSent:
			t.Fatalf("it did not please kktctl (%v), but it was sent: %v", problems, err)
		case len(problems) == 0:
			sent++
		default:
			kept++
		}
	})
	if sent == 0 || kept == 0 {
		t.Errorf("%d were sent and %d kept back: the test shows nothing", sent, kept)
	}
	if n := len(service.Snapshot().OrangeReceipts); n != sent {
		t.Errorf("%d were sent, %d arrived", sent, n)
	}
}

// drawReceipt makes receipts that are good more often than not.
func drawReceipt(t *rapid.T) orangedata.Receipt {
	code := func(label string, good, bad int) int {
		if rapid.IntRange(0, 60).Draw(t, label+" is bad") == 0 {
			return bad
		}
		return rapid.IntRange(1, good).Draw(t, label)
	}
	r := orangedata.Receipt{INN: fleetINN, Group: rapid.SampledFrom([]string{"", "Main"}).Draw(t, "group")}
	c := &r.Content
	c.Type = code("type", 4, 5)
	c.CustomerContact = rapid.SampledFrom([]string{"+79123456789", "a@b.example", "a@b.example", "Иван"}).Draw(t, "contact")
	c.CheckClose.TaxationSystem = new(rapid.IntRange(0, 5).Draw(t, "system"))
	for range rapid.IntRange(1, 4).Draw(t, "positions") {
		price := orangedata.Roubles(rapid.Int64Range(0, 1_000_00).Draw(t, "kopecks"))
		p := orangedata.Position{
			Quantity: orangedata.Decimal(rapid.Int64Range(1, 5_000_000).Draw(t, "millionths")), Price: &price,
			Tax: code("tax", 6, 7), Text: rapid.StringOfN(rapid.RuneFrom([]rune("абвЁё№\"<>&\\/'AZ 09")), 0, 40, -1).Draw(t, "text"),
			PaymentMethodType: code("method", 7, 0), PaymentSubjectType: code("subject", 26, 27),
		}
		if rapid.Bool().Draw(t, "agent") {
			p.AgentType = rapid.SampledFrom([]int{16, 32, 64, 112}).Draw(t, "agents")
		}
		c.Positions = append(c.Positions, p)
	}
	change := orangedata.Roubles(rapid.Int64Range(-1, 2).Draw(t, "change"))
	card := rapid.SampledFrom([]orangedata.Decimal{0, c.Total() / 2 / 10_000 * 10_000}).Draw(t, "card")
	c.CheckClose.Payments = []orangedata.Payment{
		{Type: orangedata.Cash, Amount: c.Total() - card + change},
		{Type: rapid.SampledFrom([]int{2, 14, 15, 16}).Draw(t, "cashless"), Amount: card},
	}
	return r
}
