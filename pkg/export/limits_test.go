package export

import (
	"bytes"
	"fmt"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/signed"
)

// A release that no shelf would take is not rendered.
func TestWhatIsTooLargeIsRefused(t *testing.T) {
	nothing := func() ([]byte, error) { return nil, nil }
	var many files
	for i := range MaxFiles {
		many.add(fmt.Sprintf("table.%d.json", i), MediaJSON, nothing)
	}
	if all, err := many.done(); err != nil || len(all) != MaxFiles {
		t.Fatalf("%d files, %v", len(all), err)
	}
	many.add("one.more", MediaJSON, nothing)
	if all, err := many.done(); fault.CodeOf(err) != CodeTooLarge || all != nil {
		t.Errorf("a file too many: %v", err)
	}

	var large files
	large.add("a.b", MediaJSON, func() ([]byte, error) { return make([]byte, signed.MaxSize), nil })
	if _, err := large.done(); err != nil {
		t.Fatal(err)
	}
	large.add("a.c", MediaJSON, func() ([]byte, error) { return make([]byte, signed.MaxSize+1), nil })
	if _, err := large.done(); fault.CodeOf(err) != CodeTooLarge {
		t.Errorf("a byte too many: %v", err)
	}
}

func TestTheFirstErrorStays(t *testing.T) {
	broken := fault.New(fault.Internal, "broken")
	var f files
	f.add("a.b", MediaJSON, func() ([]byte, error) { return nil, broken })
	f.add("", MediaJSON, func() ([]byte, error) { t.Error("went on"); return nil, nil })
	if _, err := f.done(); fault.CodeOf(err) != "broken" {
		t.Error(err)
	}
}

// The contrast to reproducible workbooks: as the library leaves them, the parts
// of one are in another order every time.
func TestContrastPartsAreInNoOrder(t *testing.T) {
	write := func(sorted bool) []byte {
		w, err := newWorkbook("sv", Edition{})
		if err != nil {
			t.Fatal(err)
		}
		defer w.file.Close()
		for i := range 6 {
			s, err := w.sheet(fmt.Sprint(i), 10)
			if err != nil {
				t.Fatal(err)
			}
			s.row(w.text(styleText, "a"))
			if err := s.flush(); err != nil {
				t.Fatal(err)
			}
		}
		if sorted {
			raw, err := w.bytes()
			if err != nil {
				t.Fatal(err)
			}
			return raw
		}
		raw, err := w.file.WriteToBuffer()
		if err != nil {
			t.Fatal(err)
		}
		return raw.Bytes()
	}
	sorted, unsorted, differs := write(true), write(false), false
	for range 20 {
		if !bytes.Equal(sorted, write(true)) {
			t.Fatal("a workbook is not the same again")
		}
		differs = differs || !bytes.Equal(unsorted, write(false))
	}
	if !differs {
		t.Error("the library has come to order its parts: sorting them is no longer needed")
	}
}
