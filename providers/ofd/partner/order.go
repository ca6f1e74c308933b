package partner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// The paths of document 004 §5.
const (
	cabinetPath     = "/api/integration/partner/v2/PartnerCreateClientCabinet"
	orderPath       = "/api/integration/partner/v2/PartnerBookingKkt"
	orderStatusPath = "/api/integration/partner/v2/kkt/GetStatus"
)

// CabinetRequest makes a client's cabinet with one user (004 §5.1, table 5).
type CabinetRequest struct {
	INN         string `json:"Inn"`
	KPP         string `json:"Kpp,omitempty"` // required for a legal entity
	CompanyName string `json:"CompanyName"`
	Email       string `json:"Email"`
	Name        string `json:"Name,omitempty"` // of the user
	Phone       string `json:"Phone,omitempty"`
}

// Cabinet is a client's cabinet that was made.
type Cabinet struct {
	Agreement string // OfdAgreementId
}

// The refusals of §5.1, table 6.
var (
	// ErrEmailTaken: a user or a cabinet with this email exists. The service
	// says it with HTTP 500 and code 1, "unknown error"; it is final.
	ErrEmailTaken = errors.New("a user or a cabinet with this email exists already")
	// ErrCabinetExists: the ИНН and КПП have a cabinet, whose agreement the
	// answer does not name. The service calls it a wrong ИНН, code 1007.
	ErrCabinetExists = errors.New("the company has a cabinet already")
)

const (
	codeEmailTaken    = "1"
	codeCabinetExists = "1007"
)

type cabinetWire struct {
	OfdAgreementID httpapi.String `json:"OfdAgreementId"`
}

// CreateCabinet makes a client's cabinet (004 §5.1).
func (c *Client) CreateCabinet(ctx context.Context, request CabinetRequest) (Cabinet, error) {
	var out cabinetWire
	call := httpapi.Call{
		Op: "create the cabinet", Method: http.MethodPost, Path: cabinetPath, Token: c.token, Body: request, Out: &out,
		Check: func() error { return CheckName("agreement", string(out.OfdAgreementID)) },
		Refuses: func(status int, codes []string) bool {
			return status == http.StatusInternalServerError && slices.Equal(codes, []string{codeEmailTaken})
		},
	}
	if err := request.validate(); err != nil {
		return Cabinet{}, httpapi.WithOutcome(call, httpapi.OutcomeNotSent, err)
	}
	if err := c.api.Mutate(ctx, call); err != nil {
		return Cabinet{}, cabinetRefusal(err)
	}
	return Cabinet{Agreement: string(out.OfdAgreementID)}, nil
}

// cabinetRefusal says in words of its own what the two codes mean.
func cabinetRefusal(err error) error {
	e, ok := errors.AsType[*httpapi.Error](err)
	switch {
	case !ok || e.Outcome != httpapi.OutcomeRefused:
		return err
	case e.Status == http.StatusInternalServerError:
		e.Err = ErrEmailTaken
	case e.Status == http.StatusBadRequest && slices.Contains(e.Codes, codeCabinetExists):
		e.Err = ErrCabinetExists
	}
	return err
}

// FermaFN is the type of ФН of ordered tills, as §5.2 spells it.
type FermaFN string

// The types.
const (
	FermaFN15 FermaFN = "Fn15"
	FermaFN36 FermaFN = "Fn36"
)

// The ways to pay for an order (004 table 7).
const (
	PayBill       = "Bill"
	PayCreditCard = "CreditCard"
	PaySBP        = "SBP"
)

// OrderRequest orders Ferma tills (004 §5.2, table 7). The letter case of its
// keys is mixed and as printed.
type OrderRequest struct {
	Agreement string  `json:"OfdAgreementId"`
	Quantity  int     `json:"quantity"`
	Tariff    string  `json:"tariffType"`
	FN        FermaFN `json:"fnType"`
	Payment   string  `json:"PaymentType"`
}

// Order is an order that was placed.
type Order struct {
	ID      string
	Receipt Receipt
}

