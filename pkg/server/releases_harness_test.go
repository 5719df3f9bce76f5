package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/servertest"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// The desk and the reviewer of a servertest.Cast.
var (
	theDesk     = release.Person{Client: access.ClientID(servertest.ID(12)), Holder: access.HolderID(servertest.ID(112))}
	theReviewer = release.Person{Client: access.ClientID(servertest.ID(13)), Holder: access.HolderID(servertest.ID(113))}
	aResearcher = release.Person{Client: access.ClientID(servertest.ID(14)), Holder: access.HolderID(servertest.ID(114))}
)

// draftOf is a draft by the desk in some state. Nothing was computed for it.
func draftOf(id string, state release.State) release.Draft {
	read, err := plan.ReadJSON([]byte(smallPlan), codelist.Current())
	if err != nil {
		panic(err)
	}
	document, err := read.JSON()
	if err != nil {
		panic(err)
	}
	d := release.Draft{ID: release.DraftID(id), State: state, Version: 1, Plan: document, Author: theDesk}
	if state == release.Submitted || state == release.Approved {
		d.Submission = &release.Submission{By: theDesk}
	}
	if state == release.Published {
		d.Number = 1
	}
	if state == release.Approved {
		d.Decision = &release.Decision{By: theReviewer, Approved: true}
	}
	return d
}

// seedDraft writes drafts straight into the store.
func seedDraft(t testing.TB, s *servertest.Service, drafts ...release.Draft) {
	t.Helper()
	intoDrafts(t, s, func(ctx context.Context, tx release.Tx) error {
		for _, d := range drafts {
			if err := tx.SaveDraft(ctx, d); err != nil {
				return fmt.Errorf("seed %s: %w", d.State, err)
			}
		}
		return nil
	})
}

// seedRequest writes a researcher's request straight into the store.
func seedRequest(t testing.TB, s *servertest.Service, id string) {
	t.Helper()
	read, err := plan.ReadJSON([]byte(smallPlan), codelist.Current())
	if err != nil {
		t.Fatal(err)
	}
	intoDrafts(t, s, func(ctx context.Context, tx release.Tx) error {
		return tx.SaveRequest(ctx, release.Request{ID: release.RequestID(id), By: aResearcher, Year: 2024, Table: read.Tables[0], Admitted: true})
	})
}

func intoDrafts(t testing.TB, s *servertest.Service, f func(context.Context, release.Tx) error) {
	t.Helper()
	entry := ledger.Entry{Day: "2026-03-02", Actor: string(theDesk.Client), Deed: release.DeedPlanned, Subjects: []string{"seed"}}
	err := s.Store.Drafts().Atomically(t.Context(), func(tx release.Tx) error {
		if err := f(t.Context(), tx); err != nil {
			return err
		}
		return tx.Append(t.Context(), []ledger.Entry{entry})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func slide2024() plan.Content { return shelftest.Slide(2024) }

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func decodeProblem(t testing.TB, answer servertest.Response, into any) {
	t.Helper()
	if err := json.Unmarshal(answer.Body, into); err != nil {
		t.Fatal(err)
	}
}
