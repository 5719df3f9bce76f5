package claim_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/claim"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

func TestWordDocuments(t *testing.T) {
	c := checkerOf(t, 1, shelftest.Slide(2024))
	for _, x := range []struct{ name, body, want string }{
		{"one run", para("26 av 35 har någon relation till förövaren."), "right relation_to_perpetrator 1:0+2 1:6+2"},
		{"a number cut into runs", para("2", "6 av 3", "5 har någon relation till för", "övaren."), "right relation_to_perpetrator 1:0+2 1:6+2"},
		{"the second paragraph", para("Inledning") + para("7 är papperslösa."), "right undocumented 2:0+1"},
		{"an empty paragraph counts", "<w:p/>" + para("7 är papperslösa."), "right undocumented 2:0+1"},
		{"tabs and breaks", "<w:p><w:r><w:t>7</w:t><w:tab/><w:t>är</w:t><w:br/><w:t>papperslösa</w:t></w:r></w:p>", "right undocumented 1:0+1"},
		{"deleted text", "<w:p><w:del><w:r><w:t>8</w:t><w:delText>8</w:delText></w:r></w:del><w:ins><w:r><w:t>7</w:t></w:r></w:ins><w:r><w:t> är papperslösa</w:t></w:r></w:p>", "right undocumented 1:0+1"},
		{"moved away", "<w:p><w:moveFrom><w:r><w:t>8 är papperslösa. </w:t></w:r></w:moveFrom><w:r><w:t>7 är papperslösa</w:t></w:r></w:p>", "right undocumented 1:0+1"},
		{"a field's code", "<w:p><w:r><w:instrText>PAGE 9</w:instrText></w:r><w:r><w:t>7 är papperslösa</w:t></w:r></w:p>", "right undocumented 1:0+1"},
		{"the older form", "<w:p><w:r><w:t>7 är papperslösa</w:t><mc:AlternateContent><mc:Fallback><w:t>8</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>", "right undocumented 1:0+1"},
		{"a text box", "<w:p><w:r><w:t>7 är </w:t><w:txbxContent>" + para("8 är papperslösa") + "</w:txbxContent><w:t>papperslösa</w:t></w:r></w:p>", "right undocumented 1:0+1; wrong undocumented 2:0+1"},
		{"a heading's year", `<w:p><w:pPr><w:pStyle w:val="Rubrik1"/></w:pPr><w:r><w:t>Året 2023</w:t></w:r></w:p>` + para("7 är papperslösa"), "unbound year_unclear 2:0+1"},
		{"a table", "<w:tbl><w:tr><w:tc>" + para("") + "</w:tc><w:tc>" + para("2024") + "</w:tc></w:tr><w:tr><w:tc>" + para("Papperslösa") + "</w:tc><w:tc>" + para("8") + "</w:tc></w:tr></w:tbl>", "wrong undocumented 4:0+1"},
		{"per cent in a column", "<w:tbl><w:tr><w:tc>" + para("") + "</w:tc><w:tc>" + para("Andel (%)") + "</w:tc></w:tr><w:tr><w:tc>" + para("Någon relation till förövaren") + "</w:tc><w:tc>" + para("74") + "</w:tc></w:tr></w:tbl>", "right relation_to_perpetrator 4:0+2"},
	} {
		t.Run(x.name, func(t *testing.T) {
			if got := placed(check(t, c, claim.Word, string(document(t, x.body)))); got != x.want {
				t.Errorf("got %s\nwant %s", got, x.want)
			}
		})
	}
}

// placed words a report with its places: paragraph, offset and length.
func placed(r claim.Report) string {
	words := lines(r)
	for i := range words {
		places := []claim.Place{}
		if i < len(r.Claims) {
			places = r.Claims[i].Places
		} else {
			places = append(places, r.Loose[i-len(r.Claims)].Place)
		}
		for _, p := range places {
			words[i] += fmt.Sprintf(" %d:%d+%d", p.Paragraph, p.Offset, p.Length)
		}
	}
	return strings.Join(words, "; ")
}

func TestFootnotesAreRead(t *testing.T) {
	c := checkerOf(t, 1, shelftest.Slide(2024))
	raw := docx(t, "document.xml", fmt.Sprintf(wordXML, para("Text")), "footnotes.xml", fmt.Sprintf(wordXML, para("8 är papperslösa")),
		"endnotes.xml", fmt.Sprintf(wordXML, para("")+para("7 är papperslösa")))
	r := check(t, c, claim.Word, string(raw))
	if len(r.Claims) != 2 || r.Claims[0].Places[0].Part != claim.Footnotes || r.Claims[1].Places[0] != (claim.Place{Part: claim.Endnotes, Paragraph: 2, Length: 1}) {
		t.Errorf("%+v", r.Claims)
	}
}

