package fiscal

// CheckFN checks that a ФН number is 16 digits.
func CheckFN(s string) error { return digits(s, 16) }

// Model is what the first digits of a ФН number tell of it. It is a heuristic
// for warnings: no such list is complete.
type Model struct {
	Name   string // as the tax service's register names it
	Months int    // nominal lifetime; 0 for a test drive
	Type   string // fn15 or fn36; empty when unknown
	Test   bool   // a drive for tests (МГМ): nothing it signs is fiscal
}

// FNModel looks the model of a ФН up by the prefix of its number.
func FNModel(number string) (Model, bool) {
	if CheckFN(number) != nil {
		return Model{}, false
	}
	switch number[:8] {
	case "92874403":
		return Model{Name: "ФН-1.1 исполнение 2", Months: 36, Type: "fn36"}, true
	case "92514403":
		return Model{Name: "ФН-1.1", Months: 15, Type: "fn15"}, true
	case "73804408":
		return Model{Name: "ФН-1.2 исполнение Ин15-4", Months: 15, Type: "fn15"}, true
	case "99990789":
		return Model{Name: "тестовый ФН", Test: true}, true
	}
	return Model{}, false
}

// FNLifetimeDays is how long a ФН of the type ("fn13", "fn15", "fn36") lasts
// from its activation, in days; 0 when the type is unknown. The end date that
// the service tells is better.
func FNLifetimeDays(fnType string) int {
	switch fnType {
	case "fn13":
		return 410
	case "fn15":
		return 470
	case "fn36":
		return 1110
	}
	return 0
}
