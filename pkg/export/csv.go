package export

import (
	"bytes"
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
)

// Dialect is how a CSV file is written. The zero Dialect separates by commas.
type Dialect struct {
	Separator byte // 0: a comma
	// Mark puts a byte order mark first, without which spreadsheet programs take
	// the file for one of another character set.
	Mark bool
}

// The dialects that spreadsheet programs open by themselves, where numbers have
// a decimal comma and where they have a point, and the one for programs.
var (
	SwedishSheet = Dialect{Separator: ';', Mark: true}
	EnglishSheet = Dialect{Separator: ',', Mark: true}
	Machine      = Dialect{Separator: ','}
)

// CSV writes the cube as one sees it: labels, rows and columns, and the symbols
// where there is no number.
func (c *Cube) CSV(lang codelist.Lang, dialect Dialect) ([]byte, error) {
	n, err := c.normal()
	if err != nil {
		return nil, err
	}
	w := newRows(dialect)
	g := n.grid(lang)
	w.write(g.head...)
	for _, row := range g.rows {
		fields := append([]string(nil), row.labels...)
		for _, number := range row.numbers {
			fields = append(fields, symbol(number))
		}
		w.write(fields...)
	}
	return w.Bytes(), nil
}

// LongCSV writes a row for every number, with codes, labels in both languages,
// the status, from where to where a withheld number lies for everybody, and
// whether the rows that say so add up to what they have in common. A number that
// is not published is an empty field. A last row with codes "_T" holds the total.
func (c *Cube) LongCSV(dialect Dialect) ([]byte, error) {
	n, err := c.normal()
	if err != nil {
		return nil, err
	}
	w := newRows(dialect)
	head := []string{"table"}
	for _, d := range n.Dimensions {
		name := longName(d)
		head = append(head, name)
		if d.Role != Time {
			head = append(head, name+"_sv", name+"_en")
		}
	}
	w.write(append(head, "value", "status", "from", "to", "adds_up")...)
	for _, o := range n.observations() {
		w.write(n.longRow(o)...)
	}
	return w.Bytes(), nil
}

// longName is the column of a dimension: lower case, as those of the fields are.
func longName(d Dimension) string {
	switch d.Role {
	case Time:
		return "year"
	case Contents:
		return "contents"
	default:
		return d.Code
	}
}

func (c *Cube) longRow(o observation) []string {
	row := []string{c.ID}
	for d, cat := range o.at {
		row = append(row, cat.Code)
		if c.Dimensions[d].Role != Time {
			row = append(row, cat.Label.SV, cat.Label.EN)
		}
	}
	from, to := ends(o.number)
	return append(row, o.value(), string(o.number.Status), from, to, strconv.FormatBool(c.addsUp() && !o.total))
}

// rows writes CSV as RFC 4180 has it.
type rows struct {
	bytes.Buffer
	separator byte
}

func newRows(d Dialect) *rows {
	w := &rows{separator: d.Separator}
	if w.separator == 0 {
		w.separator = ','
	}
	if d.Mark {
		w.WriteString("\ufeff")
	}
	return w
}

func (w *rows) write(fields ...string) {
	for i, field := range fields {
		if i > 0 {
			w.WriteByte(w.separator)
		}
		w.WriteString(w.quote(harmless(field)))
	}
	w.WriteString("\r\n")
}

func (w *rows) quote(field string) string {
	if !strings.ContainsAny(field, "\"\r\n,;\t") && strings.IndexByte(field, w.separator) < 0 && field == strings.TrimSpace(field) {
		return field
	}
	return `"` + strings.ReplaceAll(field, `"`, `""`) + `"`
}

// harmless is a field that no spreadsheet program takes for a formula. Without
// an apostrophe in front, a label that begins so would be run by whoever opens
// the file. One that begins with an apostrophe gets another, so that taking the
// first away always gives the field back.
func harmless(field string) string {
	if field != "" && strings.ContainsRune("=+-@\t\r\n'＝＋－＠", []rune(field)[0]) {
		return "'" + field
	}
	return field
}
