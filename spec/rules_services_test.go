package spec_test

func serviceRules() []rule {
	return []rule{
		{
			"secret in the file", `env:KEY`,
			`s3cr3t-value`,
			`f.yaml:7:40: provider.partner.apiKey: must be a reference to a secret, env:NAME or file:PATH; the value that stands here is not shown
hint: keep the secret out of the file: write env:NAME or file:PATH`,
		},
		{
			"secret with a colon", `env:KEY`,
			`"env:s3cr3t value"`,
			`f.yaml:7:40: provider.partner.apiKey: must be a reference to a secret, env:NAME or file:PATH; the value that stands here is not shown
hint: keep the secret out of the file: write env:NAME or file:PATH`,
		},
		{
			"secret a number", `env:KEY`,
			`12345678`,
			`f.yaml:7:40: provider.partner.apiKey: must be text, this is a number
hint: keep the secret out of the file: write env:NAME or file:PATH`,
		},
		{
			"secret after an asterisk", `env:KEY`,
			`*s3cr3t`,
			`f.yaml:7: this is not YAML: an alias (*name) refers to an anchor (&name) that is not defined before it
hint: put a value that begins with * in quotes`,
		},
		{
			"no credentials", `, apiKey: env:KEY`,
			``,
			`f.yaml:7:12: provider.partner: has no credentials
hint: write apiKey: env:OFD_API_KEY`,
		},
		{
			"login without a password", `apiKey: env:KEY`,
			`login: env:L`,
			`f.yaml:7:12: provider.partner: must have both login and password, or neither
hint: a login goes with its password`,
		},
		{
			"both credentials", `apiKey: env:KEY`,
			`apiKey: env:KEY, login: env:L, password: env:P`,
			`warning: f.yaml:7:12: provider.partner: login and password are not used: apiKey wins
hint: leave out login and password: with the key everything can be done`,
		},
		{
			"partner without an INN", `inn: "7709125605", `,
			``,
			`f.yaml:7:12: provider.partner.inn: is missing
hint: write inn: "…", 10 or 12 digits`,
		},
		{
			"bundle from the environment", `  requestsPerSecond: 2`,
			`  caBundle: env:CA`,
			`f.yaml:6:13: provider.caBundle: must be a file, file:PATH
hint: write file:PATH`,
		},
		{
			"renta login in the file", `  requestsPerSecond: 2`,
			`  renta: {login: s3cr3t, password: env:P}`,
			`f.yaml:6:18: provider.renta.login: must be a reference to a secret, env:NAME or file:PATH; the value that stands here is not shown
hint: keep the secret out of the file: write env:NAME or file:PATH`,
		},
		{
			"ferma incomplete", `  requestsPerSecond: 2`,
			`  ferma: {orangedata: {endpoint: https://f.ru, certificate: file:c, key: file:k}}`,
			`f.yaml:6:23: provider.ferma.orangedata.signingKey: is missing
hint: write signingKey: file:PATH`,
		},
		{
			"code a number", `    # more`,
			`    activationCode: 1234567`,
			`f.yaml:31:21: kkts.two: activationCode: is a number and may lose zeros; the code is not shown
hint: write the code in quotes`,
		},
		{
			"code of other characters", `    # more`,
			`    activationCode: s3cr3t!`,
			`f.yaml:31:21: kkts.two: activationCode: is not an activation code; it is not shown
hint: write the code (Latin letters and digits), env:NAME, file:PATH, or auto`,
		},
		{
			"code AUTO", `    # more`,
			`    activationCode: AUTO`,
			`f.yaml:31:21: kkts.two: activationCode: "AUTO" is neither auto nor a code
hint: write auto in small letters`,
		},
		{
			"endpoint of another scheme", `https://ofd.ru`,
			`ftp://ofd.ru`,
			`f.yaml:5:13: provider.endpoint: must be an http or https address
hint: write it as https://host`,
		},
		{
			"endpoint with a password", `https://ofd.ru`,
			`https://u:s3cr3t@ofd.ru`,
			`f.yaml:5:13: provider.endpoint: must not hold a login or password
hint: write it as https://host`,
		},
		{
			"endpoint with a query", `https://ofd.ru`,
			`https://ofd.ru/?AuthToken=s3cr3t`,
			`f.yaml:5:13: provider.endpoint: must not hold a query or a fragment
hint: write it as https://host`,
		},
		{
			"endpoint in the clear", `https://ofd.ru`,
			`http://ofd.ru`,
			`warning: f.yaml:5:13: provider.endpoint: credentials would be sent over plain http
hint: use https://`,
		},
		{
			"rate negative", `requestsPerSecond: 2`,
			`requestsPerSecond: -1`,
			`f.yaml:6:22: provider.requestsPerSecond: must be a number from 0 to 1000, this is -1
hint: 0 means without limit`,
		},
		{
			"rate infinite", `requestsPerSecond: 2`,
			`requestsPerSecond: .inf`,
			`f.yaml:6:22: provider.requestsPerSecond: must be a number from 0 to 1000, this is .inf
hint: 0 means without limit`,
		},
		{
			"rate as text", `requestsPerSecond: 2`,
			`requestsPerSecond: "2"`,
			`f.yaml:6:22: provider.requestsPerSecond: must be a number, this is text
hint: write digits without quotes`,
		},
		{
			"signer of both", `{outbox: ./outbox}`,
			`{outbox: ./outbox, exec: [sign]}`,
			`f.yaml:9:3: signers.manual: has both exec and outbox
hint: exec: [program, argument, …] signs by a program, outbox: FOLDER lays documents out for people`,
		},
		{
			"signer of neither", `{outbox: ./outbox}`,
			`{detached: true}`,
			`f.yaml:9:3: signers.manual: has neither exec nor outbox
hint: exec: [program, argument, …] signs by a program, outbox: FOLDER lays documents out for people`,
		},
		{
			"signer as a line", `{outbox: ./outbox}`,
			`{exec: cryptcp -sign}`,
			`f.yaml:9:18: signers.manual: exec: must be a list, this is text
hint: write it as [program, argument, …]: no shell takes it apart`,
		},
		{
			"PIN in a command", `{outbox: ./outbox}`,
			`{exec: [cryptcp, -sign, -pin, 1234]}`,
			`f.yaml:9:18: signers.manual: exec: a PIN stands on the command line, after "-pin"
hint: a signer's program gets the variables that begin with SIGNER_: give it there, by a script of your own if need be (docs/signing.md)`,
		},
		{
			"password in a command", `{outbox: ./outbox}`,
			`{exec: [openssl, cms, -passin, "pass:secret"]}`,
			`f.yaml:9:18: signers.manual: exec: a password stands on the command line
hint: a signer's program gets the variables that begin with SIGNER_: give it there, by a script of your own if need be (docs/signing.md)`,
		},
		{
			"signer of no program", `{outbox: ./outbox}`,
			`{exec: []}`,
			`f.yaml:9:18: signers.manual: exec: names no program
hint: write it as [program, argument, …]`,
		},
	}
}
