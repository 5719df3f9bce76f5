package picture

import (
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// samples are pictures of every kind, in both languages.
func samples() map[string]*Drawing {
	about := func(lang Lang, title string) Caption {
		return Caption{Lang: lang, Title: title, Subtitle: "2024", Source: "casestat 7"}
	}
	unknown := Value{State: Withheld}
	return map[string]*Drawing{
		"pictogram":         Pictogram{Caption: about(Swedish, "Någon relation till förövaren"), Value: Exactly(26), Of: Exactly(35), Unit: "person"}.Draw(),
		"pictogram-range":   Pictogram{Caption: about(English, "Undocumented"), Value: Between(3, 9), Of: Exactly(12), Mark: Circle}.Draw(),
		"pictogram-unknown": Pictogram{Caption: about(Swedish, "Papperslösa"), Value: unknown}.Draw(),
		"pictogram-part":    Pictogram{Caption: about(English, "Minors"), Value: Exactly(4), Of: Between(30, 40), Mark: Circle}.Draw(),
		"pictogram-bar":     Pictogram{Caption: about(Swedish, "Personer som mötts"), Value: AtLeast(120), Of: Exactly(1200)}.Draw(),
		"bars": Bars{Caption: about(Swedish, "Ålder"), Rows: []Row{
			{"0–8", Between(0, 9)},
			{"9–11", Exactly(0)},
			{"12–14", Exactly(31)},
			{"15–17", AtLeast(10)},
			{"18–20", Value{}},
			{"48+", Value{State: Impossible}},
		}}.Draw(),
		"bars-long": Bars{Caption: about(Swedish, "Var finns barnen?"), Rows: []Row{
			{"I Sverige hos den andra föräldern eller hos någon annan släkting som inte är gärningsperson", Exactly(1043)},
			{"Omhändertagna av socialtjänsten", Exactly(12000)},
			{"Hos ursprungsfamiljen", unknown},
		}}.Draw(),
		"trend": Trend{Caption: Caption{
			Lang: English, Title: "Persons met", Notes: []string{"24 of 30 organisations reported."},
		}, Points: []Point{
			{2018, Exactly(122), Exactly(322)},
			{2019, Exactly(140), Value{}},
			{2020, Between(20, 90), Value{}},
			{2022, AtLeast(40), Between(60, 70)},
			{2023, unknown, Value{}},
			{2024, Exactly(237), Value{}},
		}}.Draw(),
	}
}

func TestGolden(t *testing.T) {
	for name, d := range samples() {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", name+".svg")
			if *update {
				if err := os.WriteFile(file, d.SVG(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(d.SVG())); diff != "" {
				t.Errorf("SVG (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	again := samples()
	for name, d := range samples() {
		if !bytes.Equal(d.SVG(), again[name].SVG()) || !bytes.Equal(d.PNG(1), again[name].PNG(1)) || !bytes.Equal(d.PNG(1), d.PNG(1)) {
			t.Errorf("%s differs from run to run", name)
		}
	}
}

func TestIdsTellPicturesInOnePageApart(t *testing.T) {
	seen := make(map[string]string)
	for name, d := range samples() {
		doc, err := parse(d.SVG())
		if err != nil {
			t.Fatal(err)
		}
		if other, twice := seen[doc.titleID]; twice {
			t.Errorf("%s and %s share the id %s", name, other, doc.titleID)
		}
		seen[doc.titleID] = name
	}
	if a, b := (Bars{Caption: Caption{Title: "A"}}).Draw(), (Bars{Caption: Caption{Title: "A", Alt: "B"}}).Draw(); a.id(nil) == b.id(nil) {
		t.Error("pictures that differ in their description alone share an id")
	}
}

// document is what a reader finds in an SVG.
type document struct {
	title, desc      string
	titleID, descID  string
	labelledBy, role string
	texts            []string
}

// allowed are the elements of a picture and their attributes. Whatever fetches,
// runs or styles is not among them.
var allowed = map[string]string{
	"svg":    "xmlns width height viewBox role aria-labelledby lang font-family",
	"title":  "id",
	"desc":   "id",
	"rect":   "x y width height fill stroke stroke-width",
	"circle": "cx cy r fill stroke stroke-width",
	"path":   "d fill stroke stroke-width",
	"text":   "x y font-size fill font-weight text-anchor",
}

var plainValue = regexp.MustCompile(`^[-\p{L}\p{N} .,#]*$`)

// parse reads an SVG strictly and refuses whatever is not allowed in it.
func parse(svg []byte) (document, error) {
	var doc document
	var open []string
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return doc, nil
		}
		if err != nil {
			return doc, err
		}
		switch tok := token.(type) {
		case xml.StartElement:
			open = append(open, tok.Name.Local)
			if err := doc.start(tok); err != nil {
				return doc, err
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			doc.chars(open, string(tok))
		default:
			return doc, fmt.Errorf("unexpected %T", token)
		}
	}
}

func (doc *document) start(e xml.StartElement) error {
	attributes, known := allowed[e.Name.Local]
	if !known {
		return fmt.Errorf("unexpected element %s", e.Name.Local)
	}
	for _, a := range e.Attr {
		if !slices.Contains(strings.Fields(attributes), a.Name.Local) {
			return fmt.Errorf("unexpected attribute %s of %s", a.Name.Local, e.Name.Local)
		}
		if a.Name.Local != "xmlns" && !plainValue.MatchString(a.Value) {
			return fmt.Errorf("attribute %s is %q", a.Name.Local, a.Value)
		}
		switch e.Name.Local + " " + a.Name.Local {
		case "title id":
			doc.titleID = a.Value
		case "desc id":
			doc.descID = a.Value
		case "svg role":
			doc.role = a.Value
		case "svg aria-labelledby":
			doc.labelledBy = a.Value
		}
	}
	if e.Name.Local == "text" {
		doc.texts = append(doc.texts, "")
	}
	return nil
}

func (doc *document) chars(open []string, s string) {
	if len(open) == 0 {
		return
	}
	switch open[len(open)-1] {
	case "title":
		doc.title += s
	case "desc":
		doc.desc += s
	case "text":
		doc.texts[len(doc.texts)-1] += s
	}
}

func TestPictureSaysWhatItIs(t *testing.T) {
	for name, d := range samples() {
		doc, err := parse(d.SVG())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if doc.title == "" || doc.title != d.Title() || doc.desc == "" || doc.desc != d.Description() {
			t.Errorf("%s: title %q, description %q", name, doc.title, doc.desc)
		}
		if doc.role != "img" || doc.labelledBy != doc.titleID+" "+doc.descID || doc.titleID == doc.descID {
			t.Errorf("%s: role %q, labelled by %q", name, doc.role, doc.labelledBy)
		}
		w, h := d.Size()
		if !bytes.Contains(d.SVG(), fmt.Appendf(nil, `width="%d" height="%d" viewBox="0 0 %[1]d %[2]d"`, w, h)) {
			t.Errorf("%s: its size is not %d by %d", name, w, h)
		}
	}
}

// TestTheGuardRefuses shows that the reading of SVGs in these tests has teeth.
func TestTheGuardRefuses(t *testing.T) {
	for _, svg := range []string{
		`<svg><script>1</script></svg>`, `<svg onload="x"/>`, `<svg><text fill="url(https://x.example/)">a</text></svg>`,
		`<svg><style>a{}</style></svg>`, `<svg><text style="x">a</text></svg>`, `<svg><text>a</svg>`, `<svg><!-- a --></svg>`, "<svg>\x01</svg>",
	} {
		if _, err := parse([]byte(svg)); err == nil {
			t.Errorf("%s passes", svg)
		}
	}
}
