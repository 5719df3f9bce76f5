package kit_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/signed"
)

// unpack reads an archive to its end: file by path, folder left out.
func unpack(t testing.TB, folder string, archive []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string][]byte)
	for _, f := range z.File {
		name, in := strings.CutPrefix(f.Name, folder+"/")
		if !in || path.Clean(f.Name) != f.Name || strings.ContainsAny(f.Name, `\:`) || strings.ToLower(name) != name && !strings.Contains(name, "README") && !strings.Contains(name, "SHA256SUMS") {
			t.Errorf("%s could land anywhere", f.Name)
		}
		if got := f.Modified.UTC().Format("2006-01-02 15:04:05"); got != shelftest.Published+" 00:00:00" {
			t.Errorf("%s is of %s", f.Name, got)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if files[name] != nil {
			t.Errorf("%s is there twice", name)
		}
		files[name] = content
	}
	return files
}

// What lies in a kit is the release, byte for byte, under the names that its
// manifest has.
func TestAKitHoldsTheWholeRelease(t *testing.T) {
	b := library(t)
	m := manifestOf(t, b, 1)
	k, archive := sent(t, pressOf(b), 1)
	if k.Name != "casestat-release-1.zip" || k.Size != int64(len(archive)) || k.SHA256 != signed.HashOf(archive) {
		t.Errorf("%+v", k)
	}
	files := unpack(t, "casestat-release-1", archive)
	byName := make(map[string][]byte)
	for at, content := range files {
		byName[path.Base(at)] = content
	}
	for _, f := range m.Files {
		if content, there := byName[f.Name]; !there || signed.HashOf(content) != f.SHA256 {
			t.Errorf("%s is not what was frozen", f.Name)
		}
		delete(byName, f.Name)
	}
	var others []string
	for name := range byName {
		others = append(others, name)
	}
	slices.Sort(others)
	if want := []string{"README.en.txt", "README.sv.txt", "SHA256SUMS.txt", "key.txt", "manifest.json"}; !slices.Equal(others, want) {
		t.Errorf("beside the release there are %v", others)
	}
	r, err := b.Shelf().Release(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(files["proof/manifest.json"], r.Raw) || string(files["proof/key.txt"]) != b.Signer().Key().String()+"\n" {
		t.Error("the proof is not the release's")
	}
	for line := range strings.Lines(string(files["proof/SHA256SUMS.txt"])) {
		sum, at, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if signed.HashOf(files[at]).String() != sum {
			t.Errorf("%s has another hash than is stated", at)
		}
	}
}

// Somebody who writes finds each thing where its folder says.
func TestFoldersNeedNoExplanation(t *testing.T) {
	b := library(t)
	_, archive := sent(t, pressOf(b), 1)
	files := unpack(t, "casestat-release-1", archive)
	for _, at := range []string{
		"README.sv.txt", "README.en.txt", "pictures/sv/figure.2024.undocumented.sv.svg", "pictures/en/figure.2024.undocumented.en.png",
		"pictures/sv/table.2024.age.sv.png", "tables/sv/table.2024.age.sv.csv", "tables/en/release.en.xlsx", "tables/en/figures.en.csv",
		"data/figures.json", "data/table.2024.age.px", "data/table.2024.age.long.csv", "data/table.2024.age.sv.jsonstat.json", "data/table.2024.age.sdmx.csv",
	} {
		if files[at] == nil {
			t.Errorf("there is no %s", at)
		}
	}
}

// A README names files of the kit, in its own language, and says every sentence.
func TestReadmesSayEverySentence(t *testing.T) {
	b := library(t)
	_, archive := sent(t, pressOf(b), 1)
	files := unpack(t, "casestat-release-1", archive)
	for lang, want := range map[string][]string{
		"sv": {"26 av 35 har någon relation till förövaren", "16 har barn; 24 barn totalt", "Så kontrollerar du", "publicering 1: ”Påhittat år 2024”"},
		"en": {"26 of 35 have some relation to the perpetrator", "16 have children; 24 children in total", "How to check", `release 1: "Invented year 2024"`},
	} {
		text := string(files["README."+lang+".txt"])
		for _, sentence := range want {
			if !strings.Contains(strings.ToLower(text), strings.ToLower(sentence)) {
				t.Errorf("%s: nothing of %q", lang, sentence)
			}
		}
		named := 0
		for _, at := range regexp.MustCompile(`(?:pictures|tables)/\S+\.\w+`).FindAllString(text, -1) {
			if files[at] == nil || !strings.Contains(at, "/"+lang+"/") {
				t.Errorf("%s names %s", lang, at)
			}
			named++
		}
		if named < 15 || strings.Contains(text, "<no value>") || strings.Contains(text, "{{") {
			t.Errorf("%s names %d files:\n%s", lang, named, text)
		}
	}
}

// Every number of a README is published, or is part of its fixed wording.
func TestReadmesHoldPublishedNumbersAlone(t *testing.T) {
	content := shelftest.Slide(2024)
	_, archive := sent(t, pressOf(library(t)), 1)
	for name, text := range unpack(t, "casestat-release-1", archive) {
		if strings.HasPrefix(name, "README") {
			if strange := unpublished(content, string(text)); len(strange) > 0 {
				t.Errorf("%s holds %v", name, strange)
			}
			if strange := unpublished(content, string(text)+"\n3 of 35 were 11"); !slices.Equal(strange, []int{3, 11}) {
				t.Errorf("numbers that are not published go unnoticed: %v", strange)
			}
		}
	}
}

// unpublished gives the numbers of a text that a content does not say.
func unpublished(content plan.Content, text string) (strange []int) {
	said := map[int]bool{}
	for _, y := range content.Years {
		said[y.Year] = true
		for _, c := range y.Cells {
			if c.Shown {
				said[c.Value] = true
			}
			if c.Range != nil {
				said[c.Range.From], said[c.Range.To] = true, true
			}
		}
	}
	worded := regexp.MustCompile(`[0-9a-f]{64}|(?i:sha-?256)\S*|2026-0\d-\d\d|(?m)^\d\. |7 (?:av|of) 12|(?:än|than) 20|JSON-stat|release[- ]1|publicering 1|`+
		`\d+–\d+ (?:år|years)|[Uu]nder 18`).ReplaceAllString(text, "")
	for _, digits := range regexp.MustCompile(`\d+`).FindAllString(worded, -1) {
		if n, err := strconv.Atoi(digits); err != nil || !said[n] {
			strange = append(strange, n)
		}
	}
	return strange
}

// A kit is made of what is published and of nothing else: the same release is
// the same kit, whatever lies behind it, and another one is another.
func TestOneReleaseIsOneKit(t *testing.T) {
	kitOf := func(other bool) []byte {
		b := shelftest.New(t)
		content := small(2024)
		for i, cell := range content.Years[0].Cells {
			if other && cell.Shown && cell.Value == 15 {
				content.Years[0].Cells[i].Value = 14
			}
		}
		b.Publish(content)
		_, archive := sent(t, pressOf(b), 1)
		return archive
	}
	one := kitOf(false)
	if !bytes.Equal(one, kitOf(false)) {
		t.Error("the same release is packed in two ways")
	}
	if bytes.Equal(one, kitOf(true)) {
		t.Error("another release is the same kit")
	}
}

// A release that was taken back says so before anything else, in another kit.
func TestAWithdrawnReleaseSaysSoFirst(t *testing.T) {
	b := shelftest.New(t)
	b.Publish(small(2024))
	p := pressOf(b)
	before, _ := sent(t, p, 1)
	b.Withdraw(1)
	after, archive := sent(t, p, 1)
	if before.SHA256 == after.SHA256 || after.Name != "casestat-release-1-withdrawn.zip" {
		t.Errorf("the kit of a withdrawn release is %s, %s", after.Name, after.SHA256)
	}
	files := unpack(t, "casestat-release-1-withdrawn", archive)
	r, err := b.Shelf().Release(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(files["proof/withdrawal.json"], r.Notice) {
		t.Error("the signed notice is missing")
	}
	for name, want := range map[string][2]string{
		"README.sv.txt": {"ÅTERKALLAD\n", "Skäl: Ett fel i underlaget\n"}, "README.en.txt": {"WITHDRAWN\n", "Reason: An error in the data\n"},
	} {
		if text := string(files[name]); !strings.HasPrefix(text, want[0]) || !strings.Contains(text[:400], want[1]) {
			t.Errorf("%s begins with %.200s", name, text)
		}
	}
}

// Files that this program does not know yet lie with the data; years each have
// their own numbers; a release without figures is packed, too.
func TestOtherReleases(t *testing.T) {
	b := shelftest.New(t)
	both := small(2022)
	both.Years = append(both.Years, small(2023).Years...)
	b.PublishAs(both, func(m *plan.Manifest) {
		for i, f := range m.Files {
			if f.Name == "table.2022.age.px" {
				m.Files[i].Media = "application/x-new"
			}
		}
	})
	_, archive := sent(t, pressOf(b), 1)
	files := unpack(t, "casestat-release-1", archive)
	text := string(files["README.en.txt"])
	for _, year := range []int{2022, 2023} {
		if strings.Count(text, fmt.Sprintf("THE NUMBERS FOR %d\n", year)) != 1 {
			t.Errorf("%d is not told about", year)
		}
		if picture := fmt.Sprintf("pictures/en/figure.%d.never_dared_to_report.en.png\n", year); strings.Count(text, picture) != 1 {
			t.Errorf("%d has not its own figures", year)
		}
	}
	if files["data/table.2022.age.px"] == nil {
		t.Error("a file of an unknown sort is missing")
	}

	bare := shelftest.New(t)
	empty := shelftest.Slide(2024)
	empty.Years[0].Figures, empty.Years[0].Sums, empty.Years[0].Prose, empty.Years[0].Tables = nil, nil, nil, nil
	bare.Publish(empty)
	_, archive = sent(t, pressOf(bare), 1)
	want := []string{"README.en.txt", "README.sv.txt", "data/figures.json", "data/tables.json"}
	var got []string
	for at := range unpack(t, "casestat-release-1", archive) {
		if !strings.HasPrefix(at, "proof/") && !strings.HasSuffix(at, ".xlsx") {
			got = append(got, at)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Where the release says how far a figure carries and which years may be
// compared, a README says so too.
func TestReadmesSayHowFarTheFiguresCarry(t *testing.T) {
	b := shelftest.New(t)
	content := shelftest.Compared(2023, 12, 15)
	for i := range content.Years {
		content.Years[i].Figures, content.Years[i].Tables = content.Years[i].Figures[5:6], nil
	}
	b.Publish(content)
	_, archive := sent(t, pressOf(b), 1)
	files := unpack(t, "casestat-release-1", archive)
	for name, want := range map[string][]string{
		"README.sv.txt": {
			"26 av 35 har någon relation till förövaren\n      osäkerhetsintervall 58–86 procent\n", "\nÅREN JÄMFÖRDA\n",
			"De 21 organisationer som rapporterade båda åren: 12 av 30 har någon relation", "jämförelsen gäller de 21 som rapporterade båda åren",
		},
		"README.en.txt": {
			"26 of 35 have some relation to the perpetrator\n      uncertainty interval 58–86 per cent\n", "\nTHE YEARS COMPARED\n",
			"The 21 organisations that reported in both years: 15 of 30 have some relation", "the comparison covers the 21 that reported in both years",
		},
	} {
		for _, sentence := range want {
			if !strings.Contains(string(files[name]), sentence) {
				t.Errorf("%s says nothing of %q:\n%s", name, sentence, files[name])
			}
		}
	}
}
