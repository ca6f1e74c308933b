package spec

// example shows how a key that is missing is written.
func example(key string) string {
	form, note := exampleForm(key)
	if note != "" {
		form += ", " + note
	}
	return form
}

// exampleForm is a key with a value, and what else is to be known of it. The
// form can be pasted anywhere, also between the braces of a map.
func exampleForm(key string) (form, note string) {
	switch key {
	case "company":
		return "company: NAME", "one of those under companies"
	case "model":
		return "model: АТОЛ 42ФС", ""
	case "serial":
		return "serial: \"00307404867358\"", "from the till's plate"
	case "fn":
		return "fn: {number: \"…\"}", "16 digits"
	case "address":
		return "address: \"115280, Москва, ул Ленинская Слобода, д 19\"", ""
	case "inn":
		return "inn: \"…\"", "10 or 12 digits"
	case "signer":
		return "signer: NAME", "one of those under signers"
	case "at":
		return "at: 2026-11-20T10:15:00", "as printed"
	case "document":
		return "document: \"12345\"", "the number of the fiscal document"
	case "sign":
		return "sign: \"1234567890\"", "the fiscal sign"
	case "date":
		return "date: 2026-01-15", ""
	case "id":
		return "id: \"…\"", ""
	case "reason":
		return "reason: lost", "stolen or broken"
	case "quantity":
		return "quantity: 1", ""
	case "tariff":
		return "tariff: Urgent12M", ""
	case "payment":
		return "payment: bill", "creditCard or sbp"
	case "kind":
		return "kind: checkonline or orangedata", ""
	case "receipt":
		return "receipt: {…}", "as the service takes it"
	case "url":
		return "url: env:NOTIFY_URL", ""
	case "recipients":
		return "recipients: [age1…]", "the public keys"
	case "apiKey", "login", "password", "identity":
		return key + ": env:NAME", ""
	case "certificate", "key", "signingKey":
		return key + ": file:PATH", ""
	case "endpoint":
		return "endpoint: https://host", ""
	case "number":
		return "number: \"…\"", ""
	}
	return key + ": …", ""
}