func TestHostileDocuments(t *testing.T) {
	good := document(t, para("26"))
	twice := docx(t, "document.xml", fmt.Sprintf(wordXML, ""), "Document.xml", fmt.Sprintf(wordXML, ""))
	locked := bytes.Clone(good)
	central := bytes.Index(locked, []byte("PK\x01\x02"))
	locked[central+8] |= 1
	lying := bytes.Clone(good)
	binary.LittleEndian.PutUint32(lying[central+24:], 3) // unpacked size
	checksum := bytes.Clone(good)
	checksum[central+16] ^= 1
	bogus := bytes.Clone(good)
	binary.LittleEndian.PutUint32(bogus[central+20:], 0xffffffff) // packed size: zip64, which is not there
	stretched := document(t, strings.Repeat(" ", 4<<20))
	binary.LittleEndian.PutUint32(stretched[bytes.Index(stretched, []byte("PK\x01\x02"))+20:], 0x7fffffff) // packed size
	method := bytes.Clone(good)
	method[central+10] = 99
	for _, x := range []struct {
		name string
		raw  []byte
		kind fault.Kind
		code fault.Code
	}{
		{"text", []byte("26 of 35"), fault.Malformed, claim.CodeNoDocument},
		{"broken off", good[:len(good)-30], fault.Malformed, claim.CodeNoDocument},
		{"an old or locked document", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"), fault.Invalid, claim.CodeDocumentEncrypted},
		{"an encrypted entry", locked, fault.Invalid, claim.CodeDocumentEncrypted},
		{"no text", docx(t, "other.xml", "<a/>"), fault.Invalid, claim.CodeDocumentIncomplete},
		{"the text twice", twice, fault.Malformed, claim.CodeDocumentMalformed},
		{"a size that lies", lying, fault.Malformed, claim.CodeDocumentMalformed},
		{"a checksum that lies", checksum, fault.Malformed, claim.CodeDocumentMalformed},
		{"a zip64 that is none", bogus, fault.Malformed, claim.CodeNoDocument},
		{"a method of nobody's", method, fault.Malformed, claim.CodeDocumentMalformed},
		{"no XML", docx(t, "document.xml", "26"+"<"), fault.Malformed, claim.CodeDocumentMalformed},
		{"unclosed", docx(t, "document.xml", "<a><b></a>"), fault.Malformed, claim.CodeDocumentMalformed},
		{"entities", docx(t, "document.xml", `<!DOCTYPE a [<!ENTITY x "26"><!ENTITY y "&x;&x;">]><a>&y;</a>`), fault.Malformed, claim.CodeDocumentMalformed},
		{"an unknown entity", document(t, para("&x;")), fault.Malformed, claim.CodeDocumentMalformed},
		{"invalid UTF-8", document(t, para("\xff")), fault.Malformed, claim.CodeDocumentMalformed},
		{"another encoding", docx(t, "document.xml", `<?xml version="1.0" encoding="UTF-16"?><a/>`), fault.Malformed, claim.CodeDocumentMalformed},
		{"too deep", document(t, strings.Repeat("<w:p>", 300)+strings.Repeat("</w:p>", 300)), fault.Malformed, claim.CodeDocumentMalformed},
		{"too many paragraphs", document(t, strings.Repeat("<w:p/>", claim.MaxParagraphs+1)), fault.TooLarge, claim.CodeTooManyParagraphs},
		{"too long", document(t, strings.Repeat(para(strings.Repeat("a b c d ", 100)), 1400)), fault.TooLarge, claim.CodeTextTooLong},
		{"a bomb by ratio", document(t, strings.Repeat(" ", 4<<20)), fault.TooLarge, claim.CodeDocumentUnpacks},
		{"a bomb by ratio that claims to have been packed into more", stretched, fault.TooLarge, claim.CodeDocumentUnpacks},
	} {
		t.Run(x.name, func(t *testing.T) {
			_, err := claim.Read(claim.Word, x.raw)
			if fault.KindOf(err) != x.kind || fault.CodeOf(err) != x.code {
				t.Errorf("%v, want %s", err, x.code)
			}
		})
	}
}

// A bomb is given up once more was unpacked than is allowed; without the bounds
// all of it would be.
func TestABombIsNotUnpacked(t *testing.T) {
	const slack = 1 << 20
	bomb := document(t, "<!--"+strings.Repeat("x", 64<<20)+"-->")
	if len(bomb) > claim.MaxBytes {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	read, err := claim.ReadBounded(bomb)
	if fault.CodeOf(err) != claim.CodeDocumentUnpacks || read > claim.MaxUnpacked+slack {
		t.Errorf("%d bytes unpacked, %v", read, err)
	}
	if read, err := claim.ReadUnbounded(bomb); err != nil || read <= claim.MaxUnpacked+slack {
		t.Errorf("contrast: %d bytes only, %v", read, err)
	}
}

// Many files that nobody reads cost nothing but their names.
func TestOtherFilesAreNotRead(t *testing.T) {
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for i := range 2000 {
		f, err := archive.Create(fmt.Sprintf("word/media/%d.zip", i))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(f, strings.Repeat("x", 1000))
	}
	f, err := archive.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(wordXML, para("26"))
	fmt.Fprint(f, text)
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if read, err := claim.ReadBounded(b.Bytes()); err != nil || read != int64(len(text)) {
		t.Errorf("%d bytes read of %d, %v", read, len(text), err)
	}
}

func FuzzWord(f *testing.F) {
	c := checkerOf(f, 1, shelftest.Slide(2024))
	f.Add(document(f, para("2", "6 av 35 har någon relation till förövaren")))
	f.Add(document(f, "<w:tbl><w:tr><w:tc>"+para("Papperslösa")+"</w:tc><w:tc>"+para("8")+"</w:tc></w:tr></w:tbl>"))
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, x := range [][]byte{raw, document(t, string(raw))} {
			if d, err := claim.Read(claim.Word, x); err == nil {
				wantSound(t, c, d)
			} else if fault.KindOf(err) == fault.Internal {
				t.Errorf("an error of our own: %v", err)
			}
		}
	})
}
