package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/sealed"
)

// opened is what a command knows of a store that it opened.
type opened struct {
	codec  state.Codec
	sealer *sealed.Sealer // nil: nothing is declared, and there is no identity
	place  statePlace
}

// fresh gives what a file that belongs to the state is read with: what it
// says is no word on the stored state.
func (o opened) fresh() state.Codec {
	if o.sealer == nil {
		return state.Codec{}
	}
	return state.Encrypted(o.sealer)
}

// codecOf gives what a store is written and read with.
func (a *App) codecOf(store state.Store) state.Codec { return a.opened[store].codec }

// stateCodec gives what a state is written and read with: as the fleet file
// declares its encryption, or else the environment.
func (a *App) stateCodec(g *globals, p statePlace) (opened, error) {
	o := opened{place: p}
	if g.Sandbox {
		return o, nil
	}
	s := stateSettings{file: p.settings, secrets: &secrets{dir: p.dir, env: a.Env}}
	recipients := p.settings.Encryption.Recipients
	if len(recipients) == 0 {
		recipients = strings.FieldsFunc(s.variable("recipients"), func(r rune) bool { return r == ',' || r == '\n' })
	}
	from := stateVariable("identity")
	if ref := p.settings.Encryption.Identity; !ref.IsZero() {
		from = ref.String()
	}
	identity := s.secret(p.settings.Encryption.Identity, "encryption.identity")
	if p.settings.Encryption.Identity.IsZero() {
		identity = s.variable("identity")
	}
	a.showDiagnostics(g, s.secrets.notes)
	if len(recipients) == 0 && identity == "" {
		return o, s.missing.ErrorOrNil()
	}
	var err error
	if missing := s.missing.ErrorOrNil(); missing != nil {
		o.sealer, err = sealed.WriteOnly(recipients, missing) // unlock does without, and what is plain
	} else {
		o.sealer, err = sealed.New(recipients, identity, from)
	}
	if err != nil {
		d := fromText("state.encryption: " + err.Error())
		d.Pos = p.settings.Encryption.Pos
		return o, d
	}
	o.codec = state.Encrypted(o.sealer)
	if p.plain {
		o.codec = o.codec.Plain()
	}
	return o, nil
}

// secure sees to it that a state which is about to be written is encrypted as
// declared, before anything else is written to it.
func (a *App) secure(ctx context.Context, g *globals, store state.Store, s *apply.Session) error {
	o := a.opened[store]
	if o.sealer == nil {
		return nil
	}
	want, have := o.sealer.Recipients(), o.codec.Stored()
	if o.place.plain {
		want = nil
	}
	switch {
	case !s.Exists():
		return readable(o.sealer)
	case slices.Equal(want, have):
		return nil
	case len(want) == 0 && !o.place.plain:
		return keepSealed(a.program(g), o, have)
	}
	if err := readable(o.sealer); err != nil && len(want) > 0 {
		return err
	}
	if err := s.Rewrite(ctx); err != nil {
		return err
	}
	if _, _, err := store.Load(ctx); err != nil {
		return fmt.Errorf("the state %s was encrypted anew and cannot be read back: %w", store.Location(), err)
	}
	a.showNotices(g, []string{sealedNotice(store, have, want)})
	return nil
}

func sealedNotice(store state.Store, have, want []string) string {
	if len(want) == 0 {
		return store.Location() + " is plain text from now on: whoever can read the place where it is stored can read it"
	}
	if len(have) == 0 {
		return fmt.Sprintf("%s was plain text and is encrypted from now on, for %s\nhint: copies made of it before, and older versions that its store keeps, are plain text still", store.Location(), keyNames(want))
	}
	return fmt.Sprintf("%s is encrypted anew, for %s\nhint: copies made of it before, and older versions that its store keeps, can still be read with the former keys, %s", store.Location(), keyNames(want), keyNames(have))
}

// readable refuses to write what this very process could not read back.
func readable(s *sealed.Sealer) error {
	if len(s.Recipients()) == 0 {
		return nil
	}
	wrapped, err := s.Wrap([]byte("readable"), s.Recipients())
	if err == nil {
		_, err = s.Unwrap(wrapped)
	}
	if err != nil {
		return fmt.Errorf("nothing is written: it could not be read back here: it would be encrypted for %s, but %w", keyNames(s.Recipients()), err)
	}
	return nil
}

// keepSealed refuses to go on with an encrypted state under a fleet file that
// declares no encryption: was it taken out, or forgotten? Where there is no
// fleet file the state stays encrypted for whom it was.
func keepSealed(program string, o opened, have []string) error {
	if !o.place.declared || len(have) == 0 {
		return nil
	}
	return diag.Diagnostic{
		Summary: "the state is encrypted, but the fleet file declares no state.encryption: nothing is written",
		Hint: fmt.Sprintf("declare it again, with recipients: [%s]; or decrypt the state for good:\n%s state rekey --plain",
			strings.Join(have, ", "), program),
	}
}

// keepCopySealed sees to it that a copy of what was encrypted for had, to be
// written to a store where no state is yet, does not become plain text.
func (a *App) keepCopySealed(g *globals, store state.Store, had []string) error {
	o := a.opened[store]
	if o.sealer != nil && len(o.sealer.Recipients()) > 0 {
		return nil
	}
	if !o.place.declared || len(had) == 0 {
		return o.codec.Keep(had)
	}
	return diag.Diagnostic{
		Summary: "what is to be written is encrypted, but the fleet file declares no state.encryption: nothing is written",
		Hint: fmt.Sprintf("declare it, with recipients: [%s]; or, for plain text, decrypt what it comes from first: %s state rekey --plain for a state, state pull without --sealed for a copy",
			strings.Join(had, ", "), a.program(g)),
	}
}

// keyNames names public keys for a message.
func keyNames(keys []string) string {
	var out []string
	for _, k := range keys {
		if strings.HasPrefix(k, "ssh-") && len(k) > 60 {
			k = k[:20] + "…" + k[len(k)-12:]
		}
		out = append(out, k)
	}
	return strings.Join(out, ", ")
}
