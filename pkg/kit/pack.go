package kit

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
)

// folderOf is the one folder that a kit unpacks into. Whoever finds it later
// sees by its name what it is.
func folderOf(r *shelf.Release) string {
	name := fmt.Sprintf("casestat-release-%d", r.Manifest.Number)
	if r.Withdrawal != nil {
		name += "-withdrawn"
	}
	return name
}

// member is a file of a kit; read is called when it is its turn.
type member struct {
	path string
	read func(ctx context.Context) ([]byte, error)
}

func ready(path string, content []byte) member {
	return member{path, func(context.Context) ([]byte, error) { return content, nil }}
}

// members are the files of a kit, what is to be read first in front.
func (p *Press) members(ctx context.Context, r *shelf.Release) ([]member, error) {
	var all []member
	for _, lang := range languages {
		text, err := p.readme(ctx, r, lang)
		if err != nil {
			return nil, err
		}
		all = append(all, ready(readmePath(lang), text))
	}
	for _, folder := range []string{pictures, tables, data} {
		for _, f := range r.Manifest.Files {
			if path := place(f); within(path, folder) {
				all = append(all, p.frozen(r.Manifest.Number, f, path))
			}
		}
	}
	all = append(all, ready(manifestPath, r.Raw))
	if r.Notice != nil {
		all = append(all, ready(withdrawalPath, r.Notice))
	}
	trust, err := p.deps.Shelf.Trust(ctx)
	if err != nil {
		return nil, err
	}
	return append(all, ready(keyPath, []byte(trust.String())), ready(sumsPath, sums(r.Manifest.Files))), nil
}

// frozen is a file of the release, its hash checked by the shelf.
func (p *Press) frozen(number int, f plan.File, path string) member {
	return member{path, func(ctx context.Context) ([]byte, error) {
		content, _, err := p.deps.Shelf.File(ctx, number, f.Name)
		return content, err
	}}
}

// sums are the hashes of the release's files, as the manifest has them, in the
// form that sha256sum -c reads from the kit's folder.
func sums(files []plan.File) []byte {
	var b bytes.Buffer
	for _, f := range files {
		fmt.Fprintf(&b, "%s  %s\n", f.SHA256, place(f))
	}
	return b.Bytes()
}

// pack writes a kit and says how long it is. At no time it holds more than one
// file of it.
func (p *Press) pack(ctx context.Context, r *shelf.Release, w io.Writer) (size int64, err error) {
	all, err := p.members(ctx, r)
	if err != nil {
		return 0, err
	}
	a, err := newArchive(folderOf(r), r.Manifest.Published)
	if err != nil {
		return 0, err
	}
	for _, m := range all {
		content, err := m.read(ctx)
		if err != nil {
			return size, err
		}
		if err := p.compress(ctx, a, m.path, content); err != nil {
			return size, err
		}
		n, err := a.buffer.WriteTo(w)
		if size += n; err != nil {
			return size, err
		}
	}
	if err := a.zip.Close(); err != nil {
		return size, err
	}
	n, err := a.buffer.WriteTo(w)
	return size + n, err
}

// compress adds a file to an archive while nobody else is compressing. A reader
// who is slow to take it keeps nobody from it.
func (p *Press) compress(ctx context.Context, a *archive, path string, content []byte) error {
	if err := p.file.take(ctx); err != nil {
		return err
	}
	defer p.file.leave()
	return a.add(path, content)
}

// archive is a ZIP that is taken out of its buffer file by file.
type archive struct {
	buffer  bytes.Buffer
	zip     *zip.Writer
	folder  string
	at      time.Time
	squeeze *flate.Writer
	through *flate.Writer // for what is compressed already
}

func newArchive(folder, day string) (*archive, error) {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return nil, err
	}
	a := &archive{folder: folder, at: at}
	if a.squeeze, err = flate.NewWriter(io.Discard, flate.DefaultCompression); err != nil {
		return nil, err
	}
	if a.through, err = flate.NewWriter(io.Discard, flate.NoCompression); err != nil {
		return nil, err
	}
	a.zip = zip.NewWriter(&a.buffer)
	return a, nil
}

// add writes a file. What is compressed already goes through as it is, but as
// a deflated file like the others: a stored one whose length follows it, as in
// an archive that is written on the way, is what some programs cannot unpack.
func (a *archive) add(path string, content []byte) error {
	how := a.squeeze
	if packed(path) {
		how = a.through
	}
	a.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		how.Reset(w)
		return how, nil
	})
	w, err := a.zip.CreateHeader(&zip.FileHeader{Name: a.folder + "/" + path, Method: zip.Deflate, Modified: a.at})
	if err != nil {
		return err
	}
	if _, err := w.Write(content); err != nil {
		return err
	}
	return a.zip.Flush()
}

func within(path, folder string) bool { return strings.HasPrefix(path, folder+"/") }