type orderWire struct {
	OrderID         httpapi.String
	OrderReceiptURL httpapi.String `json:"OrderReceiptUrl"`
}

// PlaceOrder orders Ferma tills (004 §5.2). Nothing lists orders and nothing
// takes one back: it may be called once for an order, ever.
func (c *Client) PlaceOrder(ctx context.Context, request OrderRequest) (Order, error) {
	var out orderWire
	call := httpapi.Call{
		Op: "order the tills", Method: http.MethodPost, Path: orderPath, Token: c.token, Body: request, Out: &out,
		Check: func() error { return CheckName("order", string(out.OrderID)) },
	}
	if err := request.validate(); err != nil {
		return Order{}, httpapi.WithOutcome(call, httpapi.OutcomeNotSent, err)
	}
	if err := c.api.Mutate(ctx, call); err != nil {
		return Order{}, err
	}
	secret, err := c.token.Token(ctx)
	if err != nil {
		secret = "" // it was sent with one: without it the token in a link goes all the same
	}
	return Order{ID: string(out.OrderID), Receipt: readReceipt(string(out.OrderReceiptURL), secret)}, nil
}

// OrderState is how an order stands (004 §5.3, table 9).
type OrderState int

// The states.
const (
	OrderPaid    OrderState = 1
	OrderWaiting OrderState = 2
	OrderOverdue OrderState = 3
)

// OrderStatus is the answer about an order.
type OrderStatus struct {
	State     OrderState
	PaidUntil time.Time // UTC; of a paid order: until when its tariff is paid; zero when unset
}

type orderStatusWire struct {
	Status  *httpapi.Int
	DueDate httpapi.Time
}

// Order reads the status of an order (004 §5.3).
func (r *Reader) Order(ctx context.Context, id string) (OrderStatus, error) {
	var out orderStatusWire
	call := httpapi.Call{
		Op: "read the status of the order " + httpapi.Clean(id), Path: orderStatusPath, Query: url.Values{"OrderID": {id}},
		Token: r.token, Out: &out,
		Check: func() error {
			if out.Status == nil {
				return errors.New("the answer names no status")
			}
			return nil
		},
	}
	if err := CheckName("order", id); err != nil {
		return OrderStatus{}, httpapi.WithOutcome(call, httpapi.OutcomeNotSent, err)
	}
	if err := r.api.Get(ctx, call); err != nil {
		return OrderStatus{}, err
	}
	return OrderStatus{State: OrderState(*out.Status), PaidUntil: out.DueDate.Time}, nil
}

func (r CabinetRequest) validate() error {
	if err := checkDigits("INN", r.INN, 10, 12); err != nil {
		return err
	}
	switch {
	case len(r.INN) == 10 && r.KPP == "":
		return errors.New("a legal entity needs its KPP")
	case r.CompanyName == "":
		return errors.New("the name of the company is empty")
	case r.Email == "":
		return errors.New("the email is empty")
	}
	return nil
}

func (r OrderRequest) validate() error {
	if err := CheckName("agreement", r.Agreement); err != nil {
		return err
	}
	switch {
	case r.Quantity < 1:
		return fmt.Errorf("%d tills cannot be ordered", r.Quantity)
	case r.FN != FermaFN15 && r.FN != FermaFN36:
		return fmt.Errorf("unknown type of FN %q", r.FN)
	case !slices.Contains([]string{PayBill, PayCreditCard, PaySBP}, r.Payment):
		return fmt.Errorf("unknown way to pay %q", r.Payment)
	case r.Tariff == "":
		return errors.New("the tariff is empty")
	}
	return nil
}

// CheckName tells whether a text can be the id of an agreement or an order:
// the documents call both strings and say no more.
func CheckName(what, id string) error {
	const longest = 100
	switch {
	case strings.TrimSpace(id) == "":
		return fmt.Errorf("the id of the %s is missing", what)
	case id != httpapi.Clean(id) || utf8.RuneCountInString(id) > longest:
		return fmt.Errorf("the id of the %s is not a line of up to %d characters", what, longest)
	}
	return nil
}
