package intake_test

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/intaketest"
	"manniskohandel.se/casestat/pkg/record"
)

// TestModel compares random sequences of puts, corrections, withdrawals,
// batches and closings with a model a page long.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store := &intaketest.Memory{}
		store.SetPeriod(2026, record.PeriodOpen)
		s := intake.New(intake.Deps{Store: store, Rand: rand.Reader, SubjectKey: []byte(strings.Repeat("k", 32)), Batches: 1, Now: time.Now})
		defer s.Close()
		model := map[int][]byte{} // answers by version; nil: withdrawn
		closed := false
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				id, answer := rapid.IntRange(0, 3).Draw(t, "id"), rapid.Byte().Draw(t, "answer")
				sub := sent(id, answer)
				sub.Replaces.Version = rapid.IntRange(0, 3).Draw(t, "replaces")
				versions, exists := model[id]
				_, err := s.Put(context.Background(), alma, sub)
				var want fault.Kind
				switch {
				case exists && versions == nil:
					want = fault.Gone
				case exists && versions[len(versions)-1] == answer:
				case closed:
					want = fault.Conflict
				case !exists && sub.Replaces.Version != 0:
					want = fault.Stale
				case exists && sub.Replaces.Version == 0:
					want = fault.PreconditionRequired
				case exists && sub.Replaces.Version != len(versions):
					want = fault.Stale
				default:
					model[id] = append(slices.Clone(versions), answer)
				}
				if (want == 0) != (err == nil) || err != nil && fault.KindOf(err) != want {
					t.Fatalf("got %v, want kind %d", err, want)
				}
			},
			"withdraw": func(t *rapid.T) {
				id := rapid.IntRange(0, 3).Draw(t, "id")
				err := s.Withdraw(context.Background(), alma, recordID(id))
				if _, exists := model[id]; !exists {
					if fault.KindOf(err) != fault.NotFound {
						t.Fatalf("withdrew nothing: %v", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				model[id] = nil
			},
			"close, or open a correction": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "dice") == 0 {
					closed = !closed
					store.SetPeriod(2026, map[bool]record.PeriodState{true: record.PeriodClosed, false: record.PeriodCorrecting}[closed])
				}
			},
			"": func(t *rapid.T) {
				page, err := s.List(context.Background(), alma, intake.Page{Limit: 10})
				if err != nil {
					t.Fatal(err)
				}
				alive := 0
				for id, versions := range model {
					if versions == nil {
						continue
					}
					alive++
					i := slices.IndexFunc(page, func(v intake.Version) bool { return v.Key.Record == recordID(id) })
					if i < 0 || page[i].Number != len(versions) || page[i].Record.Answers[0] != versions[len(versions)-1] {
						t.Fatalf("record %d: the page holds %+v, the model %v", id, page, versions)
					}
				}
				if alive != len(page) {
					t.Fatalf("%d records listed, the model has %d", len(page), alive)
				}
			},
		})
	})
}
