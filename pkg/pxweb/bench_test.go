package pxweb_test

import (
	"fmt"
	"net/http"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/pxweb"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

func BenchmarkData(b *testing.B) {
	s := start(b, pxweb.Limits{Calls: 1 << 40}, shelftest.Slide(2023), shelftest.Slide(2024))
	for _, format := range []string{"json-stat2", "csv", "px", "xlsx"} {
		b.Run(format, func(b *testing.B) {
			for b.Loop() {
				if w := s.do(http.MethodGet, "/api/v2/tables/residence_by_age/data?outputFormat="+format, ""); w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
}

// What the first call after a publication waits for.
func BenchmarkCatalogue(b *testing.B) {
	for _, releases := range []int{1, 10} {
		b.Run(fmt.Sprint(releases), func(b *testing.B) {
			var contents []plan.Content
			for i := range releases {
				contents = append(contents, shelftest.Slide(2000+i))
			}
			s := start(b, pxweb.Limits{Calls: 1 << 40}, contents...)
			held := s.books.Shelf()
			if _, err := held.Releases(b.Context()); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				d := deps(s, pxweb.Limits{})
				d.Shelf = held
				api, err := pxweb.New(d)
				if err != nil {
					b.Fatal(err)
				}
				fresh := *s
				fresh.route(api)
				if w := fresh.do(http.MethodGet, "/api/v2/tables", ""); w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
