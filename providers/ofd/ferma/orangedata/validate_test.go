package orangedata_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/providers/ofd/ferma/orangedata"
)

type (
	receipt    = orangedata.Receipt
	correction = orangedata.Correction
)

func money(t *testing.T, s string) orangedata.Decimal {
	t.Helper()
	d, err := orangedata.ParseDecimal(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func paths(problems []orangedata.Problem) string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Path)
	}
	return strings.Join(out, " ")
}

// Each case breaks one thing of the document's example and wants just that.
func TestReceiptRules(t *testing.T) {
	m := func(s string) orangedata.Decimal { return money(t, s) }
	long := func(n int) string { return strings.Repeat("я", n) }
	for name, c := range map[string]struct {
		change func(*receipt)
		want   string
	}{
		"no id":              {func(r *receipt) { r.ID = "" }, "id"},
		"id of 64":           {func(r *receipt) { r.ID = strings.Repeat("a", 64) }, ""},
		"id of 65":           {func(r *receipt) { r.ID = strings.Repeat("a", 65) }, "id"},
		"id of another path": {func(r *receipt) { r.ID = "../1" }, "id"},
		"id of dots":         {func(r *receipt) { r.ID = ".." }, "id"},
		"id in russian":      {func(r *receipt) { r.ID = "чек" }, "id"},
		"no inn":             {func(r *receipt) { r.INN = "" }, "inn"},
		"masked inn":         {func(r *receipt) { r.INN = "1234567890" }, "inn"},
		"inn of a person":    {func(r *receipt) { r.INN = "526317984689" }, ""},
		"masked 12":          {func(r *receipt) { r.INN = "123456789012" }, "inn"},
		"inn of zeros":       {func(r *receipt) { r.INN = "0000000000" }, "inn"},
		"callback":           {func(r *receipt) { r.CallbackURL = "shop.example" }, "callbackUrl"},
		"long callback":      {func(r *receipt) { r.CallbackURL = "https://a.example/" + strings.Repeat("a", 1024) }, "callbackUrl"},
		"no type":            {func(r *receipt) { r.Content.Type = 0 }, "content.type"},
		"type 5":             {func(r *receipt) { r.Content.Type = 5 }, "content.type"},
		"type 4":             {func(r *receipt) { r.Content.Type = 4 }, ""},
		"quantity 0": {func(r *receipt) {
			r.Content.Positions[1].Quantity, r.Content.Positions[1].TaxSum = 0, 0
			pay(r, "123.45", "0")
		}, "content.positions[1].quantity"},
		"no price": {func(r *receipt) { r.Content.Positions[1].Price = nil; pay(r, "123.45", "0") }, "content.positions[1].price"},
		"free": {func(r *receipt) {
			r.Content.Positions[1].Price = new(m("0"))
			r.Content.Positions[1].TaxSum = 0
			pay(r, "123.45", "0")
		}, ""},
		"part of a kopeck": {func(r *receipt) { r.Content.Positions[1].Price = new(m("4.455")); pay(r, "123.45", "8.91") }, "content.positions[1].price"},
		"negative price": {func(r *receipt) {
			r.Content.Positions[1].Price = new(m("-1"))
			r.Content.Positions[1].TaxSum = 0
			pay(r, "121.45", "0")
		}, "content.positions[1].price"},
		"too dear": {func(r *receipt) { r.Content.Positions[0].Price = new(m("100000000")); pay(r, "100000000", "8.9") }, "content.positions[0].price content.checkClose.payments[0].amount content.positions"},
		"beyond every sum": {func(r *receipt) {
			r.Content.Positions[0].Price, r.Content.Positions[0].Quantity = new(m("999999999999")), m("999999999999")
		}, "content.positions[0].quantity content.positions[0].price content.positions content.checkClose.payments"},
		"no positions":        {func(r *receipt) { r.Content.Positions = nil; pay(r, "0", "0") }, "content.positions"},
		"no text":             {func(r *receipt) { r.Content.Positions[1].Text = " " }, "content.positions[1].text"},
		"text of 128":         {func(r *receipt) { r.Content.Positions[1].Text = long(128) }, ""},
		"text of 129":         {func(r *receipt) { r.Content.Positions[1].Text = long(129) }, "content.positions[1].text"},
		"guillemets":          {func(r *receipt) { r.Content.Positions[1].Text = "«Спички» 5 ₽" }, "content.positions[1].text"},
		"in CP866":            {func(r *receipt) { r.Content.Positions[1].Text = "Ёлка № 1 \"ёж\" ~ ▓" }, ""},
		"line break":          {func(r *receipt) { r.Content.Positions[1].Text = "Спички\nи мыло" }, "content.positions[1].text"},
		"not UTF-8":           {func(r *receipt) { r.Content.Positions[1].Text = "\x91\xaf" }, "content.positions[1].text"},
		"VAT 0":               {func(r *receipt) { r.Content.Positions[1].Tax = 0 }, "content.positions[1].tax"},
		"VAT 7":               {func(r *receipt) { r.Content.Positions[1].Tax = 7 }, "content.positions[1].tax"},
		"VAT of no VAT":       {func(r *receipt) { r.Content.Positions[1].Tax = 6 }, "content.positions[1].taxSum"},
		"VAT over the price":  {func(r *receipt) { r.Content.Positions[1].TaxSum = m("8.91") }, "content.positions[1].taxSum"},
		"method 8":            {func(r *receipt) { r.Content.Positions[1].PaymentMethodType = 8 }, "content.positions[1].paymentMethodType"},
		"subject 26":          {func(r *receipt) { r.Content.Positions[1].PaymentSubjectType = 26 }, ""},
		"subject 27":          {func(r *receipt) { r.Content.Positions[1].PaymentSubjectType = 27 }, "content.positions[1].paymentSubjectType"},
		"no base64":           {func(r *receipt) { r.Content.Positions[0].NomenclatureCode = "код" }, "content.positions[0].nomenclatureCode"},
		"long mark":           {func(r *receipt) { r.Content.Positions[0].NomenclatureCode = strings.Repeat("AAAA", 11) }, "content.positions[0].nomenclatureCode"},
		"unit":                {func(r *receipt) { r.Content.Positions[0].UnitOfMeasurement = long(17) }, "content.positions[0].unitOfMeasurement"},
		"attribute":           {func(r *receipt) { r.Content.Positions[0].AdditionalAttribute = long(65) }, "content.positions[0].additionalAttribute"},
		"country":             {func(r *receipt) { r.Content.Positions[0].ManufacturerCountry = "RU" }, "content.positions[0].manufacturerCountryCode"},
		"customs":             {func(r *receipt) { r.Content.Positions[0].CustomsDeclaration = long(33) }, "content.positions[0].customsDeclarationNumber"},
		"excise":              {func(r *receipt) { r.Content.Positions[0].Excise = m("-1") }, "content.positions[0].excise"},
		"supplier's INN":      {func(r *receipt) { r.Content.Positions[1].SupplierINN = "9715225505" }, "content.positions[1].supplierINN"},
		"supplier's phone":    {func(r *receipt) { r.Content.Positions[1].SupplierInfo.PhoneNumbers[1] = "8 926 666-00-22" }, "content.positions[1].supplierInfo.phoneNumbers[1]"},
		"no payments":         {func(r *receipt) { r.Content.CheckClose.Payments = nil }, "content.checkClose.payments"},
		"too little":          {func(r *receipt) { pay(r, "123.45", "8.89") }, "content.checkClose.payments"},
		"change of cash":      {func(r *receipt) { pay(r, "200", "8.90") }, ""},
		"change of a card":    {func(r *receipt) { pay(r, "0.01", "200") }, "content.checkClose.payments"},
		"payment type 3":      {func(r *receipt) { r.Content.CheckClose.Payments[1].Type = 3 }, "content.checkClose.payments[1].type"},
		"paid by credit":      {func(r *receipt) { r.Content.CheckClose.Payments[1].Type = 15 }, ""},
		"no taxation":         {func(r *receipt) { r.Content.CheckClose.TaxationSystem = nil }, "content.checkClose.taxationSystem"},
		"taxation 0":          {func(r *receipt) { r.Content.CheckClose.TaxationSystem = new(0) }, ""},
		"taxation 6":          {func(r *receipt) { r.Content.CheckClose.TaxationSystem = new(6) }, "content.checkClose.taxationSystem"},
		"no contact":          {func(r *receipt) { r.Content.CustomerContact = "" }, "content.customerContact"},
		"contact":             {func(r *receipt) { r.Content.CustomerContact = "Иван" }, "content.customerContact"},
		"phone":               {func(r *receipt) { r.Content.CustomerContact = "+79123456789" }, ""},
		"attribute unnamed":   {func(r *receipt) { r.Content.UserAttribute.Name = "" }, "content.additionalUserAttribute.name"},
		"attribute's value":   {func(r *receipt) { r.Content.UserAttribute.Value = long(235) }, "content.additionalUserAttribute.value"},
		"vending machine":     {func(r *receipt) { r.Content.AutomatNumber = long(21) }, "content.automatNumber"},
		"address":             {func(r *receipt) { r.Content.SettlementAddress = long(244) }, "content.settlementAddress"},
		"place":               {func(r *receipt) { r.Content.SettlementPlace = "Павильон — 6" }, "content.settlementPlace"},
		"receipt's attribute": {func(r *receipt) { r.Content.AdditionalAttribute = long(17) }, "content.additionalAttribute"},
		"customer":            {func(r *receipt) { r.Content.Customer = long(244) }, "content.customer"},
		"customer's INN":      {func(r *receipt) { r.Content.CustomerINN = "789456123488" }, "content.customerINN"},
	} {
		t.Run(name, func(t *testing.T) {
			var r receipt
			strict(t, file(t, "receipt.json"), &r)
			c.change(&r)
			problems := r.Validate()
			if diff := cmp.Diff(c.want, paths(problems)); diff != "" {
				t.Errorf("%s\n%v", diff, problems)
			}
		})
	}
}

