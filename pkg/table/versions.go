package table

import (
	"fmt"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/record"
)

// translation moves the packed bytes of an older codebook to their places in
// the current one. Indexes never change, so the bytes themselves stay.
type translation struct {
	width int
	moves []move
	added []record.Column // fields that the older codebook did not have
}

type move struct{ from, to, width int }

// Accept lets the Builder take records made with an older codebook. Fields
// that it did not have are counted as not recorded.
func (b *Builder) Accept(old *codelist.Book) error {
	from := record.NewSchema(old)
	t := &translation{width: from.Width}
	for _, to := range b.columns.schema.Columns {
		was, ok := from.Column(to.Field.Name)
		if !ok {
			t.added = append(t.added, to)
			continue
		}
		if err := sameShape(was, to); err != nil {
			return fmt.Errorf("codebook version %d: field %q: %w", old.Version, to.Field.Name, err)
		}
		t.moves = append(t.moves, move{from: was.Offset, to: to.Offset, width: was.Width})
	}
	if _, current := b.versions[old.Version]; !current {
		b.versions[old.Version] = t
	}
	return nil
}

// sameShape checks what the codebook promises: the same shape, and every old
// code under its old index.
func sameShape(was, now record.Column) error {
	if was.Field.Kind != now.Field.Kind || was.Field.Multi != now.Field.Multi || was.Field.Min != now.Field.Min {
		return fmt.Errorf("it was of another shape")
	}
	indexes := make(map[codelist.Code]int)
	for _, e := range now.List.Entries {
		indexes[e.Code] = e.Index
	}
	for _, e := range was.List.Entries {
		if index, ok := indexes[e.Code]; !ok || index != e.Index {
			return fmt.Errorf("code %q lost its index", e.Code)
		}
	}
	return nil
}

func (t *translation) apply(answers, into record.Answers) (record.Answers, error) {
	if len(answers) != t.width {
		return nil, fmt.Errorf("packed answers of %d bytes, %d expected", len(answers), t.width)
	}
	clear(into)
	for _, m := range t.moves {
		copy(into[m.to:m.to+m.width], answers[m.from:m.from+m.width])
	}
	for _, column := range t.added {
		into[column.Offset] = missingByte(column, notRecorded)
	}
	return into, nil
}
