package sim

import (
	"net/http"
	"strings"
	"testing"
)

const bookPath = "/api/integration/v2/kkt/book"

func bookBody(serial, code string) string {
	return `{"KktSerialNumber":"` + serial + `","FnSerialNumber":"` + testFN + `","ActivationCode":"` + code + `"}`
}

// boxedWorld is registeredWorld with a till that is still in its box.
func boxedWorld(booking string) *World {
	w := registeredWorld()
	w.Booking = booking
	w.Add(SeedTill{INN: testINN, Serial: testSerial, FN: testFN, Unregistered: true})
	return w.AddCode("FERMA001", "Ferma", "", 1).AddCode("EMPTY001", "Ofd", "Green", 0)
}

// left is what remains of the first code.
func (c *caller) left() any { return dig(c.ok("GET", codePath, ""), "Data", "0", "TariffCount") }

func TestBooking(t *testing.T) {
	c := serve(t, boxedWorld(""))
	before := c.left().(float64)
	want(t, c.ok("POST", bookPath, bookBody(testSerial, "PSZ7D1Lq")), BookStatus, "Data", "Status")
	if got := c.left(); got != before-1 {
		t.Errorf("%v left of %v", got, before)
	}
	c.refused("POST", strings.ToUpper(bookPath[:4])+bookPath[4:]+"/", bookBody("0"+testSerial, "PSZ7D1Lq"), "уже забронирована")
	if d := c.s.Duplicates(); len(d) != 1 || d[0].Kind != EffectBook || c.left() != before-1 {
		t.Errorf("%+v, %v left", d, c.left())
	}
}

// What the document forbids, or no service could do, is refused.
func TestBookingIsStrict(t *testing.T) {
	c := serve(t, boxedWorld(""))
	c.refused("POST", bookPath, bookBody(otherSerial, "PSZ7D1Lq"), "уже зарегистрирована")
	c.refused("POST", bookPath, bookBody(testSerial, "NOSUCH01"), "не найден")
	c.refused("POST", bookPath, bookBody(testSerial, "EMPTY001"), "использован")
	c.refused("POST", bookPath, bookBody("", "PSZ7D1Lq"), "заводской номер")
	c.refused("POST", bookPath, `{"KktSerialNumber":"1","FnSerialNumber":"1","ActivationCode":"PSZ7D1Lq"}`, "ФН")
	c.refused("POST", bookPath, `{"SerialNumber":"1"}`, "")
	if status, _ := c.call("POST", bookPath+"?AuthToken=wrong", bookBody(testSerial, "PSZ7D1Lq")); status != http.StatusForbidden {
		t.Errorf("a wrong key: %d", status)
	}
	for _, e := range c.s.Ledger() {
		if e.OK || e.Duplicate {
			t.Errorf("%+v", e)
		}
	}
	c.ok("POST", bookPath, bookBody(testSerial, "FERMA001")) // both services (§3)
}

// The document does not say what a booking does to its code: the world does.
func TestWhatABookingTakes(t *testing.T) {
	for booking, after := range map[string]struct{ booked, paid float64 }{
		BookingTakes: {-1, -1}, BookingFree: {0, -1}, BookingPays: {-1, -1},
	} {
		c := serve(t, boxedWorld(booking))
		before := c.left().(float64)
		c.ok("POST", bookPath, bookBody(testSerial, "PSZ7D1Lq"))
		if got := c.left(); got != before+after.booked {
			t.Errorf("%s: %v left of %v after the booking", booking, got, before)
		}
		rnm := RNM(2951, testINN, testSerial)
		c.s.Mutate(func(w *World) { w.Tills[len(w.Tills)-1].RNM, w.Tills[len(w.Tills)-1].Unregistered = rnm, false })
		pay := strings.Replace(payBody(), otherRNM, rnm, 1)
		if booking == BookingPays {
			c.refused("POST", payPath, pay, "уже применен")
			c.ok("POST", "/_sim/document?serial="+testSerial, "")
		} else {
			want(t, c.ok("POST", payPath, pay), true, "IsWaiting")
			c.ok("POST", "/_sim/document?serial="+testSerial, "")
		}
		if got := c.left(); got != before+after.paid {
			t.Errorf("%s: %v left of %v in the end", booking, got, before)
		}
		if k := c.s.Snapshot().Tills; k[len(k)-1].ContractStart.IsZero() {
			t.Errorf("%s: no service", booking)
		}
	}
}
