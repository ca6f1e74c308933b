package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/kktctl/kktctl/importer"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// beginning is what a fleet file is begun with: what no call shows.
type beginning struct {
	Name       string
	PartnerINN string
	APIKey     string // references, env:NAME or file:PATH
	Login      string
	Password   string
}

func (b *beginning) flags(f *pflag.FlagSet) {
	f.StringVar(&b.Name, "name", "", "of a new fleet (default: what its file is called)")
	f.StringVar(&b.PartnerINN, "partner-inn", "", "of a new fleet file: the partner's ИНН")
	f.StringVar(&b.APIKey, "api-key", "", "of a new fleet file: env:NAME or file:PATH of the partner's key (default env:OFD_API_KEY)")
	f.StringVar(&b.Login, "login", "", "of a new fleet file, without a key: env:NAME or file:PATH of the partner's login (default env:OFD_LOGIN)")
	f.StringVar(&b.Password, "password", "", "and of its password (default env:OFD_PASSWORD)")
}

// needless refuses what says how to begin where a fleet file is.
func (b *beginning) needless() error {
	for flag, value := range map[string]string{"--name": b.Name, "--partner-inn": b.PartnerINN, "--api-key": b.APIKey, "--login": b.Login, "--password": b.Password} {
		if value != "" {
			return fmt.Errorf("%s is for a new fleet file, and there is one: it says so itself\nhint: leave out --name, --partner-inn, --api-key, --login and --password", flag)
		}
	}
	return nil
}

// beginTarget makes the target of a fleet that has no file yet.
func (a *App) beginTarget(g *globals, o importOptions, path string) (*importTarget, error) {
	if !slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(path)) {
		return nil, fmt.Errorf("%s does not exist\nhint: -f names a fleet file, which ends with .yaml, or a folder that is there", shellWord(path))
	}
	if o.Into != "" && o.Into != "-" {
		return nil, fmt.Errorf("--into goes with a fleet that is there\nhint: -f names the file to begin: kktctl -f %s import", shellWord(o.Into))
	}
	if err := checkFolder(path, "-f"); err != nil {
		return nil, err
	}
	head, err := a.head(o, path)
	if err != nil {
		return nil, err
	}
	t := &importTarget{shown: path, path: path, mode: 0o644, head: head, dir: filepath.Dir(path), stdout: o.Into == "-"}
	fleet, problems := spec.Parse(t.dir, []spec.Source{{Name: path, Data: []byte(head.Text())}})
	if problems.HasErrors() {
		return nil, problems.Err()
	}
	t.fleet = fleet
	return t, nil
}

// head makes the beginning of a fleet file from flags and environment.
func (a *App) head(o importOptions, path string) (*importer.Head, error) {
	h := &importer.Head{Name: o.Name, PartnerINN: o.PartnerINN}
	if h.Name == "" {
		h.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	if spec.CheckName(h.Name) != nil {
		return nil, fmt.Errorf("the fleet cannot be called %q\nhint: give another name with --name: letters, digits, dots, hyphens and underscores", h.Name)
	}
	if h.PartnerINN == "" && !o.Refresh {
		return h, nil
	}
	if h.PartnerINN == "" {
		return nil, diag.Diagnostic{
			Summary: "there is no fleet file " + shellWord(path) + " yet",
			Hint: "name one with -f, or begin one here: kktctl import --partner-inn ИНН --owner ИНН/КПП=NAME, with the partner's ИНН and a company that owns tills;\n" +
				"the partner's API key is taken from OFD_API_KEY, or from what --api-key refers to",
		}
	}
	if err := fiscal.CheckINN(h.PartnerINN); err != nil {
		return nil, fmt.Errorf("--partner-inn %s %w", shellWord(h.PartnerINN), err)
	}
	if err := a.references(o, h); err != nil {
		return nil, err
	}
	if a.Env("RENTA_LOGIN") != "" && a.Env("RENTA_PASSWORD") != "" {
		h.Renta = spec.Login{Login: envSecret("RENTA_LOGIN"), Password: envSecret("RENTA_PASSWORD")}
	}
	return h, nil
}

func envSecret(name string) spec.Secret { return spec.Secret{Kind: spec.SecretEnv, Name: name} }

// references takes the partner's credentials: a key wins over a login.
func (a *App) references(o importOptions, h *importer.Head) error {
	if (o.Login == "") != (o.Password == "") {
		return errors.New("--login goes with --password")
	}
	var err error
	switch {
	case o.APIKey != "":
		h.APIKey, err = reference("--api-key", o.APIKey)
	case o.Login != "":
		var bad error
		h.Login, err = reference("--login", o.Login)
		h.Password, bad = reference("--password", o.Password)
		err = errors.Join(err, bad)
	case a.Env("OFD_API_KEY") == "" && a.Env("OFD_LOGIN") != "" && a.Env("OFD_PASSWORD") != "":
		h.Login, h.Password = envSecret("OFD_LOGIN"), envSecret("OFD_PASSWORD")
	default:
		h.APIKey = envSecret("OFD_API_KEY")
	}
	return err
}

// reference reads env:NAME or file:PATH; a secret itself is refused, and not
// repeated.
func reference(flag, s string) (spec.Secret, error) {
	kind, name, ok := strings.Cut(s, ":")
	if ok && name != "" && (kind == string(spec.SecretEnv) || kind == string(spec.SecretFile)) {
		return spec.Secret{Kind: spec.SecretKind(kind), Name: name}, nil
	}
	return spec.Secret{}, fmt.Errorf("%s takes a reference to a secret, not the secret itself\nhint: env:NAME, or file:PATH", flag)
}

// cutOwner takes ИНН/КПП=NAME apart.
func cutOwner(s string) (inn, kpp, name string) {
	numbers, name, _ := strings.Cut(s, "=")
	inn, kpp, _ = strings.Cut(numbers, "/")
	return strings.TrimSpace(inn), strings.TrimSpace(kpp), strings.TrimSpace(name)
}

// parseOwners reads the companies to declare.
func parseOwners(raw []string) ([]importer.Owner, error) {
	var out []importer.Owner
	for _, s := range raw {
		inn, kpp, name := cutOwner(s)
		wrong := func(what string) error {
			return fmt.Errorf("--owner %s: %s\nhint: a company is given as 5252012620/525201001='ООО «Север»', an entrepreneur as 526208146302='ИП Петрова Вера Ильинична'", shellWord(s), what)
		}
		switch {
		case fiscal.CheckINN(inn) != nil:
			return nil, wrong("the ИНН " + fiscal.CheckINN(inn).Error())
		case len(inn) == 10 && kpp == "":
			return nil, wrong("the КПП is missing")
		case len(inn) == 12 && kpp != "":
			return nil, wrong("an entrepreneur has no КПП")
		case kpp != "" && fiscal.CheckKPP(kpp) != nil:
			return nil, wrong("the КПП " + fiscal.CheckKPP(kpp).Error())
		case name == "":
			return nil, wrong("the name is missing")
		case spec.CheckText(name) != nil:
			return nil, wrong("the name " + spec.CheckText(name).Error())
		case slices.ContainsFunc(out, func(o importer.Owner) bool { return o.INN == inn }):
			return nil, wrong("it is given twice")
		}
		out = append(out, importer.Owner{INN: inn, KPP: kpp, Name: name})
	}
	return out, nil
}
