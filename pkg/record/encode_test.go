package record_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
)

func TestEncodeIsCanonical(t *testing.T) {
	r := recordtest.NewReader(t)
	for name, body := range map[string][]byte{"full": recordtest.Full(), "count only": recordtest.CountOnly()} {
		rec := r.Decode(body, recordtest.Options()).Record
		if diff := cmp.Diff(string(body), string(r.Schema().Encode(rec))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestEncodeLeavesOutACountThatDoesNotApply(t *testing.T) {
	r := recordtest.NewReader(t)
	body := changed(recordtest.Core(), change{"has_children", `"no"`}, change{"children_count", ""})
	encoded := r.Schema().Encode(r.Decode(body, recordtest.Options()).Record)
	if bytes.Contains(encoded, []byte("children_count")) || !bytes.Contains(encoded, []byte(`"children_location":["not_applicable"]`)) {
		t.Errorf("%s", encoded)
	}
}

func TestEncodedRecordsAreReadBack(t *testing.T) {
	r := recordtest.NewReader(t)
	rapid.Check(t, func(t *rapid.T) {
		want := recordtest.Records(r).Draw(t, "record")
		version := rapid.IntRange(0, 1000).Draw(t, "version")
		for row, err := range r.ReadNDJSON(bytes.NewReader(r.Schema().EncodeRow(want, version)), recordtest.Options()) {
			row.Warnings = nil
			if diff := cmp.Diff(record.Row{Number: 1, Record: want, Version: version}, row); diff != "" || err != nil {
				t.Fatalf("%v (-want +got)\n%s", err, diff)
			}
		}
		single := r.Decode(r.Schema().Encode(want), recordtest.Options())
		single.Warnings = nil
		want.ID = ""
		if diff := cmp.Diff(record.Row{Record: want}, single); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	})
}

// full fails after some bytes.
type full int

func (f *full) Write(p []byte) (int, error) {
	if *f -= full(len(p)); *f < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestWriteCSVReportsAWriteThatFails(t *testing.T) {
	r := recordtest.NewReader(t)
	rec := r.Decode(recordtest.Full(), recordtest.Options()).Record
	for _, room := range []full{0, 5_000} {
		if r.Schema().WriteCSV(&room, slices.Values(slices.Repeat([]record.Record{rec}, 50))) == nil {
			t.Errorf("no error with room for %d bytes", room)
		}
	}
}
