package record

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
)

// The fields and the code that the shape of a record hangs on.
const (
	FieldID      codelist.FieldName = "record_id"
	FieldYear    codelist.FieldName = "contact_year"
	FieldConsent codelist.FieldName = "consent_statistics"

	// Minimal is the consent to being counted and no more.
	Minimal codelist.Code = "minimal"

	// versionMember stands beside a record in a batch; it is no field.
	versionMember = "version"
)

// follows names the core fields that may be left out where a rule makes them
// not applicable; the other core fields must always be sent.
var follows = map[codelist.FieldName]bool{"children_count": true, "police_report_barriers": true}

// Limits bound what one submission may take. Zero stands for the default.
type Limits struct {
	RecordBytes int   // of one JSON body, NDJSON line or CSV line; 16 KiB
	BatchRows   int   // 50,000
	BatchBytes  int64 // 64 MiB
	Details     int   // reported of one record, after which it is read no further; 20
}

func (l Limits) orDefault() Limits {
	if l.RecordBytes == 0 {
		l.RecordBytes = 16 << 10
	}
	if l.BatchRows == 0 {
		l.BatchRows = 50_000
	}
	if l.BatchBytes == 0 {
		l.BatchBytes = 64 << 20
	}
	if l.Details == 0 {
		l.Details = 20
	}
	return l
}

// Options are what a reading depends on besides the codebook.
type Options struct {
	Legacy bool // an import declared as legacy may leave core fields not_recorded (R11)
	Limits Limits
}

// Row is one record as it was read. It may be used only if Details is empty.
type Row struct {
	Number   int    // 1-based: the line of NDJSON, the line after the header of CSV; 0 of a single body
	Record   Record // without an ID if it came as a single body
	Version  int    // that the sender expects to replace; 0 if not said
	Details  []fault.Detail
	Warnings []fault.Detail // do not hinder the record
}

// Refusal gives the error of a row that may not be used, nil for a good one.
func (r Row) Refusal() error {
	if len(r.Details) == 0 {
		return nil
	}
	kind := fault.Invalid
	for _, d := range r.Details {
		if d.Code == CodeTooLarge {
			kind = fault.TooLarge
		} else if malformed[d.Code] {
			kind = fault.Malformed
		}
	}
	return fault.New(kind, CodeRecordRefused, r.Details...)
}

// malformed are the codes of bytes that could not be read to their end.
var malformed = map[fault.Code]bool{
	CodeEmptyBody: true, CodeMalformedJSON: true, CodeNotAnObject: true, CodeTrailingData: true, CodeByteOrderMark: true,
	CodeInvalidUTF8: true, CodeLoneSurrogate: true, CodeTooDeep: true, CodeRowColumns: true, CodeRowQuotes: true,
}

// Reader reads records made with one codebook. It is safe for concurrent use.
type Reader struct {
	schema   *Schema
	members  map[string]*member
	columns  []*member // in the codebook's order
	year     *member
	id       *member
	version  *member
	consent  *test // met by a count-only record; nil in a codebook without
	premises []premise
	shield   shield
	scans    sync.Pool // of *scanner
}

// role is what a member of a record is read as.
type role uint8

const (
	oneCode role = iota
	severalCodes
	number
	year
	identity
	version
)

// member is one name that may stand in a record.
type member struct {
	name    string
	pointer string
	role    role
	bit     uint64     // its own in bit sets of members; that of the column if there is one
	column  *Column    // nil for contact_year, record_id and version
	demands []*premise // any of them in force makes it not applicable when left out
}

// maxColumns leaves room for the three members without a column in 64 bits.
const maxColumns = 61

// NewReader prepares reading. It fails on a codebook whose rules do not fit its
// fields.
func NewReader(schema *Schema) (_ *Reader, err error) {
	defer fault.Wrap(&err, "prepare reading by codebook %d", schema.Book.Version)
	if len(schema.Columns) > maxColumns {
		return nil, fmt.Errorf("%d columns; at most %d fit", len(schema.Columns), maxColumns)
	}
	r := &Reader{schema: schema, members: make(map[string]*member)}
	r.scans.New = func() any { return newScanner(r) }
	if r.premises, err = schema.compile(); err != nil {
		return nil, err
	}
	for i := range schema.Columns {
		if err := r.addColumn(i); err != nil {
			return nil, err
		}
	}
	r.year = r.add(string(FieldYear), year, maxColumns)
	r.id = r.add(string(FieldID), identity, maxColumns+1)
	r.version = r.add(versionMember, version, maxColumns+2)
	return r, r.findConsent()
}

// Schema gives the layout of the records that are read.
func (r *Reader) Schema() *Schema { return r.schema }

func (r *Reader) add(name string, as role, bit int) *member {
	m := &member{name: name, pointer: "/" + name, role: as, bit: 1 << bit}
	r.members[name] = m
	return m
}

func (r *Reader) addColumn(i int) error {
	c := &r.schema.Columns[i]
	if err := fits(c); err != nil {
		return err
	}
	as := oneCode
	switch {
	case c.Field.Kind == codelist.Number:
		as = number
	case c.Field.Multi:
		as = severalCodes
	}
	m := r.add(string(c.Field.Name), as, i)
	m.column = c
	r.columns = append(r.columns, m)
	if m.optional() {
		m.demands = r.demands(i)
	}
	return r.checkOrder(m, i)
}

// fits checks that every answer has a byte or a bit of its own.
func fits(c *Column) error {
	if c.Field.Kind == codelist.Number && (c.Field.Min < 0 || c.Field.Max < c.Field.Min || c.Field.Max-c.Field.Min > 255-firstCode) {
		return fmt.Errorf("field %s: the numbers do not fit into a byte", c.Field.Name)
	}
	for _, e := range c.List.Entries {
		if e.Index < 0 || !c.Field.Multi && e.Index > 255-firstCode || c.Field.Multi && 1+e.Index >= 8*c.Width {
			return fmt.Errorf("field %s: code %s does not fit its column", c.Field.Name, e.Code)
		}
	}
	return nil
}

// demands finds the premises under which a column must be not applicable.
func (r *Reader) demands(column int) (found []*premise) {
	for i := range r.premises {
		p := &r.premises[i]
		for j := range p.clauses {
			if c := &p.clauses[j]; c.column == column && c.demand() && !p.warning {
				found = append(found, p)
			}
		}
	}
	return found
}

// checkOrder makes sure that filling in left-out fields in the codebook's
// order sees what each depends on already filled in.
func (r *Reader) checkOrder(m *member, i int) error {
	for _, p := range m.demands {
		for j := i + 1; j < len(r.schema.Columns); j++ {
			if p.touches>>j&1 == 1 && !r.schema.Columns[j].Field.Core {
				return fmt.Errorf("field %s depends on a later field that may be left out", m.name)
			}
		}
	}
	return nil
}

// optional says whether the member may be left out of a full record.
func (m *member) optional() bool {
	return !m.column.Field.Core || follows[m.column.Field.Name]
}

func (r *Reader) findConsent() error {
	c, ok := r.schema.Column(FieldConsent)
	if !ok {
		return nil
	}
	if _, ok := c.places[string(Minimal)]; !ok || c.Field.Multi {
		return errors.New("field consent_statistics does not know the code minimal")
	}
	t, err := r.schema.test(codelist.Condition{Field: FieldConsent, Codes: []codelist.Code{Minimal}})
	r.consent = &t
	return err
}

// meant finds the member that a name in other letters was meant to be.
func (r *Reader) meant(name []byte) *member {
	for known, m := range r.members {
		if strings.EqualFold(known, string(name)) {
			return m
		}
	}
	return nil
}
