package demo

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
)

// JSON is the record as the body of a single submission, without its id.
func (r Record) JSON(book *codelist.Book) []byte {
	body := []byte{'{'}
	for _, f := range book.Fields {
		if value := r.value(f); value != nil && f.Kind != codelist.Identifier {
			if len(body) > 1 {
				body = append(body, ',')
			}
			body = append(strconv.AppendQuote(body, string(f.Name)), ':')
			body = append(body, value...)
		}
	}
	return append(body, '}')
}

// Line is the record as a line of NDJSON, with its id.
func (r Record) Line(book *codelist.Book) []byte {
	line := append([]byte(`{"record_id":`), strconv.Quote(r.ID)...)
	return append(append(line, ','), append(r.JSON(book)[1:], '\n')...)
}

// value is the JSON of one answer, nil for one that was left out.
func (r Record) value(f codelist.Field) []byte {
	codes := r.Answers[f.Name]
	switch {
	case f.Kind == codelist.Year:
		return strconv.AppendInt(nil, int64(r.Year), 10)
	case r.leavesOut(f):
		return nil
	case f.Multi:
		return marshal(codes)
	case f.Kind == codelist.Number && isNumber(codes[0]):
		return []byte(codes[0])
	}
	return marshal(codes[0])
}

// leavesOut says whether the answer is not sent. The number of children is
// never sent as not applicable.
func (r Record) leavesOut(f codelist.Field) bool {
	codes := r.Answers[f.Name]
	return len(codes) == 0 || f.Kind == codelist.Number && codes[0] == codelist.NotApplicable
}

func isNumber(code codelist.Code) bool {
	_, err := strconv.Atoi(string(code))
	return err == nil
}

func marshal(v any) []byte {
	b, _ := json.Marshal(v) // codes are strings; they cannot fail
	return b
}

// Encode writes records in a member's format and gives their media type.
func (f Format) Encode(w io.Writer, book *codelist.Book, records []Record) (mediaType string, err error) {
	switch f {
	case CSV:
		return "text/csv", writeCSV(w, ',', book, records)
	case ExcelCSV:
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return "", err
		}
		return "text/csv", writeCSV(w, ';', book, records)
	}
	var lines bytes.Buffer
	for _, r := range records {
		lines.Write(r.Line(book))
	}
	_, err = lines.WriteTo(w)
	return "application/x-ndjson", err
}

func writeCSV(w io.Writer, separator rune, book *codelist.Book, records []Record) error {
	table := csv.NewWriter(w)
	table.Comma = separator
	header := make([]string, len(book.Fields))
	for i, f := range book.Fields {
		header[i] = string(f.Name)
	}
	if err := table.Write(header); err != nil {
		return err
	}
	for _, r := range records {
		if err := table.Write(r.cells(book)); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

func (r Record) cells(book *codelist.Book) []string {
	cells := make([]string, len(book.Fields))
	for i, f := range book.Fields {
		switch {
		case f.Kind == codelist.Identifier:
			cells[i] = r.ID
		case f.Kind == codelist.Year:
			cells[i] = strconv.Itoa(r.Year)
		case !r.leavesOut(f):
			cells[i] = joined(r.Answers[f.Name])
		}
	}
	return cells
}

func joined(codes []codelist.Code) string {
	words := make([]string, len(codes))
	for i, code := range codes {
		words[i] = string(code)
	}
	return strings.Join(words, ";")
}
