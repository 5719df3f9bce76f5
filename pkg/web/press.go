package web

import (
	"bytes"
	"fmt"
	"html/template"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/signed"
)

// The files beside the pages. They are linked with the hash of their bytes, so
// that a browser may keep them for as long as nothing changes.
const (
	stylePath = "/assets/style.css"
	iconPath  = "/assets/icon.svg"
)

// names of the templates: each defines "main" inside the common layout.
var pageNames = [...]string{"home", "report", "figure", "table", "method", "lost", "broken"}

// press prints pages: a template a page and language.
type press struct {
	phrases     phrases
	pages       map[codelist.Lang]map[string]*template.Template
	style, icon []byte
}

func newPress() (p press, err error) {
	if p.phrases, err = readPhrases(); err != nil {
		return p, err
	}
	if p.style, err = files.ReadFile("style.css"); err != nil {
		return p, err
	}
	if p.icon, err = files.ReadFile("icon.svg"); err != nil {
		return p, err
	}
	p.pages = make(map[codelist.Lang]map[string]*template.Template)
	for _, lang := range languages {
		if p.pages[lang], err = p.parse(lang); err != nil {
			return p, err
		}
	}
	return p, nil
}

// parse reads the templates with the functions of a language.
func (p press) parse(lang codelist.Lang) (map[string]*template.Template, error) {
	t := tongue{lang, p.phrases}
	common, err := template.New("").Funcs(template.FuncMap{
		"say": t.say, "in": t.write, "value": t.value, "date": t.date, "size": t.size, "number": t.lang.Number,
		"sentence": func(words codelist.Text) string { return capital(words.In(lang)) },
		"to":       func(path string) string { return localised(lang, path) },
		"style":    func() string { return versioned(stylePath, p.style) },
		"icon":     func() string { return versioned(iconPath, p.icon) },
		"year":     func(y int) year { return year(y) },
	}).ParseFS(files, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return nil, err
	}
	pages := make(map[string]*template.Template)
	for _, name := range pageNames {
		page, err := common.Clone()
		if err != nil {
			return nil, err
		}
		if pages[name], err = page.ParseFS(files, "templates/"+name+".html"); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

// view is what the layout has to know of a page.
type view struct {
	Here  string        // its path from the language's root, with its query
	Title codelist.Text // of the page's subject; empty: the page names itself
	Body  any
}

// sheet is a view in a language.
type sheet struct {
	view
	Lang  codelist.Lang
	Page  string
	Other codelist.Lang
	Links []alternate
}

// alternate is the same page in a language.
type alternate struct {
	Lang codelist.Lang
	Path string
}

// print gives a page in a language.
func (p press) print(lang codelist.Lang, page string, v view) (answer, error) {
	s := sheet{view: v, Lang: lang, Page: page, Other: codelist.English}
	if lang == codelist.English {
		s.Other = codelist.Swedish
	}
	for _, l := range languages {
		s.Links = append(s.Links, alternate{l, localised(l, v.Here)})
	}
	var b bytes.Buffer
	if err := p.pages[lang][page].ExecuteTemplate(&b, "layout", s); err != nil {
		return answer{}, fmt.Errorf("print %s: %w", page, err)
	}
	return answer{media: mediaHTML, lang: string(lang), keep: keepAMinute, policy: pagePolicy, body: b.Bytes()}.ready(), nil
}

// Path is this page's, OtherPath the same page's in the other language.
func (s sheet) Path() string { return localised(s.Lang, s.Here) }

// OtherPath is the same page in the other language.
func (s sheet) OtherPath() string { return localised(s.Other, s.Here) }

// Standing says whether the page stays where it is: an error does not.
func (s sheet) Standing() bool { return s.Page != "lost" && s.Page != "broken" }

func (p press) assets() map[string]answer {
	return map[string]answer{
		stylePath: answer{media: "text/css; charset=utf-8", keep: keepAnHour, policy: picturePolicy, body: p.style}.ready(),
		iconPath:  answer{media: export.MediaSVG, keep: keepAnHour, policy: picturePolicy, body: p.icon}.ready(),
	}
}

// versioned is a path that changes with the bytes behind it.
func versioned(path string, content []byte) string {
	return path + "?v=" + signed.HashOf(content).String()[:12]
}
