package claim

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"

	"manniskohandel.se/casestat/pkg/fault"
)

// What a document may unpack to. Word's XML takes some twenty bytes for a
// character and packs to a tenth.
const (
	maxUnpacked = 24 << 20 // bytes of all that is read
	maxRatio    = 250      // unpacked to packed, of a file beyond freeOfRatio
	freeOfRatio = 1 << 20  // bytes
)

// bounds limit what is unpacked, by what is really read: what the archive
// claims of itself is not believed. 0 is no limit; tests alone say so.
type bounds struct {
	unpacked, ratio int64
}

// locked is what a document begins with that Word has encrypted: it is no ZIP.
var locked = []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}

// parts are the files of a DOCX that hold text that is read, in their order.
var parts = []struct {
	name string
	part Part
}{
	{"word/document.xml", Body}, {"word/footnotes.xml", Footnotes}, {"word/endnotes.xml", Endnotes},
}

// unpacker reads files of an archive within bounds that hold for all of them.
type unpacker struct {
	bounds
	files map[string]*zip.File
	size  int   // bytes of the whole archive
	read  int64 // bytes unpacked so far
}

func readWord(raw []byte, b bounds) (*Document, error) {
	u, err := openArchive(raw, b)
	if err != nil {
		return nil, err
	}
	d := &Document{}
	for _, p := range parts {
		f := u.files[p.name]
		switch {
		case f == nil && p.part == Body:
			return nil, fault.New(fault.Invalid, CodeDocumentIncomplete)
		case f == nil:
			continue
		}
		if err := u.part(d, p.part, f); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func openArchive(raw []byte, b bounds) (*unpacker, error) {
	if bytes.HasPrefix(raw, locked) {
		return nil, fault.New(fault.Invalid, CodeDocumentEncrypted)
	}
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fault.New(fault.Malformed, CodeNoDocument)
	}
	u := &unpacker{bounds: b, size: len(raw), files: make(map[string]*zip.File)}
	for _, f := range archive.File {
		name := strings.ToLower(f.Name)
		if !wanted(name) {
			continue
		}
		switch {
		case u.files[name] != nil: // which of them a word processor shows, nobody knows
			return nil, fault.New(fault.Malformed, CodeDocumentMalformed)
		case f.Flags&1 != 0:
			return nil, fault.New(fault.Invalid, CodeDocumentEncrypted)
		}
		u.files[name] = f
	}
	return u, nil
}

func wanted(name string) bool {
	for _, p := range parts {
		if p.name == name {
			return true
		}
	}
	return false
}

// part reads one file into the document.
func (u *unpacker) part(d *Document, part Part, f *zip.File) error {
	content, err := f.Open()
	if err != nil {
		return fault.New(fault.Malformed, CodeDocumentMalformed)
	}
	defer content.Close()
	bounded := &boundedFile{u: u, content: content, packed: u.sent(f)}
	err = readXML(d, part, bounded)
	if _, ours := errors.AsType[*fault.Error](err); err == nil || ours {
		return err
	}
	return fault.New(fault.Malformed, CodeDocumentMalformed)
}

// sent is how many packed bytes of a file there can be: what the archive claims
// is its sender's word, and counts for no more than all that was sent.
func (u *unpacker) sent(f *zip.File) int64 {
	return int64(min(f.CompressedSize64, uint64(u.size)))
}

// boundedFile stops a file that unpacks to too much. What is packed lies inside
// the archive, so that no more of it is read than was sent.
type boundedFile struct {
	u       *unpacker
	content io.Reader
	packed  int64
	read    int64
}

func (b *boundedFile) Read(p []byte) (int, error) {
	n, err := b.content.Read(p)
	b.read += int64(n)
	b.u.read += int64(n)
	if b.u.unpacked > 0 && b.u.read > b.u.unpacked || b.u.ratio > 0 && b.read > freeOfRatio && b.read > b.u.ratio*b.packed {
		return 0, fault.New(fault.TooLarge, CodeDocumentUnpacks)
	}
	return n, err
}
