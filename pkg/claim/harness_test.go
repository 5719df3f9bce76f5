package claim_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/claim"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// checkerOf checks against one of several releases, as if they had been
// published and verified in their order.
func checkerOf(t testing.TB, asked int, contents ...plan.Content) *claim.Checker {
	t.Helper()
	var releases []*shelf.Release
	for i, c := range contents {
		releases = append(releases, &shelf.Release{Manifest: plan.Manifest{Number: i + 1, Content: c}})
	}
	c, err := claim.New(shelftest.Figures(), releases, asked)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func checkerOfBooks(t testing.TB, books *shelftest.Books, asked int) *claim.Checker {
	t.Helper()
	releases, err := books.Shelf().Releases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := claim.New(shelftest.Figures(), releases, asked)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func check(t testing.TB, c *claim.Checker, format claim.Format, text string) claim.Report {
	t.Helper()
	d, err := claim.Read(format, []byte(text))
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	r, err := c.Check(d)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return r
}

// line words a report for comparison: each claim and each loose number with
// what stands there in the text.
func lines(r claim.Report) []string {
	var all []string
	for _, c := range r.Claims {
		said := ""
		if c.Verdict == claim.Stale {
			said = fmt.Sprintf(" by %d of %d", c.Said.Release, c.Said.Year)
		}
		all = append(all, fmt.Sprintf("%s %s%s", c.Verdict, c.Name, said))
	}
	for _, l := range r.Loose {
		all = append(all, "unbound "+string(l.Reason))
	}
	return all
}

// alter gives the content another value, or withholds it: what cells of that
// name say from now on.
func alter(c plan.Content, name string, edit func(*plan.PublishedCell)) plan.Content {
	for _, y := range c.Years {
		for i := range y.Cells {
			if y.Cells[i].Name == name {
				edit(&y.Cells[i])
			}
		}
	}
	return c
}

func withhold(c *plan.PublishedCell) {
	c.Shown, c.Value, c.Range = false, 0, &plan.Range{From: 0, To: 9}
}

func value(n int) func(*plan.PublishedCell) { return func(c *plan.PublishedCell) { c.Value = n } }

const wordXML = `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" ` +
	`xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>%s</w:body></w:document>`

// docx packs files, given as name and content in turn; a name without a slash
// is below word.
func docx(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := archive.Create("word/" + files[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// document is a DOCX whose body holds that XML.
func document(t testing.TB, body string) []byte {
	t.Helper()
	return docx(t, "document.xml", fmt.Sprintf(wordXML, body))
}

func para(runs ...string) string {
	return "<w:p><w:r><w:t>" + strings.Join(runs, "</w:t></w:r><w:r><w:t>") + "</w:t></w:r></w:p>"
}
