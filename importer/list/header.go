package list

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/spec/diag"
)

// heading is a column with what it may be called: first as a template calls
// it, then in other words.
type heading struct {
	column  Column
	meaning string // in a template and in docs/import.md
	names   []string
}

// headings lists the columns in the order of a template.
func headings() []heading {
	return []heading{
		{Serial, "заводской номер с таблички; единственное, что нужно для действующей кассы", []string{"Заводской номер", "serial", "serial number", "зав номер", "заводской номер ккт", "заводской номер кассы", "серийный номер", "номер ккт", "заводской n"}},
		{Model, "модель, как в реестре ФНС: АТОЛ 42ФС", []string{"Модель", "model", "модель ккт", "модель кассы", "наименование модели"}},
		{RNM, "регистрационный номер, 16 цифр; пусто, если касса ещё не зарегистрирована", []string{"РНМ", "rnm", "рн ккт", "рнм ккт", "регистрационный номер", "регистрационный номер ккт", "рег номер", "рег номер ккт", "registration number"}},
		{FN, "номер фискального накопителя, 16 цифр", []string{"ФН", "fn", "номер фн", "заводской номер фн", "фискальный накопитель", "номер фискального накопителя", "fn number", "серийный номер фн"}},
		{FNType, "fn15 или fn36", []string{"Тип ФН", "fntype", "fn type", "срок фн", "срок действия фн месяцев"}},
		{Address, "адрес установки одной строкой", []string{"Адрес", "address", "адрес установки", "адрес расчетов", "адрес установки ккт", "адрес торговой точки", "адрес магазина"}},
		{Place, "место расчётов: Магазин №1, касса у входа", []string{"Место", "place", "место расчетов", "место установки", "место установки ккт"}},
		{INN, "ИНН владельца, 10 или 12 цифр", []string{"ИНН", "inn", "инн организации", "инн пользователя", "инн владельца", "инн компании"}},
		{Company, "ключ или название компании в файле парка, если нет ИНН", []string{"Компания", "company", "организация", "владелец", "юрлицо", "юридическое лицо", "пользователь"}},
		{Tariff, "red, yellow, green, blue, orange", []string{"Тариф", "tariff", "тариф офд"}},
		{Code, "код активации, или auto", []string{"Код активации", "activationcode", "activation code", "код"}},
		{Renta, "ключ торгового центра в файле парка", []string{"Центр", "renta", "centre", "center", "торговый центр", "тц"}},
		{FFD, "1.05, 1.1 или 1.2", []string{"ФФД", "ffd", "версия ффд"}},
		{Name, "имя кассы в файле парка; пусто: составляется из адреса и заводского номера", []string{"Имя", "name", "имя в файле", "ключ"}},
	}
}

// Heading is what a template calls a column.
func Heading(c Column) string {
	for _, h := range headings() {
		if h.column == c {
			return "«" + h.names[0] + "»"
		}
	}
	return string(c)
}

// identifies tells of columns whose values are numbers that identify something.
func identifies(c Column) bool { return slices.Contains([]Column{Serial, RNM, FN, INN}, c) }

// digitsOf is how many digits a number has; 0 when they differ.
func digitsOf(c Column) int {
	switch c {
	case RNM, FN:
		return 16
	case INN:
		return 12
	}
	return 0
}

// exponent is what a spreadsheet makes of a long number: 9,2874E+15.
var exponent = regexp.MustCompile(`^[0-9]+([.,][0-9]+)?[eEеЕ]\+?[0-9]+$`)

// unquoted takes off what people put around a number so that a spreadsheet
// keeps it: ="0012" and '0012.
func unquoted(s string) string {
	if t, ok := strings.CutPrefix(s, `="`); ok {
		if t, ok = strings.CutSuffix(t, `"`); ok {
			return t
		}
	}
	return strings.TrimPrefix(s, "'")
}

// folded is a heading in the form in which two spellings are the same.
func folded(s string) string {
	s = strings.ReplaceAll(strings.ToLower(s), "ё", "е")
	if i := strings.IndexByte(s, '('); i > 0 {
		s = s[:i]
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return strings.ContainsRune(" \t\r\n\u00a0.,:;*№#/\\\"'«»_-", r)
	}), " ")
}

// columns finds what a row of headings names; two columns of one meaning are
// both in it.
func columns(cells []string) map[int]Column {
	known := map[string]Column{}
	for _, h := range headings() {
		for _, n := range h.names {
			known[folded(n)] = h.column
		}
	}
	out := map[int]Column{}
	for i, c := range cells {
		if len(c) > 200 {
			continue
		}
		if col, ok := known[folded(c)]; ok && folded(c) != "" {
			out[i] = col
		}
	}
	return out
}

// findHead finds the row of headings; -1 when it reported.
func (t *table) findHead(name string, p *problems) (head int, cols map[int]Column) {
	for i := range t.rows {
		if i >= headRows {
			break
		}
		if cols = columns(t.rows[i].cells); isHead(cols) || isOnlyHead(t.rows[i].cells, cols) {
			return i, t.checkHead(i, cols, p)
		}
	}
	p.add(diag.Error, diag.Pos{File: name}, "no row of headings is found: it names the factory number («Заводской номер») or the РНМ, alone or among others that are known",
		"kktctl import --template list.csv writes an empty list with all headings; docs/import.md lists what else they may be called")
	return -1, nil
}

// isHead tells whether a row with these columns can be the headings.
func isHead(cols map[int]Column) bool {
	found := map[Column]bool{}
	for _, c := range cols {
		found[c] = true
	}
	return len(found) >= 2 && (found[Serial] || found[RNM])
}

// isOnlyHead tells whether a row is the heading of a list of one column: of
// factory numbers or РНМ alone.
func isOnlyHead(cells []string, cols map[int]Column) bool {
	filled := 0
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			filled++
		}
	}
	for _, c := range cols {
		if filled == 1 && (c == Serial || c == RNM) {
			return true
		}
	}
	return false
}

// checkHead reports columns of one meaning, and notes those without any.
func (t *table) checkHead(i int, cols map[int]Column, p *problems) map[int]Column {
	l := t.rows[i]
	first := map[Column]int{}
	var unknown []string
	for col, text := range l.cells {
		c, ok := cols[col]
		if !ok {
			if text = strings.TrimSpace(text); text != "" && len(unknown) < 20 {
				unknown = append(unknown, "«"+text[:min(len(text), 80)]+"»")
			}
			continue
		}
		if k, again := first[c]; again {
			p.add(diag.Error, t.where(l.at, col), fmt.Sprintf("%s is given twice, first at %s", Heading(c), t.where(l.at, k)), "keep one of the columns")
			continue
		}
		first[c] = col
	}
	if len(unknown) > 0 {
		p.add(diag.Warning, t.where(l.at, 0), "columns that are not read: "+strings.Join(unknown, ", "), "")
	}
	return cols
}
