package orangedata

// Receipt is the body of POST documents (003 §2.1, table 1). Its YAML has the
// names of the document. Money is in roubles.
type Receipt struct {
	ID          string  `json:"id"`  // unique for the INN, 1 to 64 characters
	INN         string  `json:"inn"` // of the company whose receipt it is
	Group       string  `json:"group,omitempty"`
	Key         string  `json:"key,omitempty"` // name of the key that the service verifies the signature with
	CallbackURL string  `json:"callbackUrl,omitempty"`
	Content     Content `json:"content"`
}

// The types of a receipt: tag 1054, признак расчёта (003 table 1).
const (
	Income        = 1
	IncomeReturn  = 2
	Expense       = 3
	ExpenseReturn = 4
)

// Content is what is printed (003 table 1 and the second example).
type Content struct {
	Type            int        `json:"type"`
	Positions       []Position `json:"positions"`
	CheckClose      CheckClose `json:"checkClose"`
	CustomerContact string     `json:"customerContact"` // phone or e-mail, tag 1008

	// The agent of the whole receipt.
	AgentType int `json:"agentType,omitempty"` // bit mask, tag 1057
	AgentInfo
	SupplierPhones      []string       `json:"supplierPhoneNumbers,omitempty"` // tag 1171
	UserAttribute       *UserAttribute `json:"additionalUserAttribute,omitempty"`
	AutomatNumber       string         `json:"automatNumber,omitempty"`       // tag 1036
	SettlementAddress   string         `json:"settlementAddress,omitempty"`   // tag 1009
	SettlementPlace     string         `json:"settlementPlace,omitempty"`     // tag 1187
	AdditionalAttribute string         `json:"additionalAttribute,omitempty"` // tag 1192
	Customer            string         `json:"customer,omitempty"`            // tag 1227
	CustomerINN         string         `json:"customerINN,omitempty"`         // tag 1228
}

// Position is one line of a receipt.
type Position struct {
	Quantity            Decimal       `json:"quantity"`                           // tag 1023
	Price               *Decimal      `json:"price"`                              // of one, with discounts, tag 1079
	Tax                 int           `json:"tax"`                                // VAT code 1 to 6, tag 1199
	TaxSum              Decimal       `json:"taxSum,omitempty"`                   // for codes 1 to 4, tag 1200
	Text                string        `json:"text"`                               // tag 1030
	PaymentMethodType   int           `json:"paymentMethodType,omitempty"`        // 1 to 7, tag 1214
	PaymentSubjectType  int           `json:"paymentSubjectType,omitempty"`       // 1 to 26, tag 1212
	NomenclatureCode    string        `json:"nomenclatureCode,omitempty"`         // base64, tag 1162
	SupplierINN         string        `json:"supplierINN,omitempty"`              // tag 1226
	SupplierInfo        *SupplierInfo `json:"supplierInfo,omitempty"`             // tag 1224
	AgentType           int           `json:"agentType,omitempty"`                // bit mask, tag 1222
	AgentInfo           *AgentInfo    `json:"agentInfo,omitempty"`                // tag 1223
	UnitOfMeasurement   string        `json:"unitOfMeasurement,omitempty"`        // tag 1197
	AdditionalAttribute string        `json:"additionalAttribute,omitempty"`      // tag 1191
	ManufacturerCountry string        `json:"manufacturerCountryCode,omitempty"`  // three digits, tag 1230
	CustomsDeclaration  string        `json:"customsDeclarationNumber,omitempty"` // tag 1231
	Excise              Decimal       `json:"excise,omitempty"`                   // tag 1229
}

// AgentInfo is what a receipt says of an agent. Which of it has to be there
// depends on the agent's type.
type AgentInfo struct {
	TransferOperatorPhones []string `json:"paymentTransferOperatorPhoneNumbers,omitempty"` // tag 1075
	Operation              string   `json:"paymentAgentOperation,omitempty"`               // tag 1044
	AgentPhones            []string `json:"paymentAgentPhoneNumbers,omitempty"`            // tag 1073
	OperatorPhones         []string `json:"paymentOperatorPhoneNumbers,omitempty"`         // tag 1074
	OperatorName           string   `json:"paymentOperatorName,omitempty"`                 // tag 1026
	OperatorAddress        string   `json:"paymentOperatorAddress,omitempty"`              // tag 1005
	OperatorINN            string   `json:"paymentOperatorINN,omitempty"`                  // tag 1016
}

// SupplierInfo is the supplier of a position.
type SupplierInfo struct {
	PhoneNumbers []string `json:"phoneNumbers,omitempty"` // tag 1171
	Name         string   `json:"name,omitempty"`         // tag 1225
}

// UserAttribute is one more line of the company's own (tags 1085 and 1086).
type UserAttribute struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// CheckClose says how a receipt is paid.
type CheckClose struct {
	Payments       []Payment `json:"payments"`
	TaxationSystem *int      `json:"taxationSystem"` // 0 to 5, tag 1055; 0 is the general one
}

// The types of a payment (003 table 1).
const (
	Cash     = 1  // tag 1031
	Cashless = 2  // tag 1081
	Prepaid  = 14 // tag 1215
	Credit   = 15 // tag 1216
	Barter   = 16 // tag 1217
)

// Payment is one payment in roubles.
type Payment struct {
	Type   int     `json:"type"`
	Amount Decimal `json:"amount"`
}

// Return gives the receipt that takes this one back: of the same content, of
// the opposite type, without an id. A return stays what it is.
func (r Receipt) Return() Receipt {
	switch r.Content.Type {
	case Income:
		r.Content.Type = IncomeReturn
	case Expense:
		r.Content.Type = ExpenseReturn
	}
	r.ID = ""
	return r
}

// Total is the sum of the positions in roubles.
func (c Content) Total() Decimal {
	var total Decimal
	for _, p := range c.Positions {
		if p.Price != nil {
			total = sum(total, Cost(*p.Price, p.Quantity))
		}
	}
	return total
}
