package spec_test

func identifierRules() []rule {
	return []rule{
		{
			"company unknown", `    # more`,
			`    company: sevre`,
			`f.yaml:31:14: kkts.two: company: "sevre" is not declared under companies
hint: did you mean "sever"?`,
		},
		{
			"centre unknown", `    # more`,
			`    renta: galereja`,
			`f.yaml:31:12: kkts.two: renta: "galereja" is not declared under centres
hint: did you mean "galereya"?`,
		},
		{
			"signer unknown", `signer: manual}`,
			`signer: manula}`,
			`f.yaml:17:62: companies.sever: signatory.signer: "manula" is not declared under signers
hint: did you mean "manual"?`,
		},
		{
			"no signers", `signers:
  manual: {outbox: ./outbox}
`,
			``,
			`f.yaml:15:62: companies.sever: signatory.signer: "manual" is not declared under signers
hint: declare it under signers`,
		},
		{
			"company unknown in defaults", `  company: sever
kkts`,
			`  company: nord
kkts`,
			`f.yaml:19:12: defaults.company: "nord" is not declared under companies
hint: known: sever`,
		},
		{
			"no company", `defaults:
  company: sever
`,
			``,
			`f.yaml:19:3: kkts.one: company: is missing
hint: write company: NAME, one of those under companies
f.yaml:24:3: kkts.two: company: is missing
hint: write company: NAME, one of those under companies`,
		},
		{
			"identity in defaults", `  company: sever
kkts`,
			`  company: sever
  serial: "1"
  fn: {number: "7380440801234568"}
kkts`,
			`f.yaml:20:11: defaults.serial: belongs to one till and has no default
hint: move it to the till
f.yaml:21:16: defaults.fn.number: belongs to one till and has no default
hint: move it to the till`,
		},
		{
			"INN mistyped", `inn: "5252012620"`,
			`inn: "5252012621"`,
			`f.yaml:14:10: companies.sever: inn: "5252012621" has a wrong check digit: it was mistyped
hint: copy the ИНН again, in quotes`,
		},
		{
			"INN a number", `inn: "5252012620"`,
			`inn: 5252012620`,
			`f.yaml:14:10: companies.sever: inn: 5252012620 is a number
hint: write it in quotes: "5252012620"`,
		},
		{
			"KPP missing", `    kpp: "525201001"
`,
			``,
			`f.yaml:13:3: companies.sever: kpp: is missing: a legal entity (an ИНН of 10 digits) has one
hint: write the КПП of 9 digits`,
		},
		{
			"KPP wrong", `kpp: "525201001"`,
			`kpp: "52520100"`,
			`f.yaml:15:10: companies.sever: kpp: "52520100" must be 9 digits (the fifth and sixth may be capital Latin letters)
hint: copy the КПП again, in quotes`,
		},
		{
			"KPP of an entrepreneur", `inn: "5252012620"`,
			`inn: "500100732259"`,
			`f.yaml:13:3: companies.sever: kpp: an entrepreneur (an ИНН of 12 digits) has no КПП
hint: take it out, or write the ИНН of the legal entity`,
		},
		{
			"OGRN wrong", `    name: Север`,
			`    name: Север
    ogrn: "1025202124717"`,
			`f.yaml:17:11: companies.sever: ogrn: "1025202124717" has a wrong check digit: it was mistyped
hint: copy the ОГРН again, in quotes`,
		},
		{
			"OGRN of another length", `    name: Север`,
			`    name: Север
    ogrn: "10252021247"`,
			`f.yaml:17:11: companies.sever: ogrn: "10252021247" must have 13 digits (ОГРН) or 15 (ОГРНИП)
hint: copy the ОГРН again, in quotes`,
		},
		{
			"OGRNIP of an entity", `    name: Север`,
			`    name: Север
    ogrn: "304500116000157"`,
			`f.yaml:13:3: companies.sever: ogrn: a legal entity (an ИНН of 10 digits) has an ОГРН of 13 digits, not 15
hint: write the ОГРН of 13 digits`,
		},
		{
			"OGRN of an entrepreneur", `    inn: "5252012620"
    kpp: "525201001"`,
			`    inn: "500100732259"
    ogrn: "1025202124716"`,
			`f.yaml:13:3: companies.sever: ogrn: an entrepreneur (an ИНН of 12 digits) has an ОГРНИП of 15 digits, not 13
hint: write the ОГРНИП of 15 digits`,
		},
		{
			"company without a name", `    name: Север
`,
			``,
			`f.yaml:13:3: companies.sever: name: is missing
hint: write name: …`,
		},
		{
			"email wrong", `    name: Север`,
			`    name: Север
    email: office`,
			`f.yaml:17:12: companies.sever: email: "office" is not an email address
hint: write it as office@sever.example`,
		},
		{
			"phone wrong", `    name: Север`,
			`    name: Север
    phone: "12345"`,
			`f.yaml:17:12: companies.sever: phone: "12345" is not a telephone number
hint: write it as "+74951234567"`,
		},
		{
			"signatory incomplete", `givenName: Алла, `,
			``,
			`f.yaml:17:16: companies.sever: signatory.givenName: is missing
hint: write givenName: …`,
		},
		{
			"power of attorney", `    name: Север`,
			`    name: Север
    powerOfAttorney: {number: "1", date: 15.01.2026}`,
			`f.yaml:17:22: companies.sever: powerOfAttorney.id: is missing
hint: write id: "…"
f.yaml:17:42: companies.sever: powerOfAttorney.date: "15.01.2026" is not a date of the form YYYY-MM-DD
hint: write it as 2026-01-15`,
		},
		{
			"RNM of another till", `    # more`,
			`    rnm: "0000002950038403"`,
			`f.yaml:31:10: kkts.two: rnm: the check digits of 0000002950038403 do not fit ИНН 5252012620 and factory number 00307404867291
hint: compare rnm, serial and the company with the card of registration: one of them is not this till's`,
		},
		{
			"RNM short", `    # more`,
			`    rnm: "2950038403"`,
			`f.yaml:31:10: kkts.two: rnm: "2950038403" must have 16 digits, not 10
hint: copy the РНМ again, in quotes; leave it out while the till is not registered`,
		},
		{
			"serial twice", `serial: "00307404867291"`,
			`serial: "307404867358"`,
			`f.yaml:28:13: kkts.two: serial: factory number 307404867358 is that of kkts.one too, at f.yaml:23:13
hint: each till has its own`,
		},
		{
			"FN twice", `7380440801234568`,
			`7380440801234567`,
			`f.yaml:29:18: kkts.two: fn.number: ФН 7380440801234567 is that of kkts.one too, at f.yaml:24:18
hint: each till has its own`,
		},
		{
			"RNM twice", `    # more
`,
			`    rnm: "0000002928049035"
  three:
    model: A
    serial: "307404867291"
    rnm: "0000002928049035"
    fn: {number: "7380440801234569"}
    address: Уфа
`,
			`f.yaml:34:13: kkts.three: serial: factory number 307404867291 is that of kkts.two too, at f.yaml:28:13
hint: each till has its own
f.yaml:35:10: kkts.three: rnm: РНМ 0000002928049035 is that of kkts.two too, at f.yaml:31:10
hint: each till has its own`,
		},
		{
			"FN short", `7380440801234568`,
			`738044080123456`,
			`f.yaml:29:18: kkts.two: fn.number: "738044080123456" must have 16 digits, not 15
hint: copy the ФН's number again, in quotes`,
		},
		{
			"FN without a number", `{number: "7380440801234568"}`,
			`{type: fn15}`,
			`f.yaml:29:9: kkts.two: fn.number: is missing
hint: write number: "…"`,
		},
		{
			"FN type against its number", `{number: "7380440801234568"}`,
			`{number: "7380440801234568", type: fn36}`,
			`warning: f.yaml:29:44: kkts.two: fn.type: fn36 is declared, but the number looks like that of ФН-1.2 исполнение Ин15-4 (fn15)
hint: compare with the passport of the ФН`,
		},
		{
			"FN type unknown", `{number: "7380440801234568"}`,
			`{number: "7380440801234568", type: fn-15}`,
			`f.yaml:29:44: kkts.two: fn.type: "fn-15" is not one of fn15, fn36
hint: did you mean "fn15"?`,
		},
		{
			"test FN", `7380440801234568`,
			`9999078901234567`,
			`warning: f.yaml:29:18: kkts.two: fn.number: this looks like a test ФН
hint: put the number of a real ФН before registering`,
		},
		{
			"address empty", `address: Уфа, Ленина, 6`,
			`address: ""`,
			`f.yaml:30:14: kkts.two: address: is empty
hint: write a value, or take the key out`,
		},
		{
			"address of no place", `address: Уфа, Ленина, 6`,
			`address: {fias: 8ff65e61-b815-40e6-92cf-17a9678b3d0e}`,
			`f.yaml:30:14: kkts.two: address: names no place
hint: write a line, or settlement, street and houseNumber`,
		},
		{
			"address parts", `address: Уфа, Ленина, 6`,
			`address: {postalCode: 450000, regionCode: "2", fias: x, city: Уфа}`,
			`f.yaml:30:27: kkts.two: address.postalCode: 450000 is a number
hint: write it in quotes: "450000"
f.yaml:30:47: kkts.two: address.regionCode: "2" is not a region code of 2 digits
hint: write it as "77"
f.yaml:30:58: kkts.two: address.fias: "x" is not a ФИАС code
hint: write it as 8ff65e61-b815-40e6-92cf-17a9678b3d0e
f.yaml:30:61: kkts.two: address: unknown key "city"
hint: known: postalCode, regionCode, region, settlement, street, houseNumber, building, office, fias, full`,
		},
		{
			"device twice", `    # more`,
			`    automaticDevices: [{number: "1", address: Уфа}, {number: "1", address: Уфа}, {place: x}]`,
			`f.yaml:31:53: kkts.two: automaticDevices[1]: device "1" is given twice
hint: keep one of them
f.yaml:31:82: kkts.two: automaticDevices[2].number: is missing
hint: write number: "…"
f.yaml:31:82: kkts.two: automaticDevices[2].address: is missing
hint: write address: "115280, Москва, ул Ленинская Слобода, д 19"`,
		},
		{
			"another OFD without a name", `    # more`,
			`    ofd: {inn: "7709125605"}`,
			`f.yaml:31:10: kkts.two: ofd.name: is missing: the operator is not OFD.ru
hint: write the operator's full name`,
		},
	}
}
