package ofd

import (
	"context"
	"errors"
	"strings"

	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/providers/ofd/signer"
)

// maxPapers bounds the papers of one application; the examples have two.
const maxPapers = 100

// Paper is a file of an application: what was laid out to be signed, what the
// tax service answered with, the printed form, the card.
type Paper struct {
	// Name is what the service calls it: hostile text, not a name for a file.
	Name string
	// Ext is the file's extension, with its dot, by what is in it.
	Ext  string
	Data []byte
	Err  error // why it could not be had
}

// Papers gives the papers of an application one by one (004 tables 10, 10.5
// and 10.6). What one cannot be had for stands in its Err; an error of each
// ends it.
func (o *Observer) Papers(ctx context.Context, id string, simplified bool, each func(Paper) error) error {
	app, err := o.partner.Application(ctx, id)
	if err != nil {
		return withHint(err)
	}
	if len(app.Documents)+len(app.ResultDocs) > maxPapers {
		return errors.New("the application has more papers than any can have: they were not read")
	}
	for _, d := range app.Documents {
		if d.Content == "" {
			continue // it is gone once signed
		}
		if err := each(outgoing(d)); err != nil {
			return err
		}
	}
	for _, read := range o.fetches(app, simplified) {
		p := read(ctx)
		if p.Err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := each(p); err != nil {
			return err
		}
	}
	return nil
}

// fetches are the papers that have an address of their own.
func (o *Observer) fetches(app partner.Application, simplified bool) []func(context.Context) Paper {
	fetch := func(name string, get func(context.Context) ([]byte, error)) func(context.Context) Paper {
		return func(ctx context.Context) Paper {
			data, err := get(ctx)
			return Paper{Name: name, Ext: extension(data), Data: data, Err: err}
		}
	}
	var out []func(context.Context) Paper
	for _, d := range app.ResultDocs {
		out = append(out, fetch(strings.TrimSuffix(d.DocType+"-"+d.ReportTypeID, "-"), func(ctx context.Context) ([]byte, error) {
			return o.partner.ResultPaper(ctx, d)
		}))
	}
	if simplified {
		out = append(out, fetch("card", func(ctx context.Context) ([]byte, error) {
			status, err := o.partner.SimplifiedStatus(ctx, app.ID)
			if err == nil && !strings.EqualFold(status, partner.SimplifiedSuccess) {
				err = errors.New("the card is not found yet: " + signer.Clean(status, 40))
			}
			if err != nil {
				return nil, err
			}
			return o.partner.SimplifiedCard(ctx, app.ID)
		}))
	}
	return append(out, fetch("application", func(ctx context.Context) ([]byte, error) {
		return o.partner.PrintedForm(ctx, app.ID)
	}))
}

// outgoing is a document that waits to be signed, decoded for people.
func outgoing(d partner.Document) Paper {
	data, err := signer.DecodeContent(d.Content)
	if err != nil {
		return Paper{Name: d.FileName, Ext: ".b64", Data: []byte(d.Content)}
	}
	return Paper{Name: d.FileName, Ext: extension(data), Data: data}
}

// extension tells what a paper is by its first bytes: what the service says of
// it must not make a program of it.
func extension(data []byte) string {
	for _, k := range []struct{ magic, ext string }{
		{"%PDF-", ".pdf"},
		{"<?xml", ".xml"},
		{"PK\x03\x04", ".zip"},
	} {
		if strings.HasPrefix(string(data[:min(len(data), 8)]), k.magic) {
			return k.ext
		}
	}
	return ".bin"
}
