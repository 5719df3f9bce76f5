package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/release"
)

const (
	selectDrafts = `SELECT body FROM draft ORDER BY changed`

	selectDraft = `SELECT body FROM draft WHERE id = ?`

	// A draft without artefacts gives a row of NULLs.
	selectArtefacts = `SELECT a.content, a.certificate, a.frozen, a.snapshot, a.manifest, a.files
FROM draft d LEFT JOIN draft_artefact a ON a.draft = d.id WHERE d.id = ?`

	selectDraftYears = `SELECT year, records FROM draft_year WHERE draft = ? ORDER BY year`

	selectMembers = `SELECT id FROM organisation WHERE kind = 'member' ORDER BY id`

	selectRequests = `SELECT body FROM table_request ORDER BY place`

	// The transactions run one after another, so that the next place is free.
	upsertDraft = `INSERT INTO draft (id, state, version, number, changed, body)
VALUES (?, ?, ?, ?, (SELECT COALESCE(MAX(changed), 0) + 1 FROM draft), ?)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, version = excluded.version, number = excluded.number,
changed = excluded.changed, body = excluded.body
WHERE draft.version < excluded.version`

	upsertArtefacts = `INSERT INTO draft_artefact (draft, content, certificate, frozen, snapshot, manifest, files)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (draft) DO UPDATE SET content = excluded.content, certificate = excluded.certificate,
frozen = excluded.frozen, snapshot = excluded.snapshot, manifest = excluded.manifest, files = excluded.files`

	// Rows of years stay: the service's login deletes nothing of a draft.
	emptyDraftYears = `UPDATE draft_year SET records = NULL WHERE draft = ? AND records IS NOT NULL`

	upsertDraftYear = `INSERT INTO draft_year (draft, year, records) VALUES (?, ?, ?)
ON CONFLICT (draft, year) DO UPDATE SET records = excluded.records`

	upsertRequest = `INSERT INTO table_request (id, place, body)
VALUES (?, (SELECT COALESCE(MAX(place), 0) + 1 FROM table_request), ?)
ON CONFLICT (id) DO UPDATE SET body = excluded.body`
)

// draftStore is the release.Drafts.
type draftStore struct{ db *database }

var _ release.Drafts = draftStore{}

func (s draftStore) Drafts(ctx context.Context) (out []release.Draft, err error) {
	defer fault.Wrap(&err, "list drafts")
	err = s.db.reading(ctx, s.db.reader, func(tx *transaction) error {
		out, err = collect(scanBody[release.Draft])(tx.gorm.Raw(selectDrafts).Rows())
		return err
	})
	return out, err
}

func (s draftStore) Draft(ctx context.Context, id release.DraftID) (d release.Draft, err error) {
	err = s.db.reading(ctx, s.db.reader, func(tx *transaction) error {
		d, err = draftTx{tx}.Draft(ctx, id)
		return err
	})
	return d, err
}

func (s draftStore) Artefacts(ctx context.Context, id release.DraftID) (a release.Artefacts, err error) {
	key, err := parseID(string(id))
	if err != nil {
		return release.Artefacts{}, err
	}
	err = s.db.reading(ctx, s.db.reader, func(tx *transaction) error {
		one := tx.gorm.Raw(selectArtefacts, tx.dialect.bind(key)).Row()
		if err := one.Scan(&a.Content, &a.Certificate, &a.Frozen, &a.Snapshot, &a.Manifest, &a.Files); err != nil {
			return draftUnknown(err)
		}
		a.Years, err = collect(scanDraftYear)(tx.gorm.Raw(selectDraftYears, tx.dialect.bind(key)).Rows())
		return err
	})
	return a, err
}

func (s draftStore) Requests(ctx context.Context) (out []release.Request, err error) {
	err = s.db.reading(ctx, s.db.reader, func(tx *transaction) error {
		out, err = draftTx{tx}.Requests(ctx)
		return err
	})
	return out, err
}

