package table

import (
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/record"
)

// segmentRows is how many rows a segment holds: its columns together stay
// within the second-level cache, and nothing is copied as a period grows.
const segmentRows = 1 << 16

// firstRows is the size of the first segment, which doubles: most periods of
// most members are small.
const firstRows = 256

// segment holds rows as one slice for each packed byte; nil for one that is
// not kept.
type segment struct {
	rows  int
	bytes [][]byte
}

// rows are segments, full but for the last.
type rows struct {
	segments []segment
	count    int
}

// Columns are the records of one period as byte columns. They are read-only:
// any number of goroutines may count them at once.
type Columns struct {
	set       *figure.Set
	schema    *record.Schema
	kept      []int // offsets of the packed bytes that are kept, ascending
	keeps     map[codelist.FieldName]bool
	full      rows
	countOnly rows
}

// Records is how many full records there are: those that every universe draws on.
func (c *Columns) Records() int { return c.full.count }

// CountOnly is how many records count among contacts and persons alone.
func (c *Columns) CountOnly() int { return c.countOnly.count }

// Contacts is how many records there are of either kind.
func (c *Columns) Contacts() int { return c.full.count + c.countOnly.count }

// Bytes is the memory that the columns take.
func (c *Columns) Bytes() int {
	n := 0
	for _, r := range []rows{c.full, c.countOnly} {
		for _, s := range r.segments {
			for _, b := range s.bytes {
				n += len(b)
			}
		}
	}
	return n
}

// Width is how many bytes a record takes in the columns.
func (c *Columns) Width() int { return len(c.kept) }

// Builder builds Columns from packed answers. It is not safe for concurrent use.
type Builder struct {
	columns   *Columns
	countOnly [256]bool
	gate      int // offset of the byte that tells a count-only record
	versions  map[codelist.Version]*translation
	scratch   record.Answers
}

// NewBuilder keeps the columns of the given fields, or of all when none is
// given, laid out by the set's codebook.
func NewBuilder(set *figure.Set, fields ...codelist.FieldName) (*Builder, error) {
	schema := record.NewSchema(set.Book)
	c := &Columns{set: set, schema: schema, keeps: make(map[codelist.FieldName]bool)}
	if len(fields) == 0 {
		for _, column := range schema.Columns {
			fields = append(fields, column.Field.Name)
		}
	}
	for _, name := range fields {
		column, ok := schema.Column(name)
		if !ok {
			return nil, fmt.Errorf("field %q has no column", name)
		}
		if c.keeps[name] {
			continue
		}
		c.keeps[name] = true
		for i := range column.Width {
			c.kept = append(c.kept, column.Offset+i)
		}
	}
	slices.Sort(c.kept)
	b := &Builder{columns: c, versions: map[codelist.Version]*translation{set.Book.Version: nil}, scratch: schema.Blank()}
	return b, b.findGate()
}

func (b *Builder) findGate() error {
	condition := b.columns.set.CountOnly
	column, ok := b.columns.schema.Column(condition.Field)
	if !ok || column.Field.Multi {
		return fmt.Errorf("count-only is told by %q, which is no single-valued field", condition.Field)
	}
	b.gate = column.Offset
	b.countOnly = codeSet(column, condition.Codes)[0]
	return nil
}

// Add appends one record. answers is copied.
func (b *Builder) Add(version codelist.Version, answers record.Answers) error {
	translation, ok := b.versions[version]
	if !ok {
		return fmt.Errorf("a record of codebook version %d, which was not given to Accept", version)
	}
	if translation != nil {
		var err error
		if answers, err = translation.apply(answers, b.scratch); err != nil {
			return err
		}
	}
	if len(answers) != b.columns.schema.Width {
		return fmt.Errorf("packed answers of %d bytes, %d expected", len(answers), b.columns.schema.Width)
	}
	if b.countOnly[answers[b.gate]] {
		b.columns.countOnly.add(b.columns.kept, answers)
	} else {
		b.columns.full.add(b.columns.kept, answers)
	}
	return nil
}

// Columns gives what was added. The Builder must not be used afterwards.
func (b *Builder) Columns() *Columns { return b.columns }

func (r *rows) add(kept []int, answers record.Answers) {
	last := len(r.segments) - 1
	if last < 0 || r.segments[last].rows == r.capacity(kept) {
		last = r.grow(kept, len(answers))
	}
	s := &r.segments[last]
	for _, offset := range kept {
		s.bytes[offset][s.rows] = answers[offset]
	}
	s.rows++
	r.count++
}

// capacity is how many rows the last segment has room for.
func (r *rows) capacity(kept []int) int {
	if len(kept) == 0 {
		return segmentRows
	}
	return len(r.segments[len(r.segments)-1].bytes[kept[0]])
}

// grow makes room: the only segment doubles until it is full, then others follow.
func (r *rows) grow(kept []int, width int) int {
	size := segmentRows
	if len(r.segments) == 0 {
		size = firstRows
	}
	fresh := segment{bytes: make([][]byte, width)}
	if len(r.segments) == 1 && r.segments[0].rows < segmentRows {
		old := r.segments[0]
		r.segments, size, fresh.rows = nil, 2*old.rows, old.rows
		for _, offset := range kept {
			fresh.bytes[offset] = append(make([]byte, 0, size), old.bytes[offset]...)
		}
	}
	for _, offset := range kept {
		if fresh.bytes[offset] == nil {
			fresh.bytes[offset] = make([]byte, size)
		}
		fresh.bytes[offset] = fresh.bytes[offset][:size]
	}
	r.segments = append(r.segments, fresh)
	return len(r.segments) - 1
}