// pay sets what is paid in cash and by card.
func pay(r *receipt, cash, card string) {
	for i, text := range []string{cash, card} {
		r.Content.CheckClose.Payments[i].Amount, _ = orangedata.ParseDecimal(text)
	}
}

// The bits of agentType decide what has to be told of an agent.
func TestAgentRules(t *testing.T) {
	const at = "content.positions[0]."
	bank := at + "agentInfo.paymentTransferOperatorPhoneNumbers " + at + "agentInfo.paymentAgentOperation " +
		at + "agentInfo.paymentAgentPhoneNumbers " + at + "agentInfo.paymentOperatorName " +
		at + "agentInfo.paymentOperatorAddress " + at + "agentInfo.paymentOperatorINN"
	full := func(r *receipt) *orangedata.AgentInfo { return r.Content.Positions[0].AgentInfo }
	for name, c := range map[string]struct {
		kind   int
		change func(*receipt)
		want   string
	}{
		"all":                       {127, func(*receipt) {}, ""},
		"bank agent with nothing":   {1, none, bank},
		"bank subagent":             {2, none, bank},
		"payment agent":             {4, none, at + "agentInfo.paymentAgentPhoneNumbers " + at + "agentInfo.paymentOperatorPhoneNumbers"},
		"payment subagent":          {8, none, at + "agentInfo.paymentAgentPhoneNumbers " + at + "agentInfo.paymentOperatorPhoneNumbers"},
		"attorney":                  {16, none, ""},
		"commissioner":              {32, none, ""},
		"other":                     {64, none, ""},
		"type 128":                  {128, func(*receipt) {}, at + "agentType"},
		"negative":                  {-1, func(*receipt) {}, at + "agentType"},
		"phones of the bank's":      {3, func(r *receipt) { full(r).OperatorPhones = nil }, ""},
		"what a bank does not tell": {3, func(*receipt) {}, at + "agentInfo.paymentOperatorPhoneNumbers"},
		"no type": {0, func(r *receipt) {
			*full(r) = orangedata.AgentInfo{Operation: "Перевод"}
		}, at + "agentType"},
		"INN":       {127, func(r *receipt) { full(r).OperatorINN = "7727257387" }, at + "agentInfo.paymentOperatorINN"},
		"phone":     {127, func(r *receipt) { full(r).AgentPhones[0] = "9200000003" }, at + "agentInfo.paymentAgentPhoneNumbers[0]"},
		"operation": {127, func(r *receipt) { full(r).Operation = strings.Repeat("я", 25) }, at + "agentInfo.paymentAgentOperation"},
		"name":      {127, func(r *receipt) { full(r).OperatorName = "ООО «Атлант»" }, at + "agentInfo.paymentOperatorName"},
	} {
		t.Run(name, func(t *testing.T) {
			var r receipt
			strict(t, file(t, "receipt.json"), &r)
			c.change(&r)
			r.Content.Positions[0].AgentType = c.kind
			if diff := cmp.Diff(c.want, paths(r.Validate())); diff != "" {
				t.Errorf("%s\n%v", diff, r.Validate())
			}
		})
	}
	t.Run("the whole receipt's", func(t *testing.T) {
		var r receipt
		strict(t, file(t, "receipt.json"), &r)
		r.Content.AgentInfo = orangedata.AgentInfo{}
		r.Content.AgentType = 4
		if got := paths(r.Validate()); got != "content.paymentAgentPhoneNumbers content.paymentOperatorPhoneNumbers" {
			t.Error(got)
		}
		r.Content.AgentType = 0
		if got := paths(r.Validate()); got != "content.agentType" {
			t.Error(got)
		}
	})
}

