package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/ferma/orangedata"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// fermaAccess reads the certificates and keys of Ferma's services that the
// fleet declares. It is called where a receipt is to be sent or asked for:
// nothing else needs them.
func fermaAccess(fleet *spec.Fleet, s *secrets, c *ofd.Config) error {
	var all *multierror.Error
	for _, service := range []struct {
		kind     string
		declared spec.Ferma
		access   *ofd.FermaAccess
	}{
		{spec.KindCheckOnline, fleet.Provider.CheckOnline, &c.CheckOnline},
		{spec.KindOrangeData, fleet.Provider.OrangeData, &c.OrangeData},
	} {
		what := "provider.ferma." + service.kind
		if service.declared.Certificate.IsZero() {
			continue
		}
		access, err := s.ferma(service.declared, what)
		if err == nil {
			err = s.checkEnd(service.declared.Certificate, what+".certificate", access.Certificate, c.Now(), fleet.Policy.RenewBefore)
		}
		if err != nil {
			all = multierror.Append(all, err)
			noteFerma(c, service.kind, err)
			continue
		}
		*service.access = access
	}
	return all.ErrorOrNil()
}

// noteFerma keeps the first reason why a service cannot be used, for the step
// that needs it.
func noteFerma(c *ofd.Config, kind string, err error) {
	var many *multierror.Error
	if errors.As(err, &many) {
		err = many.Errors[0]
	}
	if c.NoFerma == nil {
		c.NoFerma = map[string]error{}
	}
	c.NoFerma[kind] = err
}

// ferma reads the files of one service.
func (s *secrets) ferma(f spec.Ferma, what string) (ofd.FermaAccess, error) {
	var access ofd.FermaAccess
	certificate, noCertificate := s.public(f.Certificate, what+".certificate")
	key, noKey := s.file(f.Key, what+".key", true)
	if err := multierror.Append(nil, noCertificate, noKey).ErrorOrNil(); err != nil {
		return access, err
	}
	var err error
	if access.Certificate, err = ofd.ClientCertificate(certificate, key); err != nil {
		return access, secretError(f.Certificate, what+".certificate", err.Error(),
			fmt.Sprintf("certificate is a PEM file, key the PEM file of its key: %s", f.Key))
	}
	if f.SigningKey.IsZero() {
		return access, nil
	}
	text, err := s.file(f.SigningKey, what+".signingKey", true)
	if err != nil {
		return access, err
	}
	if access.SigningKey, err = orangedata.ParseSigningKey(text); err != nil {
		return access, secretError(f.SigningKey, what+".signingKey", err.Error(), "it is an RSA key as a PEM file, without a passphrase")
	}
	return access, nil
}

// checkEnd refuses a certificate that has run out, and warns of one that will
// soon: the service would refuse it when a receipt is due.
func (s *secrets) checkEnd(ref spec.Secret, what string, certificate *tls.Certificate, now time.Time, before time.Duration) error {
	end := certificate.Leaf.NotAfter
	const hint = "the client's cabinet of OFD.ru gives a new one, under Ferma"
	switch day := end.UTC().Format(time.DateOnly); {
	case now.After(end):
		return secretError(ref, what, "the certificate ran out on "+day, hint)
	case now.Add(before).After(end):
		s.notes = append(s.notes, diag.Diagnostic{
			Severity: diag.Warning, Pos: ref.Pos, Summary: fmt.Sprintf("%s: the certificate %s runs out on %s", what, ref, day), Hint: hint,
		})
	}
	return nil
}

// sandboxFerma gives the access that the simulated service grants. The
// fleet's own certificates are not read.
func sandboxFerma(authority *sim.Authority, fleet *spec.Fleet, kinds []string, c *ofd.Config) error {
	client, err := authority.Client("")
	if err != nil {
		return err
	}
	c.CheckOnline.Certificate, c.OrangeData.Certificate = &client, &client
	if !usesOrangeData(fleet) && !slices.Contains(kinds, spec.KindOrangeData) {
		return nil
	}
	c.OrangeData.SigningKey, err = authority.SigningKey() // it takes a while
	return err
}

func usesOrangeData(fleet *spec.Fleet) bool {
	for _, check := range fleet.Checks {
		if check.Kind == "orangedata" {
			return true
		}
	}
	return !fleet.Provider.OrangeData.Certificate.IsZero()
}
