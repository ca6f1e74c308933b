package fiscal

// wordKind is how a word of an address is read.
type wordKind uint8

const (
	plain    wordKind = iota // a name
	typed                    // the kind of a place, in full
	dropped                  // says nothing
	numbered                 // goes with a number
)

// meaning is what a word of an address means.
type meaning struct {
	kind wordKind
	full string
	// For numbered words.
	alone    string // what it means without a number; empty: nothing
	lettered bool   // a letter may stand for the number: корпус А
	trailing bool   // may stand behind its number: 16-й км
	house    bool   // its number is that of the house
}

// meaningOf looks a folded word up. A word that is not known is a name.
func meaningOf(word string) meaning {
	if full := placeKind(word); full != "" {
		return meaning{kind: typed, full: full}
	}
	switch word {
	case "г", "гор", "город", "го", "ул", "улица", "россия", "рф", "им", "имени", "n", "но":
		return meaning{kind: dropped}
	}
	if m := numberedKind(word); m.kind == numbered {
		return m
	}
	return meaning{kind: plain, full: word}
}

// placeKind spells the kinds of places out. Город and улица are not among
// them: they are what is meant when nothing is said.
func placeKind(word string) string {
	switch word {
	case "обл", "область":
		return "область"
	case "респ", "республика":
		return "республика"
	case "кр", "край":
		return "край"
	case "р-н", "район", "рн":
		return "район"
	case "пос", "поселок":
		return "поселок"
	case "дер", "деревня":
		return "деревня"
	case "село":
		return "село"
	case "ст-ца", "станица":
		return "станица"
	case "х", "хутор":
		return "хутор"
	case "пер", "переулок":
		return "переулок"
	case "пр-кт", "пр-т", "просп", "проспект", "пр":
		return "проспект"
	case "пр-д", "проезд":
		return "проезд"
	case "б-р", "бул", "бульвар":
		return "бульвар"
	case "ш", "шоссе", "ш-се":
		return "шоссе"
	case "пл", "площадь", "пл-дь":
		return "площадь"
	case "наб", "набережная":
		return "набережная"
	case "туп", "тупик":
		return "тупик"
	case "ал", "аллея":
		return "аллея"
	case "тер", "территория":
		return "территория"
	}
	return ""
}

func numberedKind(word string) meaning {
	m := meaning{kind: numbered}
	switch word {
	case "д":
		m.full, m.house, m.trailing, m.alone = "дом", true, true, "деревня"
	case "дом":
		m.full, m.house, m.trailing = "дом", true, true
	case "вл", "влд", "владение":
		m.full, m.house = "владение", true
	case "двлд", "домовл", "домовладение":
		m.full, m.house = "домовладение", true
	case "зд", "здание":
		m.full, m.house, m.lettered = "здание", true, true
	case "к":
		m.full, m.lettered, m.alone = "корпус", true, "к"
	case "корп", "корпус":
		m.full, m.lettered = "корпус", true
	case "с":
		m.full, m.alone = "строение", "село"
	case "стр", "строение":
		m.full, m.lettered = "строение", true
	case "лит", "литер", "литера":
		m.full, m.lettered = "литера", true
	case "оф", "офис", "кв", "квартира":
		m.full, m.lettered = "офис", true
	case "п":
		m.full, m.alone = "помещение", "поселок"
	case "пом", "помещ", "помещение":
		m.full, m.lettered = "помещение", true
	case "ком", "комн", "комната":
		m.full, m.lettered = "комната", true
	case "сек", "секция":
		m.full, m.lettered = "секция", true
	case "пав", "павильон":
		m.full, m.lettered = "павильон", true
	case "эт", "этаж":
		m.full, m.trailing = "этаж", true
	case "подъезд":
		m.full, m.trailing = "подъезд", true
	case "км", "километр":
		m.full, m.trailing = "километр", true
	case "мкр", "мкрн", "мкр-н", "микрорайон":
		m.full, m.trailing, m.alone = "микрорайон", true, "микрорайон"
	case "кв-л", "квартал":
		m.full, m.trailing, m.alone = "квартал", true, "квартал"
	case "линия":
		m.full, m.trailing, m.alone = "линия", true, "линия"
	case "уч", "участок":
		m.full = "участок"
	default:
		return meaning{}
	}
	return m
}
