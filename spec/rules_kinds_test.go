package spec_test

func kindRules() []rule {
	return []rule{
		{
			"wrong version", `apiVersion: kktctl/v1`,
			`apiVersion: kktctl/v2`,
			`f.yaml:1:13: apiVersion: "kktctl/v2" is not known to this version of kktctl
hint: write apiVersion: kktctl/v1`,
		},
		{
			"wrong kind", `kind: Fleet`,
			`kind: Flet`,
			`f.yaml:2:7: kind: "Flet" is not known to this version of kktctl
hint: write kind: Fleet`,
		},
		{
			"no header", `apiVersion: kktctl/v1
kind: Fleet
name: sever`,
			`x-anchors: {}`,
			`f.yaml:1:1: apiVersion is missing
hint: write apiVersion: kktctl/v1
f.yaml:1:1: kind is missing
hint: write kind: Fleet
f.yaml:1:1: name is missing
hint: write name: it names the fleet's state`,
		},
		{
			"fleet name with a separator", `name: sever
prov`,
			`name: ../sever
prov`,
			`f.yaml:3:7: name: "../sever" is not a name
hint: a name is 1 to 63 letters, digits, dots, hyphens and underscores, and starts with a letter or digit`,
		},
		{
			"unknown top-level key", `policy:`,
			`polcy:`,
			`f.yaml:36:1: unknown key "polcy"
hint: did you mean "policy"?`,
		},
		{
			"unknown key of a till", `serial: "00307404867291"`,
			`seral: "00307404867291"`,
			`f.yaml:26:3: kkts.two: serial: is missing
hint: write serial: "00307404867358", from the till's plate
f.yaml:28:5: kkts.two: unknown key "seral"
hint: did you mean "serial"?`,
		},
		{
			"unknown key like no other", `    # more`,
			`    zzzzzzzzzzzz: 1`,
			`f.yaml:31:5: kkts.two: unknown key "zzzzzzzzzzzz"
hint: known: company, model, address, place, ffd, usage, agents, ofd, tariff, activationCode, book, renta, registration, ignore, labels, protect, serial, rnm, fn, automaticDevices, report, fnChange, unregister`,
		},
		{
			"key twice", `    # more`,
			`    model: АТОЛ 91Ф`,
			`f.yaml:31:5: kkts.two: model is given twice, first at f.yaml:27:5
hint: keep one of them`,
		},
		{
			"till name with a space", `  two:`,
			`  two tills:`,
			`f.yaml:26:3: kkts: "two tills" is not a name
hint: a name is 1 to 63 letters, digits, dots, hyphens and underscores, and starts with a letter or digit`,
		},
		{
			"till name of a bidi character", `  two:`,
			`  "two\u202e":`,
			`f.yaml:26:3: kkts: "two\u202e" is not a name
hint: a name is 1 to 63 letters, digits, dots, hyphens and underscores, and starts with a letter or digit`,
		},
		{
			"till name too long", `  two:`,
			`  tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt:`,
			`f.yaml:26:3: kkts: "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt…" is not a name
hint: a name is 1 to 63 letters, digits, dots, hyphens and underscores, and starts with a letter or digit`,
		},
		{
			"kkts a list", `kkts:
  one:`,
			`kkts:
  - one:`,
			`f.yaml:20: this is not YAML: did not find expected '-' indicator
hint: check the indentation, and put values with : # * & { [ in quotes`,
		},
		{
			"till as text", `  two:
    model: АТОЛ 42ФС
    serial: "00307404867291"
    fn: {number: "7380440801234568"}
    address: Уфа, Ленина, 6
    # more`,
			`  two: АТОЛ`,
			`f.yaml:26:8: kkts.two: must be a map, this is text
hint: write keys under it, or {key: value}`,
		},
		{
			"till of nothing", `  two:
    model: АТОЛ 42ФС
    serial: "00307404867291"
    fn: {number: "7380440801234568"}
    address: Уфа, Ленина, 6
    # more`,
			`  two:`,
			`f.yaml:26:3: kkts.two: model: is missing
hint: write model: АТОЛ 42ФС
f.yaml:26:3: kkts.two: serial: is missing
hint: write serial: "00307404867358", from the till's plate
f.yaml:26:3: kkts.two: fn: is missing
hint: write fn: {number: "…"}, 16 digits
f.yaml:26:3: kkts.two: address: is missing
hint: write address: "115280, Москва, ул Ленинская Слобода, д 19"`,
		},
		{
			"serial a number", `serial: "00307404867291"`,
			`serial: 00307404867291`,
			`f.yaml:28:13: kkts.two: serial: 00307404867291 is a number and would lose its leading zeros
hint: write it in quotes: "00307404867291"`,
		},
		{
			"serial a number without zeros", `serial: "00307404867291"`,
			`serial: 307404867291`,
			`f.yaml:28:13: kkts.two: serial: 307404867291 is a number
hint: write it in quotes: "307404867291"`,
		},
		{
			"serial empty", `serial: "00307404867291"`,
			`serial: ""`,
			`f.yaml:28:13: kkts.two: serial: is empty
hint: write a value, or take the key out`,
		},
		{
			"serial null", `serial: "00307404867291"`,
			`serial:`,
			`f.yaml:28:12: kkts.two: serial: is empty
hint: write a value, or take the key out`,
		},
		{
			"serial a list", `serial: "00307404867291"`,
			`serial: [1]`,
			`f.yaml:28:13: kkts.two: serial: must be text, this is a list
hint: write one line of text`,
		},
		{
			"serial of zeros", `serial: "00307404867291"`,
			`serial: "0000"`,
			`f.yaml:28:13: kkts.two: serial: "0000" is not a factory number: it is all zeros
hint: copy it from the till's plate, in quotes`,
		},
		{
			"serial too long", `serial: "00307404867291"`,
			`serial: "111111111111111111111"`,
			`f.yaml:28:13: kkts.two: serial: "111111111111111111111" is not a factory number: up to 20 digits, Latin letters and hyphens
hint: copy it from the till's plate, in quotes`,
		},
		{
			"place a boolean", `    # more`,
			`    place: true`,
			`f.yaml:31:12: kkts.two: place: true is a boolean
hint: write it in quotes: "true"`,
		},
		{
			"place a date", `    # more`,
			`    place: 2026-11-20`,
			`f.yaml:31:12: kkts.two: place: 2026-11-20 is a date
hint: write it in quotes: "2026-11-20"`,
		},
		{
			"place with a control character", `    # more`,
			`    place: "a\tb"`,
			`f.yaml:31:12: kkts.two: place: holds a character that does not print (U+0009)
hint: write it on one line, without characters that do not show`,
		},
		{
			"place on two lines", `    # more`,
			`    place: "a\nb"`,
			`f.yaml:31:12: kkts.two: place: holds a character that does not print (U+000A)
hint: write it on one line, without characters that do not show`,
		},
		{
			"place of another type", `    # more`,
			`    place: !!binary aGVsbG8=`,
			`f.yaml:31:12: kkts.two: place: must be text, this is of a type that fleets do not use
hint: write one line of text`,
		},
		{
			"ffd a float", `    # more`,
			`    ffd: 1.2`,
			`f.yaml:31:10: kkts.two: ffd: 1.2 is a number
hint: write it in quotes: "1.2"`,
		},
		{
			"ffd unknown", `    # more`,
			`    ffd: "1.0"`,
			`f.yaml:31:10: kkts.two: ffd: "1.0" is not one of 1.05, 1.1, 1.2
hint: did you mean "1.05"?`,
		},
		{
			"book as text", `    # more`,
			`    book: "yes"`,
			`f.yaml:31:11: kkts.two: book: must be true or false, this is text
hint: write true or false, without quotes`,
		},
		{
			"usage as text", `    # more`,
			`    usage: internet`,
			`f.yaml:31:12: kkts.two: usage: must be a list, this is text
hint: write it as [one, two]`,
		},
		{
			"usage unknown", `    # more`,
			`    usage: [intrenet]`,
			`f.yaml:31:13: kkts.two: usage[0]: unknown name "intrenet"
hint: did you mean "internet"?`,
		},
		{
			"usage twice", `    # more`,
			`    usage: [internet, internet]`,
			`f.yaml:31:23: kkts.two: usage[1]: internet is given twice
hint: keep one of them`,
		},
		{
			"agents unknown", `    # more`,
			`    agents: [payagent]`,
			`f.yaml:31:14: kkts.two: agents[0]: unknown name "payagent"
hint: did you mean "payAgent"?`,
		},
		{
			"labels of hostile forms", `    # more`,
			`    labels: {"a=b": c, tier: "gold,x", site: [1], "\x1b[31m": y, ok: fine, ok: twice}`,
			`f.yaml:31:14: kkts.two: labels: "a=b" is not the key of a label
hint: a label's key is 1 to 63 letters, digits, dots, hyphens, slashes and underscores, and begins and ends with a letter or digit
f.yaml:31:30: kkts.two: labels.tier: "gold,x" is not the value of a label
hint: a label's value is 1 to 63 letters, digits, spaces, dots, hyphens, slashes and underscores, and begins and ends with a letter or digit
f.yaml:31:46: kkts.two: labels.site: must be one value, this is a list
hint: write one value
f.yaml:31:51: kkts.two: labels: "\x1b[31m" is not the key of a label
hint: a label's key is 1 to 63 letters, digits, dots, hyphens, slashes and underscores, and begins and ends with a letter or digit
f.yaml:31:76: kkts.two: labels: ok is given twice, first at f.yaml:31:66
hint: keep one of them`,
		},
		{
			"ignore unknown", `    # more`,
			`    ignore: [adress, serial]`,
			`f.yaml:31:14: kkts.two: ignore[0]: unknown name "adress"
hint: did you mean "address"?
f.yaml:31:22: kkts.two: ignore[1]: unknown name "serial"
hint: known: place, address, fn, model, ffd, usage, agents, ofd, automaticDevices, tariff`,
		},
		{
			"registration unknown", `    # more`,
			`    registration: simple`,
			`f.yaml:31:19: kkts.two: registration: "simple" is not one of full, simplified
hint: write one of them`,
		},
		{
			"tariff unknown", `    # more`,
			`    tariff: gren`,
			`warning: f.yaml:31:13: kkts.two: tariff: "gren" is not a tariff known to kktctl
hint: did you mean "green"?`,
		},
	}
}
