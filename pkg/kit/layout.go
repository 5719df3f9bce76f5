package kit

import (
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
)

// The folders of a kit. Pictures and tables have one for each language.
const (
	pictures = "pictures"
	tables   = "tables"
	data     = "data"
	proof    = "proof"
)

// The files that are not of the release itself.
const (
	manifestPath   = proof + "/manifest.json"
	withdrawalPath = proof + "/withdrawal.json"
	keyPath        = proof + "/key.txt"
	sumsPath       = proof + "/SHA256SUMS.txt"
)

func readmePath(lang codelist.Lang) string { return "README." + string(lang) + ".txt" }

// place is where a file of a release lies in its kit. It keeps its name, which
// holds no slash, so that it can be laid beside what the manifest says of it.
func place(f plan.File) string {
	lang, worded := languageOf(f.Name)
	switch {
	case worded && strings.HasPrefix(f.Media, "image/"):
		return pictures + "/" + string(lang) + "/" + f.Name
	case worded && (strings.HasSuffix(f.Name, ".csv") || strings.HasSuffix(f.Name, ".xlsx")):
		return tables + "/" + string(lang) + "/" + f.Name
	}
	return data + "/" + f.Name
}

// languageOf says in which language a file is written, if its name says so:
// "figure.2025.age.sv.svg".
func languageOf(name string) (codelist.Lang, bool) {
	for _, lang := range languages {
		if strings.Contains(name, "."+string(lang)+".") {
			return lang, true
		}
	}
	return "", false
}

var languages = [...]codelist.Lang{codelist.Swedish, codelist.English}

// packed says whether a file is compressed already, so that it would only cost
// time to do it again.
func packed(path string) bool {
	return strings.HasSuffix(path, ".png") || strings.HasSuffix(path, ".xlsx")
}