func none(r *receipt) { r.Content.Positions[0].AgentInfo = nil }

func TestCorrectionRules(t *testing.T) {
	m := func(s string) orangedata.Decimal { return money(t, s) }
	for name, c := range map[string]struct {
		change func(*correction)
		want   string
	}{
		"no id":         {func(r *correction) { r.ID = "" }, "id"},
		"inn":           {func(r *correction) { r.INN = "7724465108" }, "inn"},
		"self":          {func(r *correction) { r.Content.CorrectionType = "self" }, ""},
		"0":             {func(r *correction) { r.Content.CorrectionType = "0" }, ""},
		"no type":       {func(r *correction) { r.Content.CorrectionType = "" }, "content.correctionType"},
		"2":             {func(r *correction) { r.Content.CorrectionType = "2" }, "content.correctionType"},
		"return":        {func(r *correction) { r.Content.Type = 2 }, "content.type"},
		"expense":       {func(r *correction) { r.Content.Type = 3 }, ""},
		"date":          {func(r *correction) { r.Content.CauseDocumentDate = "31.02.17" }, "content.causeDocumentDate"},
		"american date": {func(r *correction) { r.Content.CauseDocumentDate = "08/10/2017" }, "content.causeDocumentDate"},
		"no date":       {func(r *correction) { r.Content.CauseDocumentDate = "" }, "content.causeDocumentDate"},
		"ISO":           {func(r *correction) { r.Content.CauseDocumentDate = "2017-08-10" }, ""},
		"no number":     {func(r *correction) { r.Content.CauseDocumentNumber = "" }, "content.causeDocumentNumber"},
		"number":        {func(r *correction) { r.Content.CauseDocumentNumber = strings.Repeat("1", 33) }, "content.causeDocumentNumber"},
		"taxation":      {func(r *correction) { r.Content.TaxationSystem = nil }, "content.taxationSystem"},
		"sums":          {func(r *correction) { r.Content.CashSum = m("1.24") }, "content.totalSum"},
		"nothing":       {func(r *correction) { r.Content.TotalSum = 0; r.Content.Tax1Sum = 0 }, "content.totalSum"},
		"negative":      {func(r *correction) { r.Content.CashSum, r.Content.ECashSum = m("-1.23"), m("4.80") }, "content.cashSum"},
		"part":          {func(r *correction) { r.Content.CashSum, r.Content.ECashSum = m("1.235"), m("2.335") }, "content.cashSum content.eCashSum"},
		"VAT":           {func(r *correction) { r.Content.Tax6Sum = m("17.25") }, "content.tax1Sum"},
		"place":         {func(r *correction) { r.Content.SettlementPlace = "…" }, "content.settlementPlace"},
	} {
		t.Run(name, func(t *testing.T) {
			var r correction
			strict(t, file(t, "correction.input.json"), &r)
			c.change(&r)
			if diff := cmp.Diff(c.want, paths(r.Validate())); diff != "" {
				t.Errorf("%s\n%v", diff, r.Validate())
			}
		})
	}
}
