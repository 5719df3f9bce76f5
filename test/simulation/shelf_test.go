package simulation

import (
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"

	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/table"
)

// planned reads how far the drafts have come.
func (s *sight) planned(now *seen) error {
	return each(s.records, func(scan func(...any) error) error {
		var id uuid.UUID
		var d draftSeen
		err := scan(&id, &d.state, &d.version, &d.number)
		now.drafts[id.String()] = d
		return err
	}, `SELECT id, state, version, COALESCE(number, 0) FROM draft`)
}

// shelf reads every release, byte for byte.
func (s *sight) shelf() (all []released, err error) {
	if s.releases == nil {
		return nil, nil
	}
	err = each(s.releases, func(scan func(...any) error) error {
		var number int
		var r released
		if err := scan(&number, &r.manifest, &r.notice); err != nil {
			return err
		}
		if number != len(all)+1 {
			return fmt.Errorf("release %d follows %d", number, len(all))
		}
		all = append(all, r)
		return nil
	}, `SELECT r.number, r.manifest, COALESCE(w.notice, '') FROM release r LEFT JOIN withdrawal w ON w.number = r.number ORDER BY r.number`)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].files, err = s.files(i + 1); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (s *sight) files(number int) (string, error) {
	sum := sha256.New()
	err := each(s.releases, func(scan func(...any) error) error {
		var name string
		var content []byte
		err := scan(&name, &content)
		fmt.Fprintf(sum, "%s %d\n%s", name, len(content), content)
		return err
	}, `SELECT name, content FROM release_file WHERE number = ? ORDER BY name`, number)
	return string(sum.Sum(nil)), err
}

// compareDrafts: a draft changes by what was just done to it. What was computed
// from a record that is withdrawn may be forgotten with it.
func (r *run) compareDrafts(now *seen) {
	for id, is := range now.drafts {
		was, known := r.seen.drafts[id]
		switch meant, done := r.tolerated[id]; {
		case known && is == was, done && is == meant:
		case r.departed && is.version > was.version && (is.state == "draft" || is.state == was.state) && was.state != "published":
			r.model.forgotten[id] = true
		default:
			r.fail("a draft that nobody touched was %v and is %v", was, is)
		}
	}
	if len(now.drafts) < len(r.seen.drafts) {
		r.fail("a draft is gone")
	}
	clear(r.tolerated)
	r.departed = false
}

// compareShelf: what was published stays as it is, byte for byte. One more may
// come, by a publication alone; a notice may come, by a recall alone.
func (r *run) compareShelf(publishing bool) {
	now, err := r.sight.shelf()
	r.must(err)
	was := r.model.shelf
	if len(now) < len(was) || len(now) > len(was)+1 || len(now) > len(was) && !publishing {
		r.fail("there are %d releases, foretold %d", len(now), len(was))
	}
	for i, w := range was {
		if w.notice == "" && r.recalled == i+1 {
			w.notice = now[i].notice
		}
		if now[i] != w {
			r.fail("release %d is not what was published", i+1)
		}
	}
	r.recalled = 0
	if len(now) > len(was) {
		r.tally.Published++
	}
	r.model.shelf = now
	r.onShelf(len(now) - len(was))
}

// onShelf has the shelf verify every release, and holds the numbers of a new
// one against the records of this moment.
func (r *run) onShelf(added int) {
	if r.process.shelf == nil {
		return
	}
	all, err := r.process.shelf.Releases(ctx())
	r.must(err)
	r.must(r.process.shelf.Stale())
	if len(all) != len(r.model.shelf) {
		r.fail("%d releases are shown, foretold %d", len(all), len(r.model.shelf))
	}
	for i, release := range all {
		if string(release.Raw) != r.model.shelf[i].manifest || (release.Withdrawal != nil) != (r.model.shelf[i].notice != "") {
			r.fail("release %d is not shown as it was published", i+1)
		}
	}
	if added > 0 {
		r.compareNumbers(all[len(all)-1].Manifest.Content.Years[0])
	}
}

// compareNumbers holds what a release shows of its figure against a count of
// the records that stand.
func (r *run) compareNumbers(y plan.Publication) {
	b, err := table.NewBuilder(figures())
	r.must(err)
	for _, k := range r.model.living("", y.Year) {
		r.must(b.Add(book().reader.Schema().Book.Version, record.Answers(r.model.records[k].newest().answers)))
	}
	wanted, _ := figures().Figure(theFigure)
	reading, err := b.Columns().Read(wanted)
	r.must(err)
	for _, f := range y.Figures {
		if cell := y.Cells[f.N]; string(f.Name) == string(theFigure) && cell.Shown && cell.Value != reading.Numbers.N {
			r.fail("the release says %d, the records %d", cell.Value, reading.Numbers.N)
		}
	}
}
