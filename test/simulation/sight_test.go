package simulation

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/google/uuid"

	"manniskohandel.se/casestat/pkg/ledger"
)

// sight looks at the tables past the product, as it never does itself.
type sight struct {
	records, releases *sql.DB // releases is nil without them
}

// sumLength is how many bytes stand behind stored answers.
const sumLength = 4

// key names a record, by organisation and id.
type key struct{ organisation, record string }

// version is one version of a record as it is stored.
type version struct {
	number    int
	tag, day  string
	withdrawn bool
	content
}

// seen is everything that the records' store holds, but the older part of the
// ledger.
type seen struct {
	records map[key]version
	history map[key][]version // former versions, oldest first
	years   map[int]string
	clients map[string]member
	drafts  map[string]draftSeen
	entries []ledger.Entry // since those that were seen before
	size    int
	before  string // the link of the last entry that was seen before
	link    string // of the last one now
}

func openSight(folder string, releases bool) (s *sight, err error) {
	s = &sight{}
	if s.records, err = look(folder, "records.db"); err == nil && releases {
		s.releases, err = look(folder, "releases.db")
	}
	return s, err
}

func look(folder, name string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(folder, name)+"?mode=ro")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

func (s *sight) close() {
	for _, db := range []*sql.DB{s.records, s.releases} {
		if db != nil {
			_ = db.Close() // it has only read
		}
	}
}

// all reads everything; of the ledger what follows the first entries.
func (s *sight) all(entries int) (now *seen, err error) {
	now = &seen{
		records: map[key]version{}, history: map[key][]version{}, years: map[int]string{}, clients: map[string]member{},
		drafts: map[string]draftSeen{}, size: entries,
	}
	for _, read := range []func(*seen) error{s.currents, s.formers, s.periods, s.members, s.planned, s.ledger} {
		if err := read(now); err != nil {
			return nil, err
		}
	}
	return now, nil
}

// each calls f for every row of a query.
func each(db *sql.DB, f func(scan func(...any) error) error, query string, args ...any) error {
	rows, err := db.Query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func scanVersion(scan func(...any) error) (k key, v version, err error) {
	var organisation, id uuid.UUID
	var year sql.Null[int]
	var answers []byte
	err = scan(&organisation, &id, &v.number, &v.tag, &v.day, &v.withdrawn, &year, &answers)
	v.content = content{year: year.V, answers: string(answers[:max(0, len(answers)-sumLength)])}
	return key{organisation.String(), id.String()}, v, err
}

func (s *sight) currents(now *seen) error {
	return each(s.records, func(scan func(...any) error) error {
		k, v, err := scanVersion(scan)
		now.records[k] = v
		return err
	}, `SELECT organisation, record_id, version, tag, day, withdrawn, year, answers FROM record`)
}

func (s *sight) formers(now *seen) error {
	return each(s.records, func(scan func(...any) error) error {
		k, v, err := scanVersion(scan)
		now.history[k] = append(now.history[k], v)
		return err
	}, `SELECT organisation, record_id, version, tag, day, 0, year, answers FROM record_history ORDER BY version`)
}

func (s *sight) periods(now *seen) error {
	return each(s.records, func(scan func(...any) error) error {
		var year int
		var state string
		err := scan(&year, &state)
		now.years[year] = state
		return err
	}, `SELECT year, state FROM period`)
}

func (s *sight) members(now *seen) error {
	return each(s.records, func(scan func(...any) error) error {
		var id uuid.UUID
		var m member
		err := scan(&id, &m.permissions, &m.revoked)
		now.clients[id.String()] = m
		return err
	}, `SELECT id, permissions, revoked FROM client`)
}

// ledger reads what is new, and the link of the last entry that is not.
func (s *sight) ledger(now *seen) error {
	known := now.size
	return each(s.records, func(scan func(...any) error) error {
		var at int
		var body, link []byte
		if err := scan(&at, &body, &link); err != nil {
			return err
		}
		now.link = string(link)
		if at < known {
			now.before = now.link
			return nil
		}
		if at != now.size {
			return fmt.Errorf("the ledger goes on with entry %d after %d", at, now.size-1)
		}
		now.size++
		var e ledger.Entry
		if err := json.NewDecoder(bytes.NewReader(body)).Decode(&e); err != nil {
			return fmt.Errorf("entry %d: %w", at, err)
		}
		now.entries = append(now.entries, e)
		return nil
	}, `SELECT idx, body, link FROM ledger_entries WHERE idx >= ? ORDER BY idx`, known-1)
}
