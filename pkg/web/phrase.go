package web

import (
	"embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/report"
)

//go:embed texts.yaml templates style.css icon.svg
var files embed.FS

// phrases are the words of the pages by key. {0} and {1} stand for what a page
// puts in.
type phrases map[string]codelist.Text

// readPhrases refuses a wording that lacks a language.
func readPhrases() (phrases, error) {
	raw, err := files.ReadFile("texts.yaml")
	if err != nil {
		return nil, err
	}
	var all phrases
	if err := yaml.Unmarshal(raw, &all); err != nil {
		return nil, fmt.Errorf("texts.yaml: %w", err)
	}
	for key, text := range all {
		if strings.TrimSpace(text.SV) == "" || strings.TrimSpace(text.EN) == "" {
			return nil, fmt.Errorf("texts.yaml: %s lacks a language", key)
		}
	}
	return all, nil
}

// tongue says things in one language.
type tongue struct {
	lang    codelist.Lang
	phrases phrases
}

var (
	errNoPhrase = errors.New("no such wording")
	errNoWords  = errors.New("nothing that can be put into words")
)

// say words a key, with numbers and texts put in.
func (t tongue) say(key string, parts ...any) (string, error) {
	text, ok := t.phrases[key]
	if !ok {
		return "", fmt.Errorf("%w: %s", errNoPhrase, key)
	}
	pairs := make([]string, 0, 2*len(parts))
	for i, part := range parts {
		words, err := t.write(part)
		if err != nil {
			return "", fmt.Errorf("%s: %w", key, err)
		}
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", words)
	}
	return strings.NewReplacer(pairs...).Replace(text.In(t.lang)), nil
}

// write puts a part into words.
func (t tongue) write(part any) (string, error) {
	switch p := part.(type) {
	case int:
		return t.lang.Number(p), nil
	case codelist.Text:
		return p.In(t.lang), nil
	case year:
		return strconv.Itoa(int(p)), nil
	case string:
		return p, nil
	}
	return "", fmt.Errorf("%w: %T", errNoWords, part)
}

// year is a number that is no quantity.
type year int

// value words a number of a release. What is withheld is never a number, and
// never nothing.
func (t tongue) value(n report.Number) (string, error) {
	switch {
	case n.Status == report.Exact:
		return t.lang.Number(n.Value), nil
	case n.Status == report.Impossible:
		return t.say("value.impossible")
	case n.Range == nil || n.Range.Open && n.Range.From <= 0:
		return t.say("value.withheld")
	case n.Range.Open:
		return t.say("value.at_least", n.Range.From)
	}
	return t.say("value.between", n.Range.From, n.Range.To)
}

// share words a number and out of how many it is, as far as both may be stated.
func (t tongue) share(n report.Number, of *report.Number) (string, error) {
	words, err := t.value(n)
	if err != nil || of == nil || of.Status != report.Exact {
		return words, err
	}
	whole, err := t.say("value.of", of.Value)
	return words + " " + whole, err
}

// capital begins a sentence.
func capital(sentence string) string {
	first, size := utf8.DecodeRuneInString(sentence)
	return string(unicode.ToUpper(first)) + sentence[size:]
}

// size words a number of bytes.
func (t tongue) size(bytes int) (string, error) {
	if bytes < 1000 {
		return t.say("size.bytes", bytes)
	}
	return t.say("size.kilobytes", (bytes+500)/1000)
}

// months are counted from 1.
const firstMonth, lastMonth = 1, 12

// date words a day, 2006-01-02; what is no day stays as it is.
func (t tongue) date(day string) (string, error) {
	parts := strings.Split(day, "-")
	if len(parts) != 3 {
		return day, nil
	}
	m, monthErr := strconv.Atoi(parts[1])
	d, dayErr := strconv.Atoi(parts[2])
	if monthErr != nil || dayErr != nil || m < firstMonth || m > lastMonth {
		return day, nil
	}
	month, err := t.say("month." + strconv.Itoa(m))
	return strconv.Itoa(d) + " " + month + " " + parts[0], err
}
