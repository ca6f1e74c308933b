package sim

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The statuses of an order in a world.
const (
	OrderWaiting = "waiting"
	OrderPaid    = "paid"
	OrderOverdue = "overdue"
)

// PlacedOrder is an order of Ferma tills.
type PlacedOrder struct {
	ID        string `json:"id"`
	Agreement string `json:"agreement"`
	Quantity  int    `json:"quantity"`
	Tariff    string `json:"tariff"`
	FN        string `json:"fn"`
	Payment   string `json:"payment"`
	Status    string `json:"status"`
	Placed    Time   `json:"placed,omitzero"`
	Until     Time   `json:"until,omitzero"` // of a paid one: what the tariff is paid until
	Polls     int    `json:"polls,omitempty"`
}

// Billing says what becomes of orders by themselves, and what is given to pay
// them with.
type Billing struct {
	PaidPolls    int    `json:"paidPolls,omitempty"`    // paid at the so manieth question; 0: by control alone
	OverduePolls int    `json:"overduePolls,omitempty"` // overdue at the so manieth question; 0: by control alone
	Receipt      string `json:"receipt,omitempty"`      // OrderReceiptUrl of every order instead of the usual one
}

// orderKeys are the keys of an order, in the letter case in which they are
// printed (004 table 7).
func orderKeys() []string {
	return []string{"OfdAgreementId", "quantity", "tariffType", "fnType", "PaymentType"}
}

func orderTariffs() []string {
	return []string{
		"Urgent1M", "Urgent6M", "Urgent12M", "Urgent13M", "Urgent15M", "Urgent18M",
		"Receipt399", "Receipt699", "Receipt999",
	}
}

// placeOrder is 004 §5.2. Two calls are two orders: nothing tells one that was
// sent again from another.
func (c *core) placeOrder(q request) reply {
	o, err := q.order()
	effect := Effect{Kind: EffectOrder}
	if err == nil && c.byAgreement(o.Agreement) == nil {
		err = errors.New("Не найден OfdAgreementId")
	}
	if err != nil {
		effect.Key, effect.Reason = "order", err.Error()
		c.record(effect)
		return failed(http.StatusBadRequest, err.Error())
	}
	o.ID, o.Status, o.Placed = c.w.newUUID(), OrderWaiting, At(c.now)
	c.w.Orders = append(c.w.Orders, o)
	effect.Key, effect.OK = fmt.Sprintf("%s %d %s %s %s", o.Agreement, o.Quantity, o.Tariff, o.FN, o.Payment), true
	c.record(effect)
	return jsonReply(http.StatusOK, orderAnswer{o.ID, c.receiptURL(o, q)})
}

// order reads the body of an order. Its keys are compared as they are.
func (q request) order() (*PlacedOrder, error) {
	var body map[string]json.RawMessage
	if err := q.decode(&body); err != nil {
		return nil, err
	}
	for key := range body {
		if !slices.Contains(orderKeys(), key) {
			return nil, errors.New("неизвестное поле " + clip(key))
		}
	}
	o := &PlacedOrder{}
	into := []any{&o.Agreement, &o.Quantity, &o.Tariff, &o.FN, &o.Payment}
	for i, key := range orderKeys() {
		if err := json.Unmarshal(body[key], into[i]); err != nil {
			return nil, errors.New("не заполнено поле " + key)
		}
	}
	for _, f := range []struct {
		name, value string
		known       []string
	}{
		{"tariffType", o.Tariff, orderTariffs()},
		{"fnType", o.FN, []string{"Fn15", "Fn36"}},
		{"PaymentType", o.Payment, []string{"Bill", "CreditCard", "SBP"}},
	} {
		if !slices.Contains(f.known, f.value) {
			return nil, errors.New("некорректное значение " + f.name)
		}
	}
	if o.Quantity < 1 {
		return nil, errors.New("некорректное значение quantity")
	}
	return o, nil
}

// receiptURL is what an order is paid with (004 table 8). The link to a bill
// carries the caller's token, as links of the service do.
func (c *core) receiptURL(o *PlacedOrder, q request) string {
	switch {
	case c.w.Billing.Receipt != "":
		return c.w.Billing.Receipt
	case o.Payment == "Bill":
		return "https://ofd.ru/api/partner/bill/" + o.ID + ".pdf?AuthToken=" + q.query.Get("AuthToken")
	case o.Payment == "CreditCard":
		return "https://pay.sandbox.example/card/" + o.ID
	}
	return base64.StdEncoding.EncodeToString(squares(o.ID))
}

// squares draws a PNG that looks like a QR code and is none.
func squares(id string) []byte {
	const side, scale = 25, 4
	m := image.NewPaletted(image.Rect(0, 0, side*scale, side*scale), color.Palette{color.White, color.Black})
	for i := range m.Pix {
		x, y := i%m.Stride/scale, i/m.Stride/scale
		m.Pix[i] = id[(x*side+y)%len(id)] & 1
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		return nil // a small picture in memory: not reached
	}
	return b.Bytes()
}

// orderStatus is 004 §5.3.
func (c *core) orderStatus(q request) reply {
	i := slices.IndexFunc(c.w.Orders, func(o *PlacedOrder) bool { return o.ID == q.query.Get("OrderID") })
	if i < 0 {
		return failed(http.StatusNotFound, "заказ не найден")
	}
	o := c.w.Orders[i]
	if !c.frozen && o.Status == OrderWaiting {
		c.dirty = true
		switch o.Polls++; o.Polls {
		case c.w.Billing.PaidPolls:
			c.settleOrder(o, OrderPaid)
		case c.w.Billing.OverduePolls:
			c.settleOrder(o, OrderOverdue)
		}
	}
	return jsonReply(http.StatusOK, struct {
		Status  int
		DueDate string `json:",omitempty"`
	}{map[string]int{OrderPaid: 1, OrderWaiting: 2, OrderOverdue: 3}[o.Status], o.dueDate()})
}

// dueDate is told of a paid order alone, in UTC, in a form of its own.
func (o *PlacedOrder) dueDate() string {
	if o.Status != OrderPaid || o.Until.IsZero() {
		return ""
	}
	return o.Until.UTC().Format("02.01.2006 15:04:05")
}

// settleOrder makes an order paid or overdue.
func (c *core) settleOrder(o *PlacedOrder, status string) {
	o.Status = status
	if status == OrderPaid {
		o.Until = At(c.now.AddDate(0, orderMonths(o.Tariff), 0))
	}
}

// orderMonths is how long a tariff lasts; one of receipts lasts a year.
func orderMonths(tariff string) int {
	months, err := strconv.Atoi(strings.Trim(tariff, "UrgentM"))
	if err != nil || strings.HasPrefix(tariff, "Receipt") {
		return 12
	}
	return months
}

// SettleOrder makes an order paid, overdue or waiting again, by its id; the
// last one when it is empty.
func (s *Service) SettleOrder(id, status string) error {
	if !slices.Contains([]string{OrderPaid, OrderOverdue, OrderWaiting}, status) {
		return fmt.Errorf("status %q is none of paid, overdue and waiting", clip(status))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin()
	i := len(s.w.Orders) - 1
	if id != "" {
		i = slices.IndexFunc(s.w.Orders, func(o *PlacedOrder) bool { return o.ID == id })
	}
	if i < 0 {
		return fmt.Errorf("no order %s", clip(id))
	}
	s.settleOrder(s.w.Orders[i], status)
	s.changed()
	return nil
}

// orderAnswer is spelled as printed (004 §5.2).
type orderAnswer struct {
	OrderID string
	Receipt string `json:"OrderReceiptUrl"`
}
