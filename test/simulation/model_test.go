package simulation

import (
	"slices"
	"time"

	"manniskohandel.se/casestat/pkg/fault"
)

// content is what a record says: its year, its packed answers.
type content struct {
	year    int
	answers string
}

// member is what the model knows of a client.
type member struct {
	permissions string // as they are stored, words between spaces
	revoked     bool
}

// kept is what the model knows of one: every version of one that stands, the
// tombstone alone of one that was withdrawn.
type kept struct{ versions []version }

func (k *kept) newest() version { return k.versions[len(k.versions)-1] }

// model is what the store is to hold. It knows nothing of how that is done.
type model struct {
	records   map[key]*kept
	years     map[int]string // open, closed, correcting, erased; "": never opened
	clients   map[string]member
	drafts    map[string]*drafted
	forgotten map[string]bool // drafts whose records were erased since
	shelf     []released
	minimal   map[content]bool // of whom nothing but their number may be known
	common    map[string]bool  // answers that several records may have from the beginning
	gone      []string         // answers that must stand nowhere any more
}

// takes says whether a year takes records.
func (m *model) takes(year int) bool { return m.years[year] == "open" || m.years[year] == "correcting" }

// put foretells what a submission does: an outcome, or the code of a refusal.
func (m *model) put(k key, c content, named naming) (outcome string, code fault.Code) {
	now := m.records[k]
	switch {
	case now != nil && now.newest().withdrawn:
		return "", "record_withdrawn"
	case now != nil && now.newest().content == c:
		return "unchanged", ""
	case now != nil && m.years[now.newest().year] == "closed":
		return "", "period_closed"
	case now != nil && m.years[now.newest().year] == "erased", m.years[c.year] == "erased":
		return "", "period_erased"
	case m.years[c.year] == "closed":
		return "", "period_closed"
	case !m.takes(c.year):
		return "", "R10"
	case now == nil && named == naming{}:
		return "accepted", ""
	case now == nil:
		return "", "version_stale"
	case named == naming{}:
		return "", "precondition_required"
	case named.number != now.newest().number || named.tag != "" && named.tag != now.newest().tag:
		return "", "version_stale"
	}
	return "corrected", ""
}

// naming is which version a correction says it replaces.
type naming struct {
	number int
	tag    string // "" in a batch, which names no tags
}

// keep makes v the newest version of a record.
func (m *model) keep(k key, v version) {
	if m.records[k] == nil {
		m.records[k] = &kept{}
	}
	m.records[k].versions = append(m.records[k].versions, v)
}

// next is the number that the record's next version has.
func (m *model) next(k key) int {
	if m.records[k] == nil {
		return 1
	}
	return m.records[k].newest().number + 1
}

// erase leaves a tombstone of a record, and nothing of what it said.
func (m *model) erase(k key, tombstone version) {
	for _, v := range m.records[k].versions {
		if !m.minimal[v.content] && !m.common[v.answers] {
			m.gone = append(m.gone, v.answers)
		}
	}
	m.records[k].versions = []version{tombstone}
}

// turn foretells a change of a year's state.
func (m *model) turn(year int, to string, now time.Time) (changes bool, code fault.Code) {
	was := m.years[year]
	switch {
	case to == "open" && (year < 2000 || year > now.Year()+1):
		return false, "year_out_of_range"
	case to == "open" && was == "correcting": // it was closed before
		return false, "period_closed"
	case to != "open" && was == "":
		return false, "period_unknown"
	case to == was:
		return false, ""
	case was == "erased":
		return false, "period_erased"
	case to == "open" && was != "":
		return false, "period_closed"
	case to == "correcting" && was != "closed":
		return false, "period_not_closed"
	}
	return true, ""
}

// over says whether a year's records have been kept long enough: for so many
// full years after its end, to the first moment of the year after those.
func over(year, years int, now time.Time) bool {
	return !now.Before(time.Date(year+years+1, time.January, 1, 0, 0, 0, 0, time.UTC))
}

// living are the records that stand, of an organisation ("": all) and a year
// (0: all), in the order of their ids.
func (m *model) living(organisation string, year int) (keys []key) {
	for k, r := range m.records {
		v := r.newest()
		if !v.withdrawn && (organisation == "" || k.organisation == organisation) && (year == 0 || v.year == year) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, compareKeys)
	return keys
}

// count foretells the contacts among records, and those that only count.
func (m *model) count(keys []key) (contacts, minimal int) {
	for _, k := range keys {
		if m.minimal[m.records[k].newest().content] {
			minimal++
		}
	}
	return len(keys), minimal
}
