package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
)

// sandboxWorld finds the simulated service of a fleet: the one kept beside
// the state, else the one that lies beside the fleet file to begin with, else
// one made from the declaration.
func (a *App) sandboxWorld(g *globals, fleet *spec.Fleet, path string) (*sim.World, error) {
	world, err := readWorld(path)
	if world == nil && err == nil {
		world, err = readWorld(seedPath(g.File))
	}
	if err != nil {
		return nil, err
	}
	if world == nil {
		world = worldOf(fleet, a.now())
	}
	letIn(world, fleet)
	addCloudTills(world, fleet)
	return world, nil
}

// seedPath is where a world to begin with lies: fleet.world.json beside
// fleet.yaml, or beside a folder of its name.
func seedPath(file string) string {
	file = filepath.Clean(file)
	return strings.TrimSuffix(file, filepath.Ext(file)) + ".world.json"
}

// letIn has the sandbox's own credentials accepted, whatever the world says.
func letIn(world *sim.World, fleet *spec.Fleet) {
	if !slices.Contains(world.APIKeys, sim.DefaultAPIKey) {
		world.APIKeys = append(world.APIKeys, sim.DefaultAPIKey)
	}
	if world.PartnerLogins == nil {
		world.PartnerLogins = map[string]string{}
	}
	world.PartnerLogins[sim.DefaultPartnerLogin] = sim.DefaultPartnerPassword
	if world.Partner.INN == "" {
		world.Partner.INN = fleet.Provider.Partner.INN
	}
	if _, known := world.RentaLogins[sim.DefaultRentaLogin]; known {
		return
	}
	if world.RentaLogins == nil {
		world.RentaLogins = map[string]sim.RentaLogin{}
	}
	login := sim.RentaLogin{Password: sim.DefaultRentaPassword, Centre: sim.DefaultCentreINN}
	if names := sortedKeys(fleet.Centres); len(names) > 0 {
		login.Centre = fleet.Centres[names[0]].INN
	}
	world.RentaLogins[sim.DefaultRentaLogin] = login
}

// sandboxPaid is at which look a simulated order turns out to be paid.
const sandboxPaid = 3

// worldOf makes a service that fits a declaration: its companies are known,
// tills with an РНМ are registered as declared, its codes can be used.
func worldOf(fleet *spec.Fleet, now time.Time) *sim.World {
	world := &sim.World{Device: sim.Device{AutoReport: true, AutoFirstDocument: true}, Billing: sim.Billing{PaidPolls: sandboxPaid}}
	for _, name := range sortedKeys(fleet.Companies) {
		c := fleet.Companies[name]
		world.AddCompany(c.INN, c.KPP, c.OGRN, c.Name)
	}
	for _, name := range sortedKeys(fleet.KKTs) {
		switch k := fleet.KKTs[name]; {
		case k.RNM == "":
		case k.Registration == spec.RegistrationSimplified && k.Report != nil:
			world.Cards = append(world.Cards, cardOf(fleet, k)) // it has registered itself, and nobody has looked yet
		default:
			world.Add(liveTill(fleet, k, now))
		}
	}
	addCodes(world, fleet)
	return world
}

// cardOf is what the tax service has made of a declared till that registered
// itself.
func cardOf(fleet *spec.Fleet, k spec.KKT) *sim.Card {
	return &sim.Card{
		INN: fleet.Companies[k.Company].INN, Serial: k.Serial, RNM: k.RNM, FN: k.FN.Number, Document: k.Report.Document,
		Model: k.Model, Address: k.Address.Text(), Place: k.Place, Early: 1,
	}
}

// liveTill is a declared till as a service shows it that knows it well.
func liveTill(fleet *spec.Fleet, k spec.KKT, now time.Time) sim.SeedTill {
	return sim.SeedTill{
		INN: fleet.Companies[k.Company].INN, Serial: k.Serial, RNM: k.RNM, FN: k.FN.Number, Model: k.Model,
		Address: k.Address.Text(), Place: k.Place, OFD: k.OFD.INN,
		LastDocument: now.Add(-time.Hour), Created: now.AddDate(-1, 0, 0), FNEnd: now.AddDate(1, 0, 0),
	}
}

// addCodes puts the declared codes into the world, each as often as it is
// declared, and as many of the pool as tills want one.
func addCodes(world *sim.World, fleet *spec.Fleet) {
	type use struct {
		tariff string
		count  int
	}
	codes := map[string]use{}
	for _, name := range sortedKeys(fleet.KKTs) {
		k := fleet.KKTs[name]
		if k.ActivationCode.IsZero() {
			continue
		}
		u := use{tariff: cmp.Or(k.Tariff, "green")}
		code := declaredCode(k.ActivationCode)
		if k.ActivationCode.Auto {
			code = "POOL-" + strings.ToUpper(u.tariff)
		}
		if before, known := codes[code]; known {
			u = before
		}
		u.count++
		codes[code] = u
	}
	for _, code := range sortedKeys(codes) {
		world.AddCode(code, "Ofd", codes[code].tariff, codes[code].count)
	}
}

// declaredCode is a code as the sandbox has it.
func declaredCode(c spec.Code) string {
	if c.Literal != "" {
		return c.Literal
	}
	return sandboxCode(c.Ref)
}

// sandboxCode stands for a code that is kept elsewhere: the real one is not
// read, so that it does not end in the sandbox's file.
func sandboxCode(ref spec.Secret) string {
	sum := sha256.Sum256([]byte(ref.String()))
	return "SANDBOX-" + strings.ToUpper(hex.EncodeToString(sum[:4]))
}
