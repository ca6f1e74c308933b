package spec_test

func paperRules() []rule {
	return []rule{
		{
			"report", `    # more`,
			`    report: {at: 2026-11-20, document: 1, sign: "12a"}`,
			`f.yaml:31:18: kkts.two: report.at: "2026-11-20" is not a date and time of the form YYYY-MM-DDTHH:MM:SS
hint: copy it from the printout without a zone; write 00 for seconds that are not printed: 2026-11-20T10:15:00
f.yaml:31:40: kkts.two: report.document: 1 is a number
hint: write it in quotes: "1"
f.yaml:31:49: kkts.two: report.sign: "12a" must be 1 to 10 digits
hint: copy the fiscal sign (ФП, ФПД)`,
		},
		{
			"report incomplete", `    # more`,
			`    report: {at: "2026-11-20T10:15:00Z"}`,
			`f.yaml:31:13: kkts.two: report.document: is missing
hint: write document: "12345", the number of the fiscal document
f.yaml:31:13: kkts.two: report.sign: is missing
hint: write sign: "1234567890", the fiscal sign
f.yaml:31:18: kkts.two: report.at: "2026-11-20T10:15:00Z" is not a date and time of the form YYYY-MM-DDTHH:MM:SS
hint: copy it from the printout without a zone; write 00 for seconds that are not printed: 2026-11-20T10:15:00`,
		},
		{
			"report of zeros in another century", `    # more`,
			`    report: {at: 1926-11-20T10:15:00, document: "0", sign: "0000"}`,
			`f.yaml:31:18: kkts.two: report.at: "1926-11-20T10:15:00" is not of the years 2016 to 2099
hint: copy the year from the printout again
f.yaml:31:49: kkts.two: report.document: "0" is zero: no till prints that
hint: copy the number of the fiscal document (ФД)
f.yaml:31:60: kkts.two: report.sign: "0000" is zero: no till prints that
hint: copy the fiscal sign (ФП, ФПД)`,
		},
		{
			"new ФН installed before the old one was closed", `    # more`,
			`    fnChange: {closed: {at: 2026-11-20T10:15:00, document: "9", sign: "1"}, installed: {at: 2026-11-20T10:14:59, document: "1", sign: "1"}}`,
			`f.yaml:31:15: kkts.two: fnChange.installed.at: 2026-11-20T10:14:59 is before closed.at, 2026-11-20T10:15:00
hint: the old ФН is closed first: compare both printouts, they may be swapped`,
		},
		{
			"secrets in folders", `apiKey: env:KEY`,
			`apiKey: "file:.", login: "file:secrets/", password: env:P`,
			`f.yaml:7:40: provider.partner.apiKey: "file:." is a folder
hint: write the path of a file in it
f.yaml:7:57: provider.partner.login: "file:secrets/" is a folder
hint: write the path of a file in it`,
		},
		{
			"papers of a change", `    # more`,
			`    fnChange: {close: {at: 2026-11-20T10:15, document: "1", sign: "1"}}`,
			`f.yaml:31:16: kkts.two: fnChange: unknown key "close"
hint: did you mean "closed"?`,
		},
		{
			"tombstone without a reason", `    # more`,
			`    unregister: {}`,
			`f.yaml:31:17: kkts.two: unregister.reason: is missing
hint: write reason: lost, stolen or broken`,
		},
		{
			"tombstone of another reason", `    # more`,
			`    unregister: {reason: sold}`,
			`f.yaml:31:26: kkts.two: unregister.reason: "sold" is not one of lost, stolen, broken
hint: write one of them`,
		},
		{
			"tombstone as text", `    # more`,
			`    unregister: stolen`,
			`f.yaml:31:17: kkts.two: unregister: must be a map, this is text
hint: write keys under it, or {key: value}`,
		},
		{
			"order", `{company: sever, quantity: 3, tariff: Urgent12M, fn: fn15, payment: bill}`,
			`{company: sever, quantity: 0, tariff: Urgent2M, fn: fn18, payment: cash}`,
			`f.yaml:33:37: orders.cloud: quantity: must be a whole number from 1 to 10000, this is 0
hint: write a number from 1 to 10000
f.yaml:33:48: orders.cloud: tariff: "Urgent2M" is not one of Urgent1M, Urgent6M, Urgent12M, Urgent13M, Urgent15M, Urgent18M, Receipt399, Receipt699, Receipt999
hint: did you mean "Urgent12M"?
f.yaml:33:62: orders.cloud: fn: "fn18" is not one of fn15, fn36
hint: did you mean "fn15"?
f.yaml:33:77: orders.cloud: payment: "cash" is not one of bill, creditCard, sbp
hint: write one of them`,
		},
		{
			"order of nothing", `{company: sever, quantity: 3, tariff: Urgent12M, fn: fn15, payment: bill}`,
			`{}`,
			`f.yaml:33:3: orders.cloud: company: is missing
hint: write company: NAME, one of those under companies
f.yaml:33:3: orders.cloud: quantity: is missing
hint: write quantity: 1
f.yaml:33:3: orders.cloud: tariff: is missing
hint: write tariff: Urgent12M
f.yaml:33:3: orders.cloud: fn: is missing
hint: write fn: {number: "…"}, 16 digits
f.yaml:33:3: orders.cloud: payment: is missing
hint: write payment: bill, creditCard or sbp`,
		},
		{
			"quantity as text", `quantity: 3`,
			`quantity: "3"`,
			`f.yaml:33:37: orders.cloud: quantity: must be a whole number, this is text
hint: write digits without quotes`,
		},
		{
			"quantity of a part", `quantity: 3`,
			`quantity: 1.5`,
			`f.yaml:33:37: orders.cloud: quantity: must be a whole number from 1 to 10000, this is 1.5
hint: write digits only`,
		},
		{
			"check", `{kind: checkonline, company: sever, receipt: {a: 1}}`,
			`{kind: ferma, company: sever, expect: on, receipt: [1]}`,
			`f.yaml:35:16: checks.shop: kind: "ferma" is not one of checkonline, orangedata
hint: write one of them
f.yaml:35:47: checks.shop: expect: "on" is not declared under kkts
hint: did you mean "one"?
f.yaml:35:60: checks.shop: receipt: must be a map, this is a list
hint: write keys under it, or {key: value}`,
		},
		{
			"receipt", `receipt: {a: 1}`,
			`receipt: {a: 1, a: 2, b: 007, c: .nan}`,
			`f.yaml:35:61: checks.shop: receipt: "a" is given twice, first at f.yaml:35:55
hint: keep one of them
f.yaml:35:70: checks.shop: receipt.b: "007" is neither text nor a number that a receipt can carry
hint: write it in quotes
f.yaml:35:78: checks.shop: receipt.c: ".nan" is neither text nor a number that a receipt can carry
hint: write it in quotes`,
		},
		{
			"prune without a reason", `prune: false`,
			`prune: true`,
			`f.yaml:37:3: policy.pruneReason: is missing: prune deregisters tills
hint: write pruneReason: lost, stolen or broken: the tax service wants one`,
		},
		{
			"policy", `prune: false`,
			`maxUnregister: -1
  maxCost: 1e3
  renewBefore: 30`,
			`f.yaml:37:18: policy.maxUnregister: must be a whole number from 0 to 1000000000, this is -1
hint: write a number from 0 to 1000000000
f.yaml:38:12: policy.maxCost: must be a whole number from 0 to 1000000000, this is 1e3
hint: write digits only
f.yaml:39:16: policy.renewBefore: 30 is a number without a unit
hint: say of what: 30d for days`,
		},
		{
			"renewBefore", `prune: false`,
			`renewBefore: 30 days`,
			`f.yaml:37:16: policy.renewBefore: "30 days" is not a number of days
hint: write it as 30d (12h and 4w are known too)`,
		},
		{
			"silentAfter", `prune: false`,
			`silentAfter: 31d`,
			`f.yaml:37:16: policy.silentAfter: is too long: a ФН whose documents are not handed over for 30 days blocks
hint: write 30d or less`,
		},
		{
			"silentAfter of a centre", `galereya: {inn: "7802870820"}`,
			`galereya: {inn: "7802870820", receipts: {silentAfter: 0h, silentafter: 3d}}`,
			`f.yaml:11:57: centres.galereya: receipts.silentAfter: is too short
hint: write 1h or more, or take the key out
f.yaml:11:61: centres.galereya: receipts: unknown key "silentafter"
hint: did you mean "silentAfter"?`,
		},
		{
			"receipts of a centre", `galereya: {inn: "7802870820"}`,
			`galereya: {inn: "7802870820", receipts: true}`,
			`f.yaml:11:43: centres.galereya: receipts: must be a map, this is a boolean
hint: write keys under it, or {key: value}`,
		},
		{
			"merge key of text", `    # more`,
			`    <<: base`,
			`f.yaml:31:9: kkts.two: a merge key takes a map, this is text
hint: write <<: *name`,
		},
		{
			"alias of nothing", `    # more`,
			`    place: *shop`,
			`f.yaml:31: this is not YAML: an alias (*name) refers to an anchor (&name) that is not defined before it
hint: put a value that begins with * in quotes`,
		},
		{
			"three mistakes in the order of the file", `    serial: "00307404867358"
    fn: {number: "7380440801234567"}
`,
			`    place: true
    renta: nowhere
`,
			`f.yaml:21:3: kkts.one: serial: is missing
hint: write serial: "00307404867358", from the till's plate
f.yaml:21:3: kkts.one: fn: is missing
hint: write fn: {number: "…"}, 16 digits
f.yaml:23:12: kkts.one: place: true is a boolean
hint: write it in quotes: "true"
f.yaml:24:12: kkts.one: renta: "nowhere" is not declared under centres
hint: known: galereya`,
		},
	}
}
