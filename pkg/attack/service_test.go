package attack

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"manniskohandel.se/casestat"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// serve publishes contents and serves them as the public server does.
func serve(t *testing.T, contents ...plan.Content) Target {
	t.Helper()
	return serveBehind(t, func(h http.Handler) http.Handler { return h }, contents...)
}

// serveBehind is serve with something in front of the server.
func serveBehind(t *testing.T, front func(http.Handler) http.Handler, contents ...plan.Content) Target {
	t.Helper()
	books := shelftest.New(t)
	for _, c := range contents {
		books.Publish(c)
	}
	public, err := server.NewPublic(server.PublicDeps{
		Shelf: books.Shelf(), ReleaseKey: books.Signer().Key(), Contract: casestat.Contract, Book: codelist.Current(),
		Log: slog.New(slog.DiscardHandler), Now: time.Now, Random: rand.Reader,
	})
	if err != nil {
		t.Fatal(err)
	}
	running := httptest.NewServer(front(public))
	t.Cleanup(running.Close)
	return Target{URL: running.URL, Trust: books.Trust(), HTTP: running.Client()}
}

// baseline is the content that a threshold alone would publish.
func baseline(people []person, tables [][]int) plan.Content {
	return plan.Content{
		Title: text("Threshold only"), Policy: baselinePolicy(),
		Years: []plan.Publication{hideSmall(describe(tables), people)},
	}
}

// product is what casestat publishes of the same records and tables.
func product(ctx context.Context, t *testing.T, people []person, tables [][]int) plan.Content {
	t.Helper()
	fine := describe(tables)
	layout, data := lay(fine, people)
	p := disclosure.Problem{System: layout.Base, Data: data, Policy: plan.Defaults()}
	finest := layout.Base
	finest.Cells = nil
	for _, c := range fine.Cells {
		finest.Cells = append(finest.Cells, c.Cell)
	}
	var err error
	if p.Views, err = disclosure.Views(finest, data, p.Policy); err != nil {
		t.Fatal(err)
	}
	var shown []plan.Presentation
	if p.System, shown, err = disclosure.Recode(ctx, layout, p); err != nil {
		t.Fatal(err)
	}
	if p.Views, err = disclosure.Views(p.System, data, p.Policy); err != nil {
		t.Fatal(err)
	}
	solution, err := disclosure.Protect(ctx, p, disclosure.Seed{})
	if err != nil {
		t.Fatal(err)
	}
	y, err := solution.Publish(presented(fine, p.System, shown))
	if err != nil {
		t.Fatal(err)
	}
	return disclosure.Compose(plan.Content{Title: text("Protected"), Policy: p.Policy}, y).Content()
}

// lay puts a description on paper: every attribute may be merged into known and
// other.
func lay(y plan.Publication, people []person) (plan.Layout, []plan.Count) {
	l := plan.Layout{Base: plan.System{Axes: slices.Clone(y.Axes), Cells: []plan.Cell{y.Cells[0].Cell}}}
	l.Base.Axes = append(l.Base.Axes, plan.Axis{Name: plan.OrganisationAxis, Categories: organisations, Hidden: true})
	for a := range y.Axes {
		n := len(y.Axes[a].Categories)
		var fine plan.Grouping
		var known []int
		for c := range n {
			fine = append(fine, []int{c})
			known = append(known, c)
		}
		ladder := plan.Ladder{Axis: a, Residual: n - 1, Rungs: []plan.Grouping{fine}}
		if n > 2 {
			ladder.Rungs = append(ladder.Rungs, plan.Grouping{known[:n-1], {n - 1}})
		}
		l.Ladders = append(l.Ladders, ladder)
	}
	for _, t := range y.Tables {
		table := plan.Table{Name: string(t.Name)}
		for _, s := range y.Cells[t.Cells[0]].Where {
			table.Axes = append(table.Axes, s.Axis)
		}
		l.Tables = append(l.Tables, table)
	}
	var data []plan.Count
	for _, p := range people {
		data = append(data, plan.Count{Atom: append(slices.Clone(p.answers), p.organisation), N: 1})
	}
	return l, data
}

// presented describes the tables as they were recoded.
func presented(fine plan.Publication, system plan.System, shown []plan.Presentation) plan.Publication {
	y := fine
	y.Cells, y.Tables = nil, nil
	for _, c := range system.Cells {
		y.Cells = append(y.Cells, plan.PublishedCell{Cell: c, Quantity: quantityOf(c.Where)})
	}
	for i, s := range shown {
		t := plan.PublishedTable{Name: fine.Tables[i].Name, Title: fine.Tables[i].Title, Universe: "persons", Cells: s.Cells, Dropped: s.Dropped}
		for d, g := range s.Groups {
			dimension := fine.Tables[i].Dimensions[d]
			dimension.Categories = nil
			for _, members := range g {
				c := plan.PublishedCategory{Code: codeOf(members[len(members)-1]), Label: text("merged")}
				for _, m := range members {
					c.Includes = append(c.Includes, codeOf(m))
				}
				dimension.Categories = append(dimension.Categories, c)
			}
			t.Dimensions = append(t.Dimensions, dimension)
		}
		if t.Dropped {
			t.Cells = nil
		}
		y.Tables = append(y.Tables, t)
	}
	return y
}

func quantityOf(where plan.Selection) plan.Quantity {
	var q plan.Quantity
	for _, s := range where {
		c := plan.Condition{Field: fieldOf(s.Axis)}
		for _, m := range s.Categories {
			c.In = append(c.In, codeOf(m))
		}
		q.Where = append(q.Where, c)
	}
	return q
}

// truth is the population as the attacks know planted persons.
func truth(people []person) []Person {
	var out []Person
	for _, p := range people {
		a := Answers{}
		for i, c := range p.answers {
			a[fieldOf(i)] = []codelist.Code{codeOf(c)}
		}
		out = append(out, Person{Organisation: organisations[p.organisation], Year: 2024, Answers: a})
	}
	return out
}

// withheld is what casestat publishes if nothing may be merged: it can only
// withhold.
func withheld(ctx context.Context, t *testing.T, people []person, tables [][]int) plan.Content {
	t.Helper()
	y := describe(tables)
	layout, data := lay(y, people)
	p := disclosure.Problem{System: layout.Base, Data: data, Policy: plan.Defaults()}
	p.System.Cells = nil
	for _, c := range y.Cells {
		p.System.Cells = append(p.System.Cells, c.Cell)
	}
	var err error
	if p.Views, err = disclosure.Views(p.System, data, p.Policy); err != nil {
		t.Fatal(err)
	}
	solution, err := disclosure.Protect(ctx, p, disclosure.Seed{})
	if err != nil {
		t.Fatal(err)
	}
	published, err := solution.Publish(y)
	if err != nil {
		t.Fatal(err)
	}
	return disclosure.Compose(plan.Content{Title: text("Withheld"), Policy: p.Policy}, published).Content()
}
