package server

import (
	_ "embed"
	"fmt"
	"net/http"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
)

//go:embed messages.yaml
var messagesYAML []byte

// messages words every code in both languages.
type messages map[fault.Code]codelist.Text

// loadMessages reads the catalogue; the codebook's rules word themselves.
func loadMessages(book *codelist.Book) (messages, error) {
	m := messages{}
	if err := yaml.Unmarshal(messagesYAML, &m); err != nil {
		return nil, fmt.Errorf("messages.yaml: %w", err)
	}
	for _, rule := range book.Rules {
		m[fault.Code(rule.Code)] = rule.Text
	}
	return m, nil
}

// in words the code, or repeats it when it has no wording: a test sees to it
// that this does not happen.
func (m messages) in(lang codelist.Lang, code fault.Code) string {
	if text, ok := m[code]; ok {
		return text.In(lang)
	}
	return string(code)
}

// offered is ordered: the first is for those who ask for neither.
var (
	offered = []codelist.Lang{codelist.English, codelist.Swedish}
	matcher = language.NewMatcher([]language.Tag{language.English, language.Swedish})
)

// maxAcceptLanguage bounds the work on a header that nobody needs long.
const maxAcceptLanguage = 256

// languageOf is the language in which the caller wants to be told what is wrong.
func languageOf(r *http.Request) codelist.Lang {
	header := r.Header.Get("Accept-Language")
	if header == "" || len(header) > maxAcceptLanguage {
		return offered[0]
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return offered[0]
	}
	_, i, _ := matcher.Match(tags...)
	return offered[i]
}
