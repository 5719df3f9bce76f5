package release

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/signed"
)

// reviewName is the sealed review among a frozen draft's files. No rendered
// file has a slash in its name.
const reviewName = "sealed/review"

// pack puts rendered files and the sealed review into one archive. The same
// files give the same bytes.
func pack(files []RenderedFile, review []byte) (_ []byte, err error) {
	defer fault.Wrap(&err, "pack the files")
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range append(files[:len(files):len(files)], RenderedFile{Name: reviewName, Content: review}) {
		entry, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate})
		if err != nil {
			return nil, err
		}
		if _, err := entry.Write(f.Content); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// unpack gives the files that a manifest names, each as the manifest has it.
func unpack(archive []byte, named []plan.File) ([]RenderedFile, error) {
	out := make([]RenderedFile, len(named))
	for i, n := range named {
		content, err := member(archive, n.Name, n.Size)
		if err != nil {
			return nil, err
		}
		if signed.HashOf(content) != n.SHA256 {
			return nil, conflict(CodeTampered)
		}
		out[i] = RenderedFile{Name: n.Name, Media: n.Media, Content: content}
	}
	return out, nil
}

// member reads one file of the archive, of at most so many bytes.
func member(archive []byte, name string, size int) ([]byte, error) {
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fault.Because(err, fault.Conflict, CodeTampered)
	}
	f, err := r.Open(name)
	if err != nil {
		return nil, fault.Because(err, fault.Conflict, CodeTampered)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, int64(size)+1))
	if err != nil {
		return nil, fault.Because(fmt.Errorf("read a file: %w", err), fault.Conflict, CodeTampered)
	}
	return content, nil
}
