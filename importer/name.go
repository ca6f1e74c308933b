package importer

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// name gives every till a name. It is made of the till alone, so that it is
// the same whenever and with whatever else the till is imported: the street
// and house of its address and the end of its factory number,
// leninskaya-sloboda-19-7358. Where two would be called the same, the whole
// factory number stands in its place. A till that the state remembers keeps
// the name that it had.
func (m *importing) name() {
	count := map[string]int{}
	short := make([]string, len(m.result.Tills))
	for i := range m.result.Tills {
		if t := &m.result.Tills[i]; t.Name == "" {
			short[i] = shortName(t.KKT)
			count[short[i]]++
		}
	}
	for i := range m.result.Tills {
		t := &m.result.Tills[i]
		if t.Name != "" {
			continue
		}
		serial := fiscal.NormalizeSerial(t.KKT.Serial)
		if was := m.dropped[serial]; was != "" && spec.CheckName(was) == nil {
			t.Name = was
			continue
		}
		t.Name = short[i]
		if count[t.Name] > 1 || m.taken(t.Name) {
			t.Name = longName(t.KKT)
		}
		for base, n := t.Name, 0; m.taken(t.Name) && n < 26; n++ {
			t.Name = base + "-" + string(rune('a'+n))
		}
	}
}

// taken tells whether a name is that of a till of the file, or of another one
// that the state remembers.
func (m *importing) taken(name string) bool {
	_, declared := m.in.Fleet.KKTs[name]
	_, remembered := m.in.Prior.Resources[spec.KKTAddress(name)]
	return declared || remembered
}

func shortName(k spec.KKT) string {
	serial := strings.ToLower(fiscal.NormalizeSerial(k.Serial))
	tail := strings.Trim(serial[max(0, len(serial)-4):], "-")
	if where := whereabouts(k.Address); where != "" && tail != "" {
		return where + "-" + tail
	}
	return "kkt-" + strings.Trim(serial, "-")
}

func longName(k spec.KKT) string {
	serial := strings.Trim(strings.ToLower(fiscal.NormalizeSerial(k.Serial)), "-")
	if where := whereabouts(k.Address); where != "" {
		return where + "-" + serial
	}
	return "kkt-" + serial
}

// The words of an address that say what a part of it is.
var (
	streetWord  = regexp.MustCompile(`(?i)(?:^|\s)(улица|ул|проспект|пр-кт|просп|пр-т|переулок|пер|шоссе|ш|набережная|наб|бульвар|б-р|бул|площадь|пл|проезд|пр-д|микрорайон|мкр|тупик|аллея|линия|тракт|квартал|кв-л)\.?(?:\s|$)`)
	townWord    = regexp.MustCompile(`(?i)(?:^|\s)(город|г|село|с|поселок|посёлок|пос|п|пгт|рп|деревня|д|дер|станица|ст-ца|хутор|х)\.?(?:\s|$)`)
	houseWord   = regexp.MustCompile(`(?i)^(?:дом|д|владение|влд|вл|здание|зд|строение|стр)\.?\s*(\d+[а-яёa-z]?(?:/\d+)?)`)
	houseNumber = regexp.MustCompile(`(?i)^(\d{1,4}[а-яёa-z]?(?:/\d+)?)$`)
)

// whereabouts makes a name of an address: its street and house, or its town
// where it has no street.
func whereabouts(a spec.Address) string {
	street, town, house := "", "", ""
	for part := range strings.SplitSeq(a.Text(), ",") {
		part = strings.TrimSpace(part)
		switch {
		case house == "" && houseWord.MatchString(part):
			house = houseWord.FindStringSubmatch(part)[1]
		case street == "" && streetWord.MatchString(part):
			street = streetWord.ReplaceAllString(part, " ")
		case town == "" && townWord.MatchString(part):
			town = townWord.ReplaceAllString(part, " ")
		case house == "" && street != "" && houseNumber.MatchString(part):
			house = part
		}
	}
	where := slug(street, maxStreet)
	if where == "" {
		where = slug(town, maxStreet)
	}
	if where == "" {
		return ""
	}
	if h := slug(house, maxHouse); h != "" {
		where += "-" + h
	}
	return where
}

// The bounds of the parts of a name, in characters: a name has 63.
const (
	maxStreet = 28
	maxHouse  = 8
)

// companyKey names a company: what stands in quotes in its name, or the last
// name of an entrepreneur.
func companyKey(o Owner) string {
	name := o.Name
	if i := strings.IndexAny(name, `«"„“`); i >= 0 {
		name = strings.Trim(name[i:], `«»"„“”`)
	} else {
		name = strings.TrimPrefix(strings.TrimPrefix(name, "ИП "), "Индивидуальный предприниматель ")
		name, _, _ = strings.Cut(name, " ")
	}
	if key := slug(name, maxStreet); key != "" && unicode.IsLetter(rune(key[0])) {
		return key
	}
	return "inn-" + o.INN
}

// slug writes a text in small Latin letters, digits and hyphens, up to so many
// of them and no half word if that can be.
func slug(s string, most int) string {
	var b strings.Builder
	hyphen := false
	for _, r := range strings.ToLower(s) {
		piece := latin(r)
		switch {
		case piece == "" && !unicode.IsLetter(r):
			hyphen = b.Len() > 0
			continue
		case hyphen && piece != "":
			b.WriteByte('-')
			hyphen = false
		}
		b.WriteString(piece)
	}
	out := b.String()
	if len(out) > most {
		out = out[:most]
		if i := strings.LastIndexByte(out, '-'); i > most/2 {
			out = out[:i]
		}
	}
	return strings.Trim(out, "-")
}

// latin writes one small letter in Latin letters; "" for what has none.
func latin(r rune) string {
	if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
		return string(r)
	}
	const from = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
	to := [...]string{
		"a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f",
		"kh", "ts", "ch", "sh", "shch", "", "y", "", "e", "yu", "ya",
	}
	i := 0
	for _, c := range from {
		if c == r {
			return to[i]
		}
		i++
	}
	return ""
}
