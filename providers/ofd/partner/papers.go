package partner

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// maxPaper bounds one paper, in bytes. Those of the examples have 125 kB.
const maxPaper = 32 << 20

// resultPath is the only form that the link of a result document has in the
// examples (004 §7.5, §7.6.4, §7.7.4). Host and query of a link are never
// used: what is fetched comes from the service that the fleet names, with a
// token of our own.
var resultPath = regexp.MustCompile(`^/api/kkt/application/doc/[0-9A-Fa-f-]{8,64}/[0-9]{1,18}/[0-9]{1,18}$`)

// ErrForeignLink tells that a paper's link is none that the documents show.
var ErrForeignLink = errors.New("its link is not of the form that the documents show: it was not followed")

// ResultPaper reads a paper of the tax service (004 table 10.6).
func (r *Reader) ResultPaper(ctx context.Context, doc ResultDoc) ([]byte, error) {
	link, err := url.Parse(doc.DownloadURI)
	if err != nil || !resultPath.MatchString(link.EscapedPath()) {
		return nil, ErrForeignLink
	}
	return r.paper(ctx, "read the paper "+doc.DocType, link.EscapedPath(), nil)
}

// PrintedForm reads the printed form of an application (004 table 10,
// DownloadUri), which the examples give one address.
func (r *Reader) PrintedForm(ctx context.Context, id string) ([]byte, error) {
	if err := checkID("application", id); err != nil {
		return nil, err
	}
	return r.paper(ctx, "read the printed form of "+id, "/document/KktRegistrationApplication", url.Values{"Id": {id}, "format": {"pdf"}})
}

// SimplifiedCard reads the card that a simplified registration led to (004
// §7.2.1, DownloadUrl).
func (r *Reader) SimplifiedCard(ctx context.Context, id string) ([]byte, error) {
	if err := checkID("application", id); err != nil {
		return nil, err
	}
	return r.paper(ctx, "read the card of "+id, registrationPath+"/"+httpapi.Segment(id)+"/simplified/download", nil)
}

func (r *Reader) paper(ctx context.Context, op, path string, query url.Values) ([]byte, error) {
	var file []byte
	err := r.api.Get(ctx, httpapi.Call{
		Op: op, Path: path, Query: query, Token: r.token, Limit: maxPaper, Header: http.Header{"Accept": {"*/*"}},
		Judge: func(a httpapi.Answer) (httpapi.Outcome, error) {
			file = a.Body
			return httpapi.OutcomeRefused, noPaper(a)
		},
	})
	if err != nil {
		return nil, err
	}
	return file, nil
}

// noPaper tells why an answer is no paper: a page for people or a failure in
// JSON must not be kept as one.
func noPaper(a httpapi.Answer) error {
	body := bytes.TrimSpace(bytes.TrimPrefix(a.Body, []byte("\xef\xbb\xbf")))
	switch {
	case a.Status != http.StatusOK:
		return errors.New("there is no such paper")
	case len(body) == 0:
		return errors.New("the paper is empty")
	case body[0] == '{':
		return errors.New("the answer is not a paper")
	case body[0] == '<' && !bytes.HasPrefix(body, []byte("<?xml")):
		return errors.New("the answer is a page, not a paper")
	}
	return nil
}
