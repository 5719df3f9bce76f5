package ledger

import (
	"fmt"
	"iter"
	"slices"
)

// FindingKind names one way in which a log can be wrong.
type FindingKind string

// The kinds of finding.
const (
	Unreadable    FindingKind = "unreadable"     // the body is not an entry in canonical form
	Misplaced     FindingKind = "misplaced"      // the body belongs to another index
	Missing       FindingKind = "missing"        // the row is not there
	Unexpected    FindingKind = "unexpected"     // the row stands where none belongs
	LinkBroken    FindingKind = "link_broken"    // this row, or the one before it, was changed
	HeadDiffers   FindingKind = "head_differs"   // the rows hold together but are not those the head was made from
	WitnessDenies FindingKind = "witness_denies" // the rows are not those the checkpoint was made from
)

// Finding is one place where the log is wrong. Index is the first row that
// cannot be what was written.
type Finding struct {
	Index int64
	Kind  FindingKind
	Text  string // for a person
}

// Report is the outcome of a verification.
type Report struct {
	Rows     int64     // rows read
	Head     Head      // computed from the rows; meaningful when nothing was found
	Findings []Finding // in the order of the log, at most maxFindings
	Unknown  []string  // what could not be known, for a person
}

// OK says that nothing was found. Unknown may still hold something.
func (r Report) OK() bool { return len(r.Findings) == 0 }

// maxFindings keeps the report of a ruined log readable.
const maxFindings = 100

// What verification cannot see.
const (
	unknownWithoutCheckpoint = "without a checkpoint kept outside the database, nobody can tell whether the whole log, " +
		"or its tail together with the head, was cut off or written anew"
	unknownAfterCheckpoint = "rows %d and later are newer than the checkpoint: whether they, together with the head, " +
		"were cut off or written anew cannot be told"
)

// Verify reads every row in the order of the store and checks it against its
// neighbours, then all of them against head and, if there is one, against a
// checkpoint kept elsewhere. The error says that the rows could not be read;
// whatever is wrong with them is in the Report.
func Verify(rows iter.Seq2[Row, error], head Head, checkpoint *Checkpoint) (Report, error) {
	v := verifier{awaited: checkpoint}
	if checkpoint == nil {
		v.report.Unknown = []string{unknownWithoutCheckpoint}
	}
	for row, err := range rows {
		if err != nil {
			return Report{}, fmt.Errorf("verify ledger: %w", err)
		}
		v.row(row, head.Size)
	}
	v.finish(head)
	return v.report, nil
}

// verifier holds what one pass over the rows needs.
type verifier struct {
	awaited  *Checkpoint // nil once its rows have been read, or without one
	report   Report
	computed Head  // from the rows as they are
	next     int64 // the index expected
	unlinked bool  // the previous row is missing: the next link cannot be checked
}

func (v *verifier) find(index int64, kind FindingKind, format string, args ...any) {
	if len(v.report.Findings) < maxFindings {
		v.report.Findings = append(v.report.Findings, Finding{index, kind, fmt.Sprintf(format, args...)})
	}
}

// row checks one row and puts it on top of those before it.
func (v *verifier) row(row Row, size int64) {
	v.witness()
	v.report.Rows++
	if !v.place(row, size) {
		return
	}
	switch index, _, err := ParseBody(row.Body); {
	case err != nil:
		v.find(row.Index, Unreadable, "row %d does not hold an entry in canonical form", row.Index)
	case index != row.Index:
		v.find(row.Index, Misplaced, "row %d holds the entry of row %d", row.Index, index)
	}
	pushed := v.computed.push(row.Body)
	if pushed.Link != row.Link && !v.unlinked {
		v.find(row.Index, LinkBroken, "the link of row %d does not follow: this row, or the one before it, was changed", row.Index)
	}
	v.computed.Link = row.Link // go on from what is stored, so that one change is found once
	v.unlinked = false
	v.next = row.Index + 1
}

// place checks the row's index; false says that the row is none of the log's.
func (v *verifier) place(row Row, size int64) bool {
	switch {
	case row.Index < v.next:
		v.find(row.Index, Unexpected, "row %d stands after row %d", row.Index, v.next-1)
		return false
	case row.Index >= size:
		v.find(row.Index, Unexpected, "row %d stands beyond the head, which counts %d rows", row.Index, size)
		return false
	case row.Index > v.next:
		v.find(v.next, Missing, "rows %d to %d are missing", v.next, row.Index-1)
		v.unlinked = true
	}
	return true
}

// witness compares with the checkpoint when exactly its rows have been read.
func (v *verifier) witness() {
	c := v.awaited
	if c == nil || c.Size != v.next || v.next != v.computed.Size {
		return
	}
	v.awaited = nil
	seen := Head{Size: v.computed.Size, Root: rootOf(v.computed.Edge)}.Checkpoint(c.Origin)
	if seen.Root != c.Root {
		v.find(max(c.Size-1, 0), WitnessDenies, "rows 0 to %d are not those the checkpoint was made from", c.Size-1)
	}
	v.report.Unknown = append(v.report.Unknown, fmt.Sprintf(unknownAfterCheckpoint, c.Size))
}

// finish checks the end of the log.
func (v *verifier) finish(head Head) {
	v.witness()
	v.computed.Root = rootOf(v.computed.Edge)
	v.report.Head = v.computed
	if c := v.awaited; c != nil && c.Size > v.next {
		v.find(v.next, WitnessDenies, "the log ends before row %d, but the checkpoint counts %d rows", v.next, c.Size)
	}
	if v.next < head.Size {
		v.find(v.next, Missing, "rows %d to %d are missing", v.next, head.Size-1)
		return
	}
	if v.report.OK() && !equalHeads(v.computed, head) {
		v.find(max(v.next-1, 0), HeadDiffers, "the rows hold together, but the head is another one: "+
			"the last row, or several rows with all their links, or the head was changed")
	}
}

func equalHeads(a, b Head) bool {
	return a.Size == b.Size && a.Root == b.Root && a.Link == b.Link && slices.Equal(a.Edge, b.Edge)
}
