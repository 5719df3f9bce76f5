package contract

import (
	"bytes"
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/servertest"
)

// model is what the service is thought to hold. It is simple enough to be
// right by looking at it, and knows nothing of how the service works.
type model struct {
	records map[string]map[int]*kept // by organisation and number of the id
	years   map[int]string           // states; "" was never opened
	founded bool                     // the late member
	plans   []int                    // of the one draft: the plan of each version
}

// kept is one record: its content by version, and the tag of the newest.
type kept struct {
	versions  []content
	tag       string
	withdrawn bool
}

// content is a body of bodyOf in a year.
type content struct{ form, year int }

func newModel() *model {
	return &model{
		records: map[string]map[int]*kept{"A": {}, "B": {}},
		years:   map[int]string{servertest.ClosedYear: "closed", servertest.OpenYear: "open", servertest.ThisYear: "open"},
	}
}

func (c content) body() []byte {
	forms := [][]byte{recordtest.Core(), recordtest.Full(), recordtest.CountOnly()}
	return bytes.Replace(forms[c.form], []byte("2025"), []byte(fmt.Sprint(c.year)), 1)
}

func recordID(n int) string { return string(recordtest.ID(n)) }

func (k *kept) newest() content { return k.versions[len(k.versions)-1] }

// versionNamed is which version a request says it replaces, and how.
type versionNamed struct {
	number int    // 0: none
	tag    string // "" in a batch, which names no tags
}

// put foretells the status of a submission, and whether it changes something.
func (m *model) put(org string, id int, c content, replaces versionNamed) (status int, changes bool) {
	k := m.records[org][id]
	switch {
	case k != nil && k.withdrawn:
		return 410, false
	case k != nil && k.newest() == c:
		return 200, false
	case k != nil && m.years[k.newest().year] == "closed", m.years[c.year] == "closed":
		return 409, false
	case m.years[c.year] == "":
		return 422, false
	case k == nil && replaces.number == 0:
		return 201, true
	case k == nil:
		return 412, false
	case replaces.number == 0:
		return 428, false
	case replaces.number != len(k.versions), replaces.tag != "" && replaces.tag != k.tag:
		return 412, false
	}
	return 200, true
}

func (m *model) keep(org string, id int, c content, tag string) {
	if m.records[org][id] == nil {
		m.records[org][id] = &kept{}
	}
	k := m.records[org][id]
	k.versions, k.tag = append(k.versions, c), tag
}

// row is a line of a batch.
type row struct {
	id       int
	content  content
	replaces versionNamed
}

// report is what a batch tells.
type report struct{ Rows, Accepted, Unchanged, Corrected, Refused int }

// batch foretells a report; taken are the rows that change something.
func (m *model) batch(org string, rows []row) (r report, taken []row) {
	seen := map[int]bool{}
	for _, row := range rows {
		r.Rows++
		status, changes := m.put(org, row.id, row.content, row.replaces)
		switch {
		case seen[row.id], status > 201:
			r.Refused++
		case status == 201:
			r.Accepted++
		case changes:
			r.Corrected++
		default:
			r.Unchanged++
		}
		if changes && !seen[row.id] {
			taken = append(taken, row)
		}
		seen[row.id] = true
	}
	return r, taken
}

// turn foretells the status of a change of a year.
func (m *model) turn(year int, to string) int {
	old := m.years[year]
	switch {
	case to == "open" && year > servertest.ThisYear+1:
		return 422
	case to != "open" && old == "":
		return 404
	case to == old:
		return 200
	case to == "open" && old != "", to == "correcting" && old == "open":
		return 409
	}
	return 200
}

// counts foretells the contacts of a year, those of whom nothing but their
// number may be known among them.
func (m *model) counts(year int, orgs ...string) (contacts, countOnly int) {
	for _, org := range orgs {
		for _, k := range m.records[org] {
			if !k.withdrawn && k.newest().year == year {
				contacts++
				if k.newest().form == 2 {
					countOnly++
				}
			}
		}
	}
	return contacts, countOnly
}

// list foretells the ids of an organisation's records of a year; 0 is every year.
func (m *model) list(org string, year int) (ids []string) {
	for id, k := range m.records[org] {
		if !k.withdrawn && (year == 0 || k.newest().year == year) {
			ids = append(ids, recordID(id))
		}
	}
	slices.Sort(ids)
	return ids
}

// plan foretells the status of putting a plan. The first version is created.
func (m *model) plan(form, replaces int, named bool) (status int, changes bool) {
	version := len(m.plans)
	switch {
	case version == replaces+1 && m.plans[version-1] == form:
	case version != replaces && replaces == 0:
		return 428, false
	case version != replaces:
		return 412, false
	case !named:
		return 422, false
	default:
		version, changes = version+1, true
	}
	if version == 1 {
		return 201, changes
	}
	return 200, changes
}

// compute foretells why nothing can be computed: the year is not closed, or
// holds too few persons, as it always does here.
func (m *model) compute() (status int, code string) {
	switch {
	case len(m.plans) == 0:
		return 404, "not_found"
	case m.years[servertest.OpenYear] != "closed":
		return 409, "release_period_not_closed"
	}
	return 409, "universe_too_small"
}
