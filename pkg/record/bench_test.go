package record_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"manniskohandel.se/casestat/pkg/recordtest"
)

// usual is a record of the size that the speed goals are stated for: some 560
// bytes, twenty fields.
func usual() []byte {
	return recordtest.With(recordtest.With(recordtest.Core(), "contact_region", `"syd"`), "contact_quarter", "2")
}

func BenchmarkDecode(b *testing.B) {
	r, opt := recordtest.NewReader(b), recordtest.Options()
	for name, body := range map[string][]byte{"usual": usual(), "full": recordtest.Full()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if row := r.Decode(body, opt); len(row.Details) > 0 {
					b.Fatalf("refused: %v", row.Details)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// wire is what a program without this package would decode into.
type wire struct {
	Year       int      `json:"contact_year"`
	Quarter    int      `json:"contact_quarter"`
	Role       string   `json:"person_role"`
	Consent    string   `json:"consent_statistics"`
	Earlier    string   `json:"earlier_member_contacts"`
	Gender     string   `json:"gender"`
	Age        string   `json:"age_band"`
	Residence  string   `json:"residence_status"`
	Children   string   `json:"has_children"`
	Count      int      `json:"children_count"`
	Identified string   `json:"identification_status"`
	Types      []string `json:"exploitation_types"`
	Means      []string `json:"entry_means"`
	Relation   []string `json:"perpetrator_relation"`
	First      string   `json:"first_contact"`
	Report     string   `json:"police_report"`
	Barriers   []string `json:"police_report_barriers"`
	Region     string   `json:"contact_region"`
}

// BenchmarkDecodeStandard is the measure for BenchmarkDecode/usual: encoding/json
// of the same bytes into a struct, without any check.
func BenchmarkDecodeStandard(b *testing.B) {
	body := usual()
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		var w wire
		if err := json.Unmarshal(body, &w); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkReadNDJSON(b *testing.B) {
	r, opt := recordtest.NewReader(b), recordtest.Options()
	var batch bytes.Buffer
	for n := range 1000 {
		batch.Write(recordtest.Line(recordtest.ID(n), usual()))
	}
	b.ReportAllocs()
	b.SetBytes(int64(batch.Len()))
	for b.Loop() {
		rows := 0
		for row, err := range r.ReadNDJSON(bytes.NewReader(batch.Bytes()), opt) {
			if err != nil || len(row.Details) > 0 {
				b.Fatal(err, row.Details)
			}
			rows++
		}
	}
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkEncode(b *testing.B) {
	r := recordtest.NewReader(b)
	rec := r.Decode(recordtest.Full(), recordtest.Options()).Record
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = r.Schema().AppendJSON(dst[:0], rec)
	}
}

func BenchmarkValidate(b *testing.B) {
	r, opt := recordtest.NewReader(b), recordtest.Options()
	var broken any
	rec := r.Decode(usual(), opt).Record
	b.ReportAllocs()
	for b.Loop() {
		broken, _ = r.Validate(rec, opt)
	}
	_ = broken
}
