package fiscal_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/spec/fiscal"
	"pgregory.net/rapid"
)

func TestCanonicalAddress(t *testing.T) {
	for in, want := range map[string]string{
		"115280, г Москва, ул Ленинская Слобода, д 19": "дом 19, ленинская, москва, слобода",
		"8-го Марта 5":                 "8-й, дом 5, марта",
		"1-я Тверская-Ямская, 2 стр 3": "1-й, дом 2, строение 3, тверская, ямская",
		"394030, г Уфа, ул Бакунина, 1, корп/стр: к 1, офис/кв: пом 16И":           "бакунина, дом 1, корпус 1, помещение 16и, уфа",
		"109341, Москва, ул Пушкина-колотушкина, 1, корп/стр: А":                   "дом 1, колотушкина, москва, пушкина, строение а",
		"666302, ИРКУТСКАЯ ОБЛАСТЬ, Г.О. ГОРОД САЯНСК, МКР. ЦЕНТРАЛЬНЫЙ, СТР. 15В": "иркутская, микрорайон, область, саянск, строение 15в, центральный",
		"д Ивановка, д 5":                  "деревня, дом 5, ивановка",
		"МКАД, 16-й км":                    "километр 16, мкад",
		"пр-кт Мира, д 5, лит. А1, пом IV": "дом 5, литера а1, мира, помещение iv, проспект",
		"2 этаж пом 5":                     "помещение 5, этаж 2",
		"":                                 "",
		"г":                                "",
		"115280":                           "",
	} {
		if got := fiscal.CanonicalAddress(in); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestSameAddress(t *testing.T) {
	for _, same := range [][]string{
		{
			"115280, г Москва, ул Ленинская Слобода, д 19", "Москва, Ленинская Слобода, 19",
			"МОСКВА УЛ. ЛЕНИНСКАЯ СЛОБОДА Д.19", "г. Москва, Москва, ул.Ленинская Слобода, дом 19",
			"дом № 19, улица Слобода Ленинская, город Москва", "Россия, Москва, Ленинская Слобода 19",
		},
		{"Королёв, ул Подлёсная, д 5", "королев подлесная 5", "Королёв, ул Подлёсная, д 5"},
		{"Ленина, д 19, корп 2", "Ленина 19 к 2", "Ленина, 19к2", "ул Ленина, д.19, корпус 2", "Ленина 19, к. 2"},
		{"Ленина, д 19, стр 2", "Ленина 19 с 2", "Ленина, 19с2", "Ленина, д 19, строение 2"},
		{"Ленина, д 15В", "Ленина, 15 в", "Ленина, д. 15-В", "Ленина, д 15 «В»", "Ленина, д 15B"},
		{"ул 8 Марта, д 5", "8-е Марта, 5", "8-го марта 5"},
		{"Московская обл, г Химки, р-н Новый", "Московская область, Химки, район Новый"},
		{"пр-кт Мира, 5", "Мира проспект, 5", "просп. Мира, 5", "пр. Мира, д 5"},
		{"Ростов-на-Дону, 5", "Ростов на Дону, 5", "Ростов–на–Дону, 5"},
	} {
		for _, s := range same[1:] {
			if !fiscal.SameAddress(same[0], s) {
				t.Errorf("%q and %q differ:\n%s\n%s", same[0], s, fiscal.CanonicalAddress(same[0]), fiscal.CanonicalAddress(s))
			}
		}
	}
	for _, different := range [][2]string{
		{"д 1 к 2", "д 2 к 1"},
		{"д 1, к 2", "д 1, стр 2"},
		{"ул 8 Марта, д 5", "ул 5 Марта, д 8"},
		{"8 Марта 5", "5 Марта 8"},
		{"Ленина, д 19", "Ленина, д 19/2"},
		{"Ленина, д 19", "Ленина, д 19А"},
		{"Ленина, д 19", "Ленина"},
		{"Ленина, д 1, кв 2", "Ленина, д 2, кв 1"},
		{"Ленина, 5, 12", "Ленина, 12, 5"},
		{"ул Мира, 5", "пр-кт Мира, 5"},
		{"Москва, Ленина, 5", "Казань, Ленина, 5"},
		{"мкр 5, д 7", "мкр 7, д 5"},
	} {
		if fiscal.SameAddress(different[0], different[1]) {
			t.Errorf("%q and %q are taken for one: %s", different[0], different[1], fiscal.CanonicalAddress(different[0]))
		}
	}
}

// place draws an address by parts, and ways to write each of them.
type place struct {
	parts [][]string // spellings of each part
	house int
}

func drawPlace(t *rapid.T) place {
	city := rapid.SampledFrom([]string{"Москва", "Уфа", "Нижний Новгород", "Орёл", "Ростов-на-Дону"}).Draw(t, "city")
	street := rapid.SampledFrom([]string{"Ленина", "8 Марта", "Ленинская Слобода", "1-я Тверская", "Подлёсная"}).Draw(t, "street")
	p := place{house: rapid.IntRange(1, 400).Draw(t, "house")}
	p.parts = [][]string{
		{city, "г " + city, "г. " + city, "город " + city, city + " г"},
		{"ул " + street, "ул. " + street, "улица " + street, street + " ул"},
		{fmt.Sprintf("д %d", p.house), fmt.Sprintf("д.%d", p.house), fmt.Sprintf("дом %d", p.house), fmt.Sprintf("%d", p.house)},
	}
	if k := rapid.IntRange(0, 20).Draw(t, "building"); k > 0 {
		p.parts = append(p.parts, []string{
			fmt.Sprintf("к %d", k), fmt.Sprintf("корп. %d", k), fmt.Sprintf("корпус %d", k),
		})
	}
	return p
}

// spell writes a place in one of its ways, in any order and case.
func (p place) spell(t *rapid.T, label string) string {
	var parts []string
	for _, spellings := range p.parts {
		parts = append(parts, rapid.SampledFrom(spellings).Draw(t, label))
	}
	parts = rapid.Permutation(parts).Draw(t, label)
	s := strings.Join(parts, rapid.SampledFrom([]string{", ", ",", " , ", "; ", ",,  "}).Draw(t, label))
	if rapid.Bool().Draw(t, label) {
		s = "115280, " + s + "."
	}
	switch rapid.IntRange(0, 3).Draw(t, label) {
	case 0:
		return strings.ToUpper(s)
	case 1:
		return strings.ToLower(s)
	case 2:
		return strings.NewReplacer("ё", "е", "Ё", "Е").Replace(s)
	}
	return s
}

func TestSpellingsOfOneAddress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlace(t)
		a, b := p.spell(t, "a"), p.spell(t, "b")
		if !fiscal.SameAddress(a, b) {
			t.Fatalf("%q: %s\n%q: %s", a, fiscal.CanonicalAddress(a), b, fiscal.CanonicalAddress(b))
		}
	})
}

func TestHousesDiffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlace(t)
		q := p
		q.parts = slices.Clone(p.parts)
		other := rapid.IntRange(1, 400).Filter(func(n int) bool { return n != p.house }).Draw(t, "other")
		q.parts[2] = []string{fmt.Sprintf("д %d", other), fmt.Sprintf("%d", other)}
		a, b := p.spell(t, "a"), q.spell(t, "b")
		if fiscal.SameAddress(a, b) {
			t.Fatalf("%q and %q are both %s", a, b, fiscal.CanonicalAddress(a))
		}
	})
}

func TestCanonicalAddressIsItsOwn(t *testing.T) {
	words := rapid.SampledFrom([]string{
		"г", "д", "к", "с", "п", "х", "ш", "о", "а", "е", "й", "я", "вн", "тер", "ул", "дом", "корп", "стр", "лит", "мкр", "км", "пом",
		"Москва", "Российская", "Федерация", "городской", "округ", "IV", "19", "5", "115280", "2", "8-й", "16-е", "15в",
		",", ", ", ";", " ", "-", "/", ".", "\"", "№", "пр-кт", "р-н", "\u0308", "\u0306",
	})
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.OneOf(words, words, words, rapid.StringN(0, 3, -1)), 0, 12).Draw(t, "words"), rapid.SampledFrom([]string{"", " "}).Draw(t, "between"))
		once := fiscal.CanonicalAddress(s)
		if twice := fiscal.CanonicalAddress(once); twice != once {
			t.Fatalf("%q\n once %q\ntwice %q", s, once, twice)
		}
	})
}

func FuzzCanonicalAddress(f *testing.F) {
	f.Add("115280, г Москва, ул Ленинская Слобода, д 19, корп/стр: к 1")
	f.Add("д5е-й/2,19-2\u0308Ё")
	f.Fuzz(func(t *testing.T, s string) {
		once := fiscal.CanonicalAddress(s)
		if twice := fiscal.CanonicalAddress(once); twice != once {
			t.Fatalf("%q\n once %q\ntwice %q", s, once, twice)
		}
	})
}

func BenchmarkCanonicalAddress(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		fiscal.CanonicalAddress("115280, г Москва, ул Ленинская Слобода, д 19, корп 2")
	}
}
