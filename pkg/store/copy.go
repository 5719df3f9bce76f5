package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
)

// Codes of copies and restorations.
const (
	// CodeLedgerBroken: the ledger is not as it was written; see "casestat verify ledger".
	CodeLedgerBroken fault.Code = "store_ledger_broken"
	// CodeNotEmpty: the place holds something already. Nothing was changed.
	CodeNotEmpty fault.Code = "store_not_empty"
	// CodeCopyDiffers: what was restored is not what was copied. Nothing of it was left.
	CodeCopyDiffers fault.Code = "store_copy_differs"
	// CodeBlind: the login for copies does not see every record, because row
	// security binds it or a right is missing.
	CodeBlind fault.Code = "store_login_blind"
)

// Copied describes one store at the moment of a copy. It holds numbers and
// hashes, nothing of what was stored.
type Copied struct {
	Store   string           `json:"store"`
	Schema  int64            `json:"schema"`
	Entries int64            `json:"entries"` // of the ledger
	Root    string           `json:"root"`    // of the ledger, in hexadecimal
	Link    string           `json:"link"`
	Rows    map[string]int64 `json:"rows"` // by table
}

func (c Copied) equal(o Copied) bool {
	same := c.Store == o.Store && c.Schema == o.Schema && c.Entries == o.Entries && c.Root == o.Root && c.Link == o.Link
	return same && maps.Equal(c.Rows, o.Rows)
}

// Part is one piece of a copy, which is written once.
type Part struct {
	Name  string
	Write func(ctx context.Context, to io.Writer) error
}

// Copy is both stores at one moment each: the records', and one not before it.
// A release whose draft does not know of it yet is found and marked when the
// service starts; a release that is missing would be lost.
type Copy struct {
	Backend Backend
	Stores  []Copied
	Parts   []Part
}

// Programs are PostgreSQL's own tools: pg_dump and pg_restore.
type Programs struct {
	Folder string    // "" looks into the path
	Notes  io.Writer // what pg_dump has to say; nil discards it
}

// WithCopy gives f a copy of both stores, beside whatever else works with them:
// no write is held up. The copy holds only while f runs. Its ledgers have been
// verified; a broken one is refused with CodeLedgerBroken.
func WithCopy(ctx context.Context, c Config, p Programs, f func(Copy) error) (err error) {
	defer fault.Wrap(&err, "copy the stores")
	c.ReadOnly = true
	if c, err = c.withDefaults(); err != nil {
		return err
	}
	with := copySQLite
	if c.Backend == Postgres {
		with = p.copyPostgres
	}
	// What goes wrong with the file that the copy is written to is not the
	// database's failure, and keeps its own words.
	var failed error
	err = with(ctx, c, func(copied Copy) error {
		failed = f(copied)
		return failed
	})
	if failed != nil {
		return failed
	}
	return err
}

// The tables of each store and how many rows they have. A test holds them
// against the register.
const (
	countRecords = `SELECT 'organisation', COUNT(*) FROM organisation
UNION ALL SELECT 'client', COUNT(*) FROM client
UNION ALL SELECT 'period', COUNT(*) FROM period
UNION ALL SELECT 'record', COUNT(*) FROM record
UNION ALL SELECT 'record_history', COUNT(*) FROM record_history
UNION ALL SELECT 'draft', COUNT(*) FROM draft
UNION ALL SELECT 'draft_artefact', COUNT(*) FROM draft_artefact
UNION ALL SELECT 'draft_year', COUNT(*) FROM draft_year
UNION ALL SELECT 'table_request', COUNT(*) FROM table_request
UNION ALL SELECT 'ledger_entries', COUNT(*) FROM ledger_entries
UNION ALL SELECT 'ledger_head', COUNT(*) FROM ledger_head`

	countReleases = `SELECT 'release', COUNT(*) FROM release
UNION ALL SELECT 'release_file', COUNT(*) FROM release_file
UNION ALL SELECT 'withdrawal', COUNT(*) FROM withdrawal
UNION ALL SELECT 'checkpoint', COUNT(*) FROM checkpoint
UNION ALL SELECT 'ledger_entries', COUNT(*) FROM ledger_entries
UNION ALL SELECT 'ledger_head', COUNT(*) FROM ledger_head`
)

var rowCounts = map[string]statement{recordsName: countRecords, releasesName: countReleases}

type rowCount struct {
	table string
	n     int64
}

func scanRowCount(r row) (c rowCount, err error) {
	err = r.Scan(&c.table, &c.n)
	return c, err
}

// survey describes a store as a transaction sees it, and verifies its ledger.
func (tx *transaction) survey(name string) (c Copied, err error) {
	defer fault.Wrap(&err, "look at the %s store", name)
	c = Copied{Store: name, Rows: map[string]int64{}}
	if err := tx.gorm.Raw(selectVersion).Row().Scan(&c.Schema); err != nil {
		return c, classify(err)
	}
	counts, err := collect(scanRowCount)(tx.gorm.Raw(string(rowCounts[name])).Rows())
	if err != nil {
		return c, err
	}
	for _, one := range counts {
		c.Rows[one.table] = one.n
	}
	head, err := scanHead(tx.gorm.Raw(selectHead).Row())
	if err != nil && !errors.Is(err, ledger.ErrHead) {
		return c, err
	}
	report, err := ledger.Verify(tx.entries(), head, nil)
	if err != nil {
		return c, err
	}
	if !report.OK() {
		return c, fault.Because(errors.New(report.Findings[0].Text), fault.Conflict, CodeLedgerBroken)
	}
	c.Entries, c.Root, c.Link = head.Size, hex.EncodeToString(head.Root[:]), hex.EncodeToString(head.Link[:])
	return c, nil
}

// compare says in what a restored store differs from what was copied.
func compare(copied, restored []Copied) error {
	if len(copied) != len(restored) {
		return fault.Because(fmt.Errorf("%d stores were copied and %d restored", len(copied), len(restored)), fault.Conflict, CodeCopyDiffers)
	}
	for i := range copied {
		if !copied[i].equal(restored[i]) {
			return fault.Because(fmt.Errorf("the %s store has other rows or another ledger than when it was copied", copied[i].Store),
				fault.Conflict, CodeCopyDiffers)
		}
	}
	return nil
}

// checkSchemas refuses what a newer program wrote.
func checkSchemas(b Backend, copied []Copied) error {
	for _, c := range copied {
		if rowCounts[c.Store] == "" {
			return fault.Because(errors.New("the copy is of an unknown store"), fault.Conflict, CodeCopyDiffers)
		}
		known, err := newest(b, c.Store)
		if err != nil {
			return err
		}
		if c.Schema > known {
			return tooNew(c.Store)
		}
	}
	return nil
}
