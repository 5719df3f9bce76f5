package table_test

import (
	"testing"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/table"
)

// older gives a codebook before the current one: without the last code of
// gender and without the field pregnant.
func older(t *testing.T, now *codelist.Book) *codelist.Book {
	t.Helper()
	was := &codelist.Book{Version: now.Version - 1, Lists: make(map[string]codelist.List), Missing: now.Missing}
	for _, f := range now.Fields {
		if f.Name != "pregnant" {
			was.Fields = append(was.Fields, f)
		}
	}
	for name, l := range now.Lists {
		if name == "gender" {
			l.Entries = l.Entries[:len(l.Entries)-1]
		}
		was.Lists[name] = codelist.List{Name: l.Name, Entries: l.Entries}
	}
	return was
}

func TestRecordsOfAnOlderCodebookAreCountedByTheCurrentOne(t *testing.T) {
	set := figures(t)
	was := older(t, set.Book)
	schema := record.NewSchema(was)
	answers := schema.Blank()
	for field, code := range map[codelist.FieldName]codelist.Code{
		"consent_statistics": "yes", "gender": "man", "exploitation_types": "forced_begging", "case_phase": "new",
	} {
		c, _ := schema.Column(field)
		if err := schema.Set(answers, c, code); err != nil {
			t.Fatal(err)
		}
	}
	b, err := table.NewBuilder(set)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Add(was.Version, answers); err == nil {
		t.Error("took a record of a codebook it does not know")
	}
	if err := b.Accept(was); err != nil {
		t.Fatal(err)
	}
	if err := b.Add(was.Version, answers); err != nil {
		t.Fatal(err)
	}
	if err := b.Add(was.Version, answers[1:]); err == nil {
		t.Error("took packed answers that are too short")
	}
	if err := b.Add(set.Book.Version, answers); err == nil {
		t.Error("took packed answers of another codebook's width")
	}
	for field, code := range map[codelist.FieldName]codelist.Code{
		"gender": "man", "exploitation_types": "forced_begging", "pregnant": codelist.NotRecorded,
	} {
		question, err := table.Ask(set, table.Spec{
			Dimensions: dimensions("case_phase"),
			Filters:    []codelist.Condition{{Field: field, Codes: []codelist.Code{code}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := b.Columns().Count(question); err != nil || got.Records != 1 {
			t.Errorf("%s = %s: %v records (%v), want 1", field, code, got, err)
		}
	}
}

func TestAcceptRefusesACodebookThatBrokeItsPromise(t *testing.T) {
	set := figures(t)
	b, err := table.NewBuilder(set)
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*codelist.Book){
		"an index that moved": func(book *codelist.Book) {
			l := book.Lists["gender"]
			l.Entries = append([]codelist.Entry(nil), l.Entries...)
			l.Entries[0].Index, l.Entries[1].Index = 1, 0
			book.Lists["gender"] = l
		},
		"a code that went": func(book *codelist.Book) {
			l := book.Lists["gender"]
			l.Entries = append([]codelist.Entry{{Code: "lady", Index: 9}}, l.Entries...)
			book.Lists["gender"] = l
		},
		"a field of another shape": func(book *codelist.Book) {
			for i := range book.Fields {
				if book.Fields[i].Name == "gender" {
					book.Fields[i].Multi = true
				}
			}
		},
	} {
		book := older(t, set.Book)
		spoil(book)
		if err := b.Accept(book); err == nil {
			t.Errorf("accepted %s", name)
		}
	}
}

func TestBuilderRefusesAFieldWithoutAColumn(t *testing.T) {
	if _, err := table.NewBuilder(figures(t), "contact_year"); err == nil {
		t.Error("kept the columns of a field that is not packed")
	}
}
