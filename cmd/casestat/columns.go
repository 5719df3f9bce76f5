package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"text/tabwriter"
)

// columns prints rows under headings, aligned.
type columns struct{ w *tabwriter.Writer }

func newColumns(out io.Writer, headings ...string) columns {
	c := columns{tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)}
	c.row(headings...)
	return c
}

func (c columns) row(cells ...string) { fmt.Fprintln(c.w, strings.Join(cells, "\t")) }

func (c columns) flush() error { return c.w.Flush() }

func isNotExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// counting writes a number with the word for it.
func counting(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
