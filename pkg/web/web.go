package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
)

// Shelf holds the published releases, verified.
type Shelf interface {
	Releases(ctx context.Context) ([]*shelf.Release, error)
	Trend(ctx context.Context, number int, figure plan.Name) (shelf.Trend, error)
}

// Deps is what Pages stand on. All of it is required but for Address.
type Deps struct {
	Shelf   Shelf
	Figures *figure.Set
	Log     *slog.Logger
	// Address is where readers find the pages, such as https://statistik.example,
	// without a slash at its end. It stands in citations and embedding code; empty,
	// they name the path alone.
	Address string
}

// Pages are the pages of a shelf. They may be used by several goroutines.
type Pages struct {
	deps   Deps
	press  press
	fixed  map[string]answer // what depends on no release, by path
	lost   map[codelist.Lang]answer
	broken map[codelist.Lang]answer
	kept   keeper
}

// New makes the pages. It fails if a dependency or a wording is missing.
func New(d Deps) (*Pages, error) {
	if d.Shelf == nil || d.Figures == nil || d.Log == nil {
		return nil, errors.New("web: Deps.Shelf, Deps.Figures and Deps.Log are required")
	}
	d.Address = strings.TrimSuffix(d.Address, "/")
	p := &Pages{deps: d, kept: keeper{most: keptAtMost}}
	var err error
	if p.press, err = newPress(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if err := p.printFixed(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return p, nil
}

// ServeHTTP answers GET and HEAD. A path that is none of Paths gets the page
// that says so.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if ready, ok := p.fixed[r.URL.Path]; ok {
		ready.send(w, r)
		return
	}
	p.answer(r).send(w, r)
}

// NotFound answers that there is no such page, whatever the path.
func (p *Pages) NotFound(w http.ResponseWriter, r *http.Request) {
	lang, _ := languageOf(r.URL.Path)
	p.lost[lang].send(w, r)
}

// answer prints the page, or takes the one that was printed before from the
// same releases.
func (p *Pages) answer(r *http.Request) answer {
	lang, path := languageOf(r.URL.Path)
	route, v, ok := find(path)
	if !ok || route.show == nil {
		return p.lost[lang]
	}
	v.lang = lang
	v.year, ok = requestedYear(r.URL.Query()["year"])
	if !ok {
		return p.lost[lang]
	}
	printed, err := p.print(r.Context(), route, v)
	switch {
	case err == nil:
		return printed
	case fault.KindOf(err) == fault.NotFound:
		return p.lost[lang]
	}
	p.deps.Log.ErrorContext(r.Context(), "page failed", slog.String("route", route.path), slog.String("error", err.Error()))
	return p.broken[lang]
}

func (p *Pages) print(ctx context.Context, route route, v visit) (answer, error) {
	releases, err := p.deps.Shelf.Releases(ctx)
	if err != nil {
		return answer{}, err
	}
	key := visitKey{path: route.path, visit: v}
	if ready, ok := p.kept.find(releases, key); ok {
		return ready, nil
	}
	printed, err := route.show(reading{Pages: p, ctx: ctx, visit: v, releases: releases})
	if err != nil {
		return answer{}, err
	}
	p.kept.keep(releases, key, printed)
	return printed, nil
}

// printFixed prints what stays the same while the program runs.
func (p *Pages) printFixed() error {
	p.fixed, p.lost, p.broken = p.press.assets(), map[codelist.Lang]answer{}, map[codelist.Lang]answer{}
	for _, lang := range languages {
		method, err := p.press.print(lang, "method", p.methodView())
		if err != nil {
			return err
		}
		p.fixed[localised(lang, "/method")] = method
		for _, failure := range []struct {
			name   string
			status int
			into   map[codelist.Lang]answer
		}{{"lost", http.StatusNotFound, p.lost}, {"broken", http.StatusServiceUnavailable, p.broken}} {
			page, err := p.press.print(lang, failure.name, view{Here: "/"})
			if err != nil {
				return err
			}
			page.status, page.keep = failure.status, noStore
			failure.into[lang] = page.ready()
		}
	}
	return nil
}
