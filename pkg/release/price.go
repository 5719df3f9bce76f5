package release

import (
	"context"
	"strings"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// Price is what a requested table would cost if it alone were released next,
// for the desk and nobody else: it follows from the records.
type Price struct {
	// Admitted: the size of the universe bears the table. If not, it has no price.
	Admitted bool `json:"admitted"`
	Withheld int  `json:"withheld"` // of its Cells
	Cells    int  `json:"cells"`
	// Coarser are those of the table's coarser forms that are admitted.
	Coarser []Cut `json:"coarser,omitzero"`
}

// Cut is the price of the table with one dimension a rung coarser.
type Cut struct {
	Rungs    []string `json:"rungs"` // by dimension, "" for the codes
	Withheld int      `json:"withheld"`
	Cells    int      `json:"cells"`
}

// Price computes a requested table together with everything published about
// its year, as it was asked for and with each dimension one rung coarser. It
// takes as long as computing a draft, and shares its one place.
func (s *Service) Price(ctx context.Context, p access.Principal, id RequestID) (_ Price, err error) {
	defer fault.Wrap(&err, "price a request")
	if err := p.Require(access.ReleasesPrepare); err != nil {
		return Price{}, err
	}
	r, err := s.ReadRequest(ctx, p, id)
	if err != nil {
		return Price{}, err
	}
	if !s.computing.TryLock() {
		return Price{}, fault.New(fault.Unavailable, CodeBusy)
	}
	defer s.computing.Unlock()
	if err := s.log(ctx, s.deed(p, DeedPriced, string(id))); err != nil {
		return Price{}, err
	}
	asked, admitted, err := s.cost(ctx, r.Year, r.Table)
	if err != nil {
		return Price{}, err
	}
	out := Price{Admitted: admitted, Withheld: asked.Withheld, Cells: asked.Cells}
	for _, coarser := range coarsened(s.deps.Figures.Book, r.Table) {
		cut, admitted, err := s.cost(ctx, r.Year, coarser)
		if err != nil {
			return Price{}, err
		}
		if admitted {
			out.Coarser = append(out.Coarser, cut)
		}
	}
	return out, nil
}

// cost protects one table. A table that the size of its universe does not admit
// has no price.
func (s *Service) cost(ctx context.Context, year int, t plan.Tabulation) (_ Cut, admitted bool, err error) {
	document, err := planOf(year, t).JSON()
	if err != nil {
		return Cut{}, false, err
	}
	c := &computation{draft: Draft{Plan: document}}
	if _, err = s.work(ctx, c); fault.CodeOf(err) == CodeTableInadmissible {
		return Cut{}, false, nil
	}
	if err != nil {
		return Cut{}, false, err
	}
	cut := Cut{}
	for _, d := range t.Dimensions {
		cut.Rungs = append(cut.Rungs, d.Rung)
	}
	said := c.years[0].published
	for _, table := range said.Tables {
		if table.Name == t.Name || strings.HasPrefix(string(table.Name), string(t.Name)+".") {
			withheld, cells := withheldOf(said, table)
			cut.Withheld, cut.Cells = cut.Withheld+withheld, cut.Cells+cells
		}
	}
	return cut, true, nil
}

// withheldOf counts a table's cells. Where no record can be there is none.
func withheldOf(y plan.Publication, t plan.PublishedTable) (withheld, cells int) {
	if t.Dropped {
		cells = 1
		for _, d := range t.Dimensions {
			cells *= len(d.Categories)
		}
		return cells, cells
	}
	for _, c := range t.Cells {
		if c == plan.NoCell {
			continue
		}
		if cells++; !y.Cells[c].Shown {
			withheld++
		}
	}
	return withheld, cells
}

// coarsened are the table with one of its dimensions a rung coarser, each that
// has such a rung.
func coarsened(book *codelist.Book, t plan.Tabulation) (out []plan.Tabulation) {
	for i, d := range t.Dimensions {
		f, _ := book.Field(d.Field)
		for at, rung := range f.Ladder {
			if at+1 == len(f.Ladder) || rung.Name != d.Rung && (at > 0 || d.Rung != "") {
				continue
			}
			next := t
			next.Dimensions = append([]plan.Dimension(nil), t.Dimensions...)
			next.Dimensions[i].Rung = f.Ladder[at+1].Name
			out = append(out, next)
		}
	}
	return out
}
