package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"manniskohandel.se/casestat/pkg/release"
)

const (
	// What an earlier version sealed may be of any year.
	selectRemembering = `SELECT draft FROM draft_year WHERE year = ? AND records IS NOT NULL
UNION SELECT draft FROM draft_artefact WHERE snapshot IS NOT NULL`

	forgetYear = `UPDATE draft_year SET records = NULL WHERE draft = ? AND year = ? AND records IS NOT NULL`

	forgetProof = `UPDATE draft_artefact SET snapshot = NULL, certificate = NULL WHERE draft = ?`

	forgetFindings = `UPDATE draft SET body = ? WHERE id = ?`
)

// forgetYears erases what drafts were computed from in the years of erased
// records: of releases what was sealed of the year, the proof and the findings;
// every other draft goes back to its plan. It belongs to the transaction that
// erases the records, whose entry in the ledger stands for this too.
func (tx *transaction) forgetYears(years []int) error {
	slices.Sort(years)
	for _, year := range slices.Compact(years) {
		drafts, err := collect(scanID)(tx.gorm.Raw(selectRemembering, year).Rows())
		if err != nil {
			return fmt.Errorf("look for drafts of a year: %w", err)
		}
		for _, id := range drafts {
			if err := (draftTx{tx}).forget(id, year); err != nil {
				return err
			}
			tx.erased = true
		}
	}
	return nil
}

// forget is forgetYears for one draft. What is no draft any more that can be
// read does not keep a record from being withdrawn: its parts go all the same.
func (tx draftTx) forget(id uuid.UUID, year int) error {
	ctx := context.Background() // the transaction has its own
	d, unread := tx.Draft(ctx, release.DraftID(id.String()))
	if unread == nil && !d.Frozen() {
		if err := tx.SaveArtefacts(ctx, d.ID, release.Artefacts{}); err != nil {
			return err
		}
		return tx.SaveDraft(ctx, d.Forgotten(year))
	}
	key := tx.dialect.bind(id)
	done := tx.gorm.Exec(forgetYear, key, year)
	if done.Error == nil {
		done = tx.gorm.Exec(forgetProof, key)
	}
	if done.Error == nil && unread == nil {
		body, err := json.Marshal(d.Forgotten(year))
		if err != nil {
			return fmt.Errorf("write a draft: %w", err)
		}
		done = tx.gorm.Exec(forgetFindings, body, key)
	}
	return saved(done.Error, "what is left of a draft")
}

func scanID(r row) (id uuid.UUID, err error) {
	err = r.Scan(&id)
	return id, err
}

func scanYear(r row) (year int, err error) {
	err = r.Scan(&year)
	return year, err
}
