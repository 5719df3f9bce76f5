package demo

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
)

//go:embed data
var data embed.FS

// rows reads one of the embedded tables, each row by the names of its columns.
func rows(name string) ([]map[string]string, error) {
	text, err := data.ReadFile("data/" + name)
	if err != nil {
		return nil, err
	}
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	table := make([]map[string]string, 0, len(lines)-1)
	for _, line := range lines[1:] {
		row := make(map[string]string, len(line))
		for i, column := range lines[0] {
			row[column] = line[i]
		}
		table = append(table, row)
	}
	return table, nil
}

// Format is how a member's own system sends its records.
type Format string

// The formats of the members' systems.
const (
	NDJSON   Format = "ndjson"
	CSV      Format = "csv"       // comma between columns
	ExcelCSV Format = "csv_excel" // as a Swedish Excel writes it: byte order mark, semicolon between columns
)

// Member is one of the five organisations. None of them exists.
type Member struct {
	Key    string // "A" to "E"
	Name   string
	Region codelist.Code
	Format Format
}

func readMembers() ([]Member, error) {
	table, err := rows("members.csv")
	var members []Member
	for _, row := range table {
		members = append(members, Member{
			Key: row["key"], Name: row["name"],
			Region: codelist.Code(row["region"]), Format: Format(row["format"]),
		})
	}
	return members, err
}

// person is one of the slide: what the table says, who met her first, and who
// met her again later.
type person struct {
	member  string
	answers Answers
	again   []string
}

func readPersons(book *codelist.Book) ([]person, error) {
	table, err := rows("slide.csv")
	var persons []person
	for i, row := range table {
		p := person{member: row["member"], again: strings.Fields(row["met_again_by"]), answers: counting.clone()}
		for _, f := range answered(book) {
			if codes := codesIn(strings.Fields(row[string(f.Name)])); len(codes) > 0 {
				p.answers[f.Name] = codes
			}
			if err := checkCodes(book, f, p.answers[f.Name]); err != nil {
				return nil, fmt.Errorf("slide.csv, person %d: %w", i+1, err)
			}
		}
		persons = append(persons, p)
	}
	return persons, err
}

func codesIn(words []string) []codelist.Code {
	codes := make([]codelist.Code, len(words))
	for i, word := range words {
		codes[i] = codelist.Code(word)
	}
	return codes
}

// decoyKind is one way of not belonging on the slide. Each answer in which it
// differs is enough for that.
type decoyKind struct {
	name    string
	differs Answers
	counts  [3]int // in the year before the slide's, in the slide's, and in the year after
}

func readDecoys(book *codelist.Book) ([]decoyKind, error) {
	table, err := rows("decoys.csv")
	var kinds []decoyKind
	for _, row := range table {
		k := decoyKind{name: row["kind"], differs: Answers{}}
		for _, difference := range strings.Fields(row["differs"]) {
			field, codes, _ := strings.Cut(difference, "=")
			k.differs[codelist.FieldName(field)] = codesIn(strings.Split(codes, "+"))
		}
		for _, f := range answered(book) {
			if err := checkCodes(book, f, k.differs[f.Name]); err != nil {
				return nil, fmt.Errorf("decoys.csv, %s: %w", k.name, err)
			}
		}
		for i, column := range []string{"before", "slide", "current"} {
			if k.counts[i], err = strconv.Atoi(row[column]); err != nil {
				return nil, fmt.Errorf("decoys.csv, %s: %w", k.name, err)
			}
		}
		kinds = append(kinds, k)
	}
	return kinds, err
}
