package checkonline_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/providers/ofd/ferma/checkonline"
)

type receipt = checkonline.Receipt

func paths(problems []checkonline.Problem) string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Path)
	}
	return strings.Join(out, " ")
}

// pay sets what is paid by card and in cash.
func pay(r *receipt, card, cash int64) { r.NonCash, r.Cash = []int64{card}, cash }

// plain takes the agent from the example.
func plain(r *receipt) {
	r.PaymentAgentModes, r.Lines[0].AgentModes, r.Lines[0].ProviderData = 0, 0, nil
}

// Each case breaks one thing of the document's example and wants just that.
func TestValidate(t *testing.T) {
	long := func(n int) string { return strings.Repeat("я", n) }
	for name, c := range map[string]struct {
		change func(*receipt)
		want   string
	}{
		"the example":        {func(*receipt) {}, ""},
		"no id":              {func(r *receipt) { r.RequestID = "" }, "Requestid"},
		"id of 64":           {func(r *receipt) { r.RequestID = strings.Repeat("a", 64) }, ""},
		"id of 65":           {func(r *receipt) { r.RequestID = strings.Repeat("a", 65) }, "Requestid"},
		"id with a space":    {func(r *receipt) { r.RequestID = "a b" }, "Requestid"},
		"a till by name":     {func(r *receipt) { r.Device = "00000003820034472769" }, "Device"},
		"no device":          {func(r *receipt) { r.Device = "" }, ""},
		"no type":            {func(r *receipt) { r.DocumentType = nil }, "DocumentType"},
		"type 3":             {func(r *receipt) { r.DocumentType = new(3) }, ""},
		"type 4":             {func(r *receipt) { r.DocumentType = new(4) }, "DocumentType"},
		"type below 0":       {func(r *receipt) { r.DocumentType = new(-1) }, "DocumentType"},
		"no lines":           {func(r *receipt) { r.Lines = nil }, "Lines"},
		"too many lines":     {func(r *receipt) { r.Lines = make([]checkonline.Line, 1001) }, "Lines"},
		"no quantity":        {func(r *receipt) { r.Lines[0].Qty = nil }, "Lines[0].Qty"},
		"quantity 0":         {func(r *receipt) { r.Lines[0].Qty = new(int64(0)) }, "Lines[0].Qty"},
		"no price":           {func(r *receipt) { r.Lines[0].Price = nil }, "Lines[0].Price"},
		"price below 0":      {func(r *receipt) { r.Lines[0].Price = new(int64(-1)) }, "Lines[0].Price"},
		"price too large":    {func(r *receipt) { r.Lines[0].Price = new(int64(1e10)); pay(r, 1e10, 0) }, "Lines[0].Price NonCash[0] Lines"},
		"the example's 1":    {func(r *receipt) { r.Lines[0].Qty = new(int64(1)) }, "NonCash"}, // a thousandth of a piece
		"costs nothing":      {func(r *receipt) { r.Lines[0].Price = new(int64(0)); pay(r, 0, 0) }, "Lines"},
		"no tax":             {func(r *receipt) { r.Lines[0].TaxID = 0 }, "Lines[0].Taxid"},
		"tax 10":             {func(r *receipt) { r.Lines[0].TaxID = 10 }, ""},
		"tax 11":             {func(r *receipt) { r.Lines[0].TaxID = 11 }, "Lines[0].Taxid"},
		"pay attribute 8":    {func(r *receipt) { r.Lines[0].PayAttribute = 8 }, "Lines[0].PayAttribute"},
		"no pay attribute":   {func(r *receipt) { r.Lines[0].PayAttribute = 0 }, ""},
		"line attribute 34":  {func(r *receipt) { r.Lines[0].LineAttribute = 34 }, "Lines[0].LineAttribute"},
		"no description":     {func(r *receipt) { r.Lines[0].Description = " " }, "Lines[0].Description"},
		"description 128":    {func(r *receipt) { r.Lines[0].Description = long(128) }, ""},
		"description 129":    {func(r *receipt) { r.Lines[0].Description = long(129) }, "Lines[0].Description"},
		"guillemets":         {func(r *receipt) { r.Lines[0].Description = "Чай «Липа»" }, "Lines[0].Description"},
		"line break":         {func(r *receipt) { r.Lines[0].Description = "a\nb" }, "Lines[0].Description"},
		"not UTF-8":          {func(r *receipt) { r.Lines[0].Description = "\xff" }, "Lines[0].Description"},
		"income 1":           {func(r *receipt) { r.Lines[0].LineAttribute, r.Lines[0].Description = 15, "1" }, ""},
		"income 25":          {func(r *receipt) { r.Lines[0].LineAttribute, r.Lines[0].Description = 15, "25" }, ""},
		"income 26":          {func(r *receipt) { r.Lines[0].LineAttribute, r.Lines[0].Description = 15, "26" }, "Lines[0].Description"},
		"income 0":           {func(r *receipt) { r.Lines[0].LineAttribute, r.Lines[0].Description = 15, "0" }, "Lines[0].Description"},
		"income 01":          {func(r *receipt) { r.Lines[0].LineAttribute, r.Lines[0].Description = 15, "01" }, "Lines[0].Description"},
		"income in words":    {func(r *receipt) { r.Lines[0].LineAttribute = 15 }, "Lines[0].Description"},
		"premiums 25":        {func(r *receipt) { r.Lines[0].LineAttribute, r.Lines[0].Description = 16, "25" }, "Lines[0].Description"},
		"premiums 26":        {func(r *receipt) { r.Lines[0].LineAttribute, r.Lines[0].Description = 16, "26" }, ""},
		"premiums 31":        {func(r *receipt) { r.Lines[0].LineAttribute, r.Lines[0].Description = 16, "31" }, ""},
		"premiums 32":        {func(r *receipt) { r.Lines[0].LineAttribute, r.Lines[0].Description = 16, "32" }, "Lines[0].Description"},
		"tax mode 1":         {func(r *receipt) { r.TaxMode = 1 }, ""},
		"tax mode 32":        {func(r *receipt) { r.TaxMode = 32 }, ""},
		"two tax modes":      {func(r *receipt) { r.TaxMode = 3 }, "TaxMode"},
		"tax mode 64":        {func(r *receipt) { r.TaxMode = 64 }, "TaxMode"},
		"tax mode below 0":   {func(r *receipt) { r.TaxMode = -1 }, "TaxMode"},
		"paid in parts":      {func(r *receipt) { r.NonCash, r.Cash = []int64{78000, 800, 25}, 25 }, ""},
		"four cards":         {func(r *receipt) { r.NonCash = []int64{78850, 0, 0, 0} }, "NonCash"},
		"nothing paid":       {func(r *receipt) { r.NonCash = nil }, "NonCash"},
		"a kopeck short":     {func(r *receipt) { pay(r, 78849, 0) }, "NonCash"},
		"card over":          {func(r *receipt) { pay(r, 78851, 0) }, "NonCash"},
		"change of cash":     {func(r *receipt) { pay(r, 0, 100000) }, ""},
		"sum below 0":        {func(r *receipt) { r.NonCash = []int64{78850, -1, 0} }, "NonCash[1]"},
		"cash below 0":       {func(r *receipt) { r.Cash = -5 }, "Cash"},
		"no contact":         {func(r *receipt) { r.PhoneOrEmail = "" }, ""},
		"phone in groups":    {func(r *receipt) { r.PhoneOrEmail = "7-987-898-56-23" }, ""},
		"phone with +":       {func(r *receipt) { r.PhoneOrEmail = "+79878985623" }, "PhoneOrEmail"},
		"phone with 8":       {func(r *receipt) { r.PhoneOrEmail = "89878985623" }, "PhoneOrEmail"},
		"e-mail":             {func(r *receipt) { r.PhoneOrEmail = "a.b@shop.example" }, ""},
		"long e-mail":        {func(r *receipt) { r.PhoneOrEmail = strings.Repeat("a", 60) + "@b.ru" }, "PhoneOrEmail"},
		"e-mail in Chinese":  {func(r *receipt) { r.PhoneOrEmail = "字@b.ru" }, "PhoneOrEmail"},
		"place":              {func(r *receipt) { r.Place = "Ёлка № 5" }, ""},
		"place with a dash":  {func(r *receipt) { r.Place = "Касса — 5" }, "Place"},
		"long place":         {func(r *receipt) { r.Place = long(257) }, "Place"},
		"group":              {func(r *receipt) { r.Group, r.ClientID = "a\tb", long(65) }, "Group Clientid"},
		"no agent":           {plain, ""},
		"agent of a line":    {func(r *receipt) { r.PaymentAgentModes = 0 }, ""},
		"agent of all":       {func(r *receipt) { r.Lines[0].AgentModes = 0 }, ""},
		"agents differ":      {func(r *receipt) { r.Lines[0].AgentModes = 32 }, "Lines[0].AgentModes"},
		"agents in a mask":   {func(r *receipt) { r.PaymentAgentModes = 96 }, ""},
		"agent 128":          {func(r *receipt) { r.PaymentAgentModes = 128 | 64 }, "PaymentAgentModes"},
		"payment agent":      {func(r *receipt) { r.Lines[0].AgentModes, r.PaymentAgentModes = 4, 0 }, "Lines[0].AgentModes"},
		"no supplier":        {func(r *receipt) { r.Lines[0].ProviderData = nil }, "Lines[0].ProviderData"},
		"supplier alone":     {func(r *receipt) { r.Lines[0].AgentModes, r.PaymentAgentModes = 0, 0 }, "Lines[0].AgentModes"},
		"supplier's INN":     {func(r *receipt) { r.Lines[0].ProviderData.INN = "7707083894" }, "Lines[0].ProviderData.INN"},
		"supplier's letters": {func(r *receipt) { r.Lines[0].ProviderData.INN = "770708389a" }, "Lines[0].ProviderData.INN"},
		"supplier without":   {func(r *receipt) { r.Lines[0].ProviderData.INN = "000000000000" }, ""},
		"ten zeros":          {func(r *receipt) { r.Lines[0].ProviderData.INN = "0000000000" }, "Lines[0].ProviderData.INN"},
	} {
		t.Run(name, func(t *testing.T) {
			r := example(t, "request.json")
			c.change(&r)
			problems := r.Validate()
			if diff := cmp.Diff(c.want, paths(problems)); diff != "" {
				t.Errorf("%s\n%v", diff, problems)
			}
			for _, p := range problems {
				if p.Message == "" || strings.ContainsAny(p.Message, "\n\t") {
					t.Errorf("%q", p.Message)
				}
			}
		})
	}
}

