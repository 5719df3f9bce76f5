package pxweb

import (
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
)

// What tables say of themselves.
var (
	labelYear     = codelist.Text{SV: "år", EN: "year"}
	labelContents = codelist.Text{SV: "tabellinnehåll", EN: "contents"}
	labelFigure   = codelist.Text{SV: "nyckeltal", EN: "figure"}
	labelTotal    = codelist.Text{SV: "Totalt", EN: "Total"}
	unitPersons   = codelist.Text{SV: "personer", EN: "persons"}
	unitNumber    = codelist.Text{SV: "antal", EN: "number"}

	titleHeadline = codelist.Text{SV: "Nyckeltal i korthet", EN: "Headline figures"}
	titleFigures  = codelist.Text{SV: "Alla nyckeltal", EN: "All figures"}

	subjectArea = codelist.Text{SV: "Människohandel", EN: "Trafficking in human beings"}

	listSeveral = codelist.Text{SV: "Utan total", EN: "Without the total"}
)

// subjectCode is that of all tables, in PX files too.
const subjectCode = "THB"

// What is counted.
var (
	persons = export.Category{Code: "persons", Label: codelist.Text{SV: "Antal personer", EN: "Number of persons"}, Unit: unitPersons}
	outOf   = export.Category{Code: "of", Label: codelist.Text{SV: "Av så många personer", EN: "Out of so many persons"}, Unit: unitPersons}
	summed  = export.Category{Code: "sum", Label: codelist.Text{SV: "Summa över personerna", EN: "Sum over the persons"}, Unit: unitNumber}
)

// The notes of a table.
var (
	noteProtected = codelist.Text{
		SV: "Antal som skulle kunna röja personer publiceras inte. Där är värdet tomt och tecknet \"..\"; extension.casestat.ranges säger mellan vilka tal de ligger, räknat enbart på det som är publicerat. Alla andra tal är exakta.",
		EN: "Numbers that could reveal persons are not published. There the value is null and the status \"..\"; extension.casestat.ranges says in which ranges they lie, worked out from what is published alone. Every other number is exact.",
	}
	noteSymbols = codelist.Text{
		SV: "\"..\" = uppgiften publiceras inte. \".\" = uppgiften kan inte förekomma.",
		EN: "\"..\" = the number is not published. \".\" = there can be no such number.",
	}
	noteTotals = codelist.Text{
		SV: "Totaler är publicerade tal eller följer exakt av publicerade tal. Summera inte celler.",
		EN: "Totals are published numbers, or follow exactly from published ones. Do not add cells up.",
	}
	noteOptions = codelist.Text{
		SV: "En person kan höra till flera kategorier i \"{label}\": cellerna går inte att summera.",
		EN: "A person can belong to several categories of \"{label}\": the cells do not add up.",
	}
	noteUniverse  = codelist.Text{SV: "Population: {label}.", EN: "Population: {label}."}
	noteFilter    = codelist.Text{SV: "Urval: {field} = {codes}.", EN: "Selection: {field} = {codes}."}
	noteReleases  = codelist.Text{SV: "Talen står i publicering {releases}.", EN: "The numbers stand in release {releases}."}
	noteWithdrawn = codelist.Text{
		SV: "Publicering {release} drogs tillbaka {day}: {reason}",
		EN: "Release {release} was withdrawn on {day}: {reason}",
	}
	noteFigures = codelist.Text{
		SV: "Nyckeltalen överlappar varandra och går inte att summera.",
		EN: "The figures overlap each other and do not add up.",
	}
	noteCoverage = codelist.Text{
		SV: "Vilka organisationer som rapporterade kan skilja sig mellan åren. Skillnader mellan talen får därför inte läsas som en förändring.",
		EN: "Which organisations reported may differ between the years. Differences between the numbers must therefore not be read as a change.",
	}
	noteRedefined = codelist.Text{
		SV: "\"{label}\" har definierats om mellan åren.",
		EN: "\"{label}\" was defined anew between the years.",
	}
	noteOtherYears = codelist.Text{
		SV: "Andra år har andra kategorier och står i egna tabeller.",
		EN: "Other years have other categories and stand in tables of their own.",
	}
)

// fill puts values where a text has slots: name, value, name, value ...
func fill(t codelist.Text, pairs ...codelist.Text) codelist.Text {
	for i := 0; i+1 < len(pairs); i += 2 {
		t.SV = strings.ReplaceAll(t.SV, pairs[i].SV, pairs[i+1].SV)
		t.EN = strings.ReplaceAll(t.EN, pairs[i].EN, pairs[i+1].EN)
	}
	return t
}
