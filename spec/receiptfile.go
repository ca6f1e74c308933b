package spec

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/kktctl/kktctl/spec/diag"
	"gopkg.in/yaml.v3"
)

// The services that print receipts of cloud tills.
const (
	KindCheckOnline = "checkonline" // document 002
	KindOrangeData  = "orangedata"  // document 003
)

// ReceiptFile is a receipt or a correction to send. What it holds has the
// names and units of the service's own document. Exactly one of Receipt and
// Correction is set.
type ReceiptFile struct {
	Kind    string // KindCheckOnline or KindOrangeData
	Company string // key in the fleet
	// ID is the RequestId (002) or id (003): the same one is printed once.
	ID         string
	Receipt    Written
	Correction Written
	Pos        diag.Pos
	CompanyPos diag.Pos
}

// maxReceiptBytes bounds a receipt's file; the longest receipt has some
// hundreds of lines.
const maxReceiptBytes = 1 << 20

const receiptHint = `a receipt file has the keys kind, company, id and receipt (or correction)`

// idForm is what both services take for an id, and what can stand in an
// address, a path and a command without being escaped.
var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+@:=-]{0,63}$`)

// CheckReceiptID tells whether s can be the id of a receipt.
func CheckReceiptID(s string) error {
	if !idForm.MatchString(s) {
		return errors.New("is not an id: 1 to 64 Latin letters, digits and . _ + @ : = - are, beginning with a letter or digit")
	}
	return nil
}

// LoadReceipt reads a receipt's file. suggest makes an id for a file that has
// none. A result that comes with errors is there to look for more of them: its
// kind and its document are known. Else it is nil.
func LoadReceipt(path string, suggest func() string) (*ReceiptFile, diag.List) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = errNotAFile
	case info.Size() > maxReceiptBytes:
		err = fmt.Errorf("the file is larger than %d KiB", maxReceiptBytes>>10)
	}
	if err != nil {
		return nil, asReceipt(unreadable(path, err))
	}
	src, list := readSource(path, maxReceiptBytes)
	if list.HasErrors() {
		return nil, asReceipt(list)
	}
	return ParseReceipt(src, suggest)
}

// asReceipt words what could not be read for a receipt.
func asReceipt(list diag.List) diag.List {
	for i := range list {
		list[i].Summary = strings.Replace(list[i].Summary, "the fleet", "the receipt", 1)
		list[i].Hint = "name the file of one receipt"
	}
	return list
}

// ParseReceipt reads a receipt from a file's content. It does no I/O.
func ParseReceipt(src Source, suggest func() string) (*ReceiptFile, diag.List) {
	r := newReader()
	r.form = form{"receipt", receiptHint}
	r.file = src.Name
	r.list.order[src.Name] = 0
	root := r.parse(src.Data)
	if root == nil {
		return nil, r.list.sorted()
	}
	f := r.receiptFile(root, suggest)
	list := r.list.sorted()
	if list.HasErrors() && (f.Kind == "" || f.Receipt.IsZero() == f.Correction.IsZero()) {
		return nil, list
	}
	return f, list
}

func receiptSchema() schema[ReceiptFile] {
	return schema[ReceiptFile]{
		{"kind", func(r *reader, n *yaml.Node, f *ReceiptFile) {
			f.Kind = r.needOneOf(n, KindCheckOnline, KindOrangeData)
		}},
		{"company", func(r *reader, n *yaml.Node, f *ReceiptFile) {
			f.Company, _ = r.needText(n)
			f.CompanyPos = r.pos(n)
		}},
		{"id", func(r *reader, n *yaml.Node, f *ReceiptFile) {
			f.ID = r.needChecked(n, CheckReceiptID, "the number of the order makes a good one")
		}},
		{"receipt", func(r *reader, n *yaml.Node, f *ReceiptFile) { f.Receipt = r.ownForm(n) }},
		{"correction", func(r *reader, n *yaml.Node, f *ReceiptFile) { f.Correction = r.ownForm(n) }},
	}
}

// ownForm keeps a map whose form is the service's.
func (r *reader) ownForm(n *yaml.Node) Written {
	r.may(func(p *Place) { p.Free = true })
	if isNull(n) || deref(n).Kind == yaml.MappingNode && len(deref(n).Content) == 0 {
		r.errorAt(n, "write the fields of the service's document under it", "is empty")
		return Written{}
	}
	if !r.wantMap(n) {
		return Written{}
	}
	return r.written(n)
}

func (r *reader) receiptFile(root *yaml.Node, suggest func() string) *ReceiptFile {
	f := &ReceiptFile{Pos: r.pos(root)}
	s := receiptSchema()
	g := s.read(r, root, f)
	s.need(r, root, g, "kind", "company")
	r.mayNeed([]string{"id"})
	if !s.has(g, "id") {
		r.within("id", func() {
			r.errorAt(root, "the number of the order makes a good one; or take this one: id: "+suggest(),
				"is missing: by it a receipt that is sent twice is printed once")
		})
	}
	switch both := s.has(g, "receipt") && s.has(g, "correction"); {
	case both:
		r.errorAt(root, "put the correction into a file of its own", "holds both a receipt and a correction")
	case !s.has(g, "receipt") && !s.has(g, "correction"):
		r.within("receipt", func() { r.errorAt(root, receiptHint, "is missing") })
	}
	return f
}