// TestLostCharacters looks that each is named once, with its place.
func TestLostCharacters(t *testing.T) {
	r := example(t, "request.json")
	r.Lines[0].Description = "Чай «Липа», «Мята» — 5 ₽\u200b"
	problems := r.Validate()
	want := "has '«' (U+00AB) at 5, '»' (U+00BB) at 10, '—' (U+2014) at 20, '₽' (U+20BD) at 24, '\\u200b' (U+200B) at 25, which a till cannot store"
	if len(problems) != 1 || problems[0].Message != want {
		t.Errorf("%v", problems)
	}
}

// TestSums looks at units: thousandths of a piece times kopecks, rounded half
// up, each line for itself.
func TestSums(t *testing.T) {
	for _, c := range []struct{ qty, price, want int64 }{
		{1000, 78850, 78850}, {2500, 1001, 2503}, {1, 500, 1}, {1, 499, 0}, {333, 100, 33}, {335, 100, 34}, {9e18, 9e18, 1<<63 - 1},
	} {
		if got := (checkonline.Line{Qty: &c.qty, Price: &c.price}).Sum(); got != c.want {
			t.Errorf("%d × %d = %d, want %d", c.qty, c.price, got, c.want)
		}
	}
	r := example(t, "full.json")
	if got := r.Total(); got != 2603 {
		t.Errorf("total %d", got)
	}
}

func TestReturn(t *testing.T) {
	for from, to := range map[int]int{0: 2, 1: 3, 2: 2, 3: 3} {
		r := example(t, "request.json")
		r.DocumentType = &from
		back := r.Return()
		if *back.DocumentType != to || *r.DocumentType != from || back.RequestID != "545+64-return" {
			t.Errorf("%d becomes %d, %q", from, *back.DocumentType, back.RequestID)
		}
		back.DocumentType, back.RequestID = r.DocumentType, r.RequestID
		if diff := cmp.Diff(r, back); diff != "" {
			t.Error(diff)
		}
	}
	ids := map[string]bool{}
	for _, id := range []string{strings.Repeat("a", 60) + "1", strings.Repeat("a", 60) + "2"} {
		back := receipt{RequestID: id}.Return()
		if len(back.RequestID) > 64 || back.RequestID != (receipt{RequestID: id}).Return().RequestID {
			t.Errorf("%q", back.RequestID)
		}
		ids[back.RequestID] = true
	}
	if len(ids) != 2 {
		t.Error("two receipts share the id of their returns")
	}
}