func (s draftStore) Atomically(ctx context.Context, f func(release.Tx) error) error {
	return s.db.atomically(ctx, func(tx *transaction) error { return f(draftTx{tx}) })
}

// draftTx is the release.Tx.
type draftTx struct{ *transaction }

func (tx draftTx) Draft(_ context.Context, id release.DraftID) (release.Draft, error) {
	key, err := parseID(string(id))
	if err != nil {
		return release.Draft{}, err
	}
	d, err := scanBody[release.Draft](tx.gorm.Raw(selectDraft, tx.dialect.bind(key)).Row())
	return d, draftUnknown(err)
}

// Members holds until the transaction ends: whoever founds an organisation waits
// for the ledger's head.
func (tx draftTx) Members(context.Context) (out []access.OrganisationID, err error) {
	ids, err := collect(scanID)(tx.gorm.Raw(selectMembers).Rows())
	if err != nil {
		return nil, fmt.Errorf("read the members: %w", classify(err))
	}
	for _, id := range ids {
		out = append(out, access.OrganisationID(id.String()))
	}
	return out, nil
}

// SaveDraft refuses a version that does not follow the one there is; whatever
// would change a published draft is refused by the table itself.
func (tx draftTx) SaveDraft(_ context.Context, d release.Draft) error {
	key, err := parseID(string(d.ID))
	if err != nil {
		return err
	}
	body, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("write a draft: %w", err)
	}
	number := sql.Null[int]{V: d.Number, Valid: d.Number != 0}
	done := tx.gorm.Exec(upsertDraft, tx.dialect.bind(key), string(d.State), d.Version, number, body)
	return saved(one(done), "a draft")
}

func (tx draftTx) SaveArtefacts(_ context.Context, id release.DraftID, a release.Artefacts) error {
	key, err := parseID(string(id))
	if err != nil {
		return err
	}
	done := tx.gorm.Exec(upsertArtefacts, tx.dialect.bind(key), optional(a.Content), optional(a.Certificate),
		optional(a.Frozen), optional(a.Snapshot), optional(a.Manifest), optional(a.Files))
	if done.Error == nil {
		done = tx.gorm.Exec(emptyDraftYears, tx.dialect.bind(key))
	}
	for _, y := range a.Years {
		if done.Error == nil {
			done = tx.gorm.Exec(upsertDraftYear, tx.dialect.bind(key), y.Year, optional(y.Records))
		}
	}
	return saved(done.Error, "what belongs to a draft")
}

func scanDraftYear(r row) (y release.SealedYear, err error) {
	err = r.Scan(&y.Year, &y.Records)
	return y, err
}

// Requests gives them in the order in which they were first made.
func (tx draftTx) Requests(context.Context) ([]release.Request, error) {
	out, err := collect(scanBody[release.Request])(tx.gorm.Raw(selectRequests).Rows())
	if err != nil {
		return nil, fmt.Errorf("list requests: %w", err)
	}
	return out, nil
}

func (tx draftTx) SaveRequest(_ context.Context, r release.Request) error {
	key, err := parseID(string(r.ID))
	if err != nil {
		return err
	}
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write a request: %w", err)
	}
	return saved(tx.gorm.Exec(upsertRequest, tx.dialect.bind(key), body).Error, "a request")
}

func (tx draftTx) Append(_ context.Context, entries []ledger.Entry) error { return tx.append(entries) }

// scanBody reads what was written as JSON.
func scanBody[T any](r row) (value T, err error) {
	var body []byte
	if err = r.Scan(&body); err != nil {
		return value, err
	}
	if err = json.Unmarshal(body, &value); err != nil {
		err = errors.New("store: a stored document cannot be read") // json's own error may repeat a value
	}
	return value, err
}

// draftUnknown says of no row that there is no draft.
func draftUnknown(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, release.CodeDraftUnknown)
	}
	if err != nil {
		return fmt.Errorf("read a draft: %w", classify(err))
	}
	return nil
}

// optional gives NULL for what is not there.
func optional(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}
