package shelf

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"path"
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/signed"
)

// Export writes the releases of a source into dir, for Folder to read:
//
//	release-0001/manifest.json
//	release-0001/withdrawal.json    if it was withdrawn
//	release-0001/files/figures.json ...
//	checkpoint.txt
//	release-signing.pub             if the source is Keyed
//
// Given numbers, it writes the files of those releases alone; the manifests of
// all are there even so, because none can be verified without those before it.
// What is there already stays; a release that differs from the one there is
// refused before anything is written. Signatures are for whoever reads the
// folder to verify.
func Export(ctx context.Context, source Source, dir string, only ...int) (err error) {
	defer fault.Wrap(&err, "export releases")
	stored, err := source.Stored(ctx)
	if err != nil {
		return unreadable(err)
	}
	checkpoint, err := source.Checkpoint(ctx)
	if err != nil {
		return unreadable(err)
	}
	keys, err := KeysOf(ctx, source)
	if err != nil {
		return unreadable(err)
	}
	for _, number := range only {
		if !slices.ContainsFunc(stored, func(s Stored) bool { return s.Number == number }) {
			return fault.New(fault.NotFound, CodeNotPublished)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	_, err = inside(ctx, dir, func(root *os.Root) (struct{}, error) {
		e := exporter{source: source, root: root, only: only}
		return struct{}{}, e.write(ctx, contents{stored, checkpoint, keys})
	})
	return err
}

type exporter struct {
	source Source
	root   *os.Root
	only   []int
}

func (e exporter) write(ctx context.Context, c contents) error {
	for _, s := range c.stored {
		if err := e.compare(s); err != nil {
			return err
		}
	}
	if c.keys != nil {
		if err := e.put(keysName, c.keys); err != nil {
			return err
		}
	}
	for _, s := range c.stored {
		if err := e.release(ctx, s); err != nil {
			return err
		}
	}
	if c.checkpoint == nil {
		return nil
	}
	return e.put(checkpointName, c.checkpoint)
}

// compare refuses to put another release in the place of the one there.
func (e exporter) compare(s Stored) error {
	at := releaseFolder(s.Number)
	manifest, err := read(e.root, path.Join(at, manifestName))
	if err != nil {
		return err
	}
	withdrawal, err := read(e.root, path.Join(at, withdrawalName))
	if err != nil {
		return err
	}
	if manifest != nil && !bytes.Equal(manifest, s.Manifest) || withdrawal != nil && !bytes.Equal(withdrawal, s.Withdrawal) {
		return fault.New(fault.Conflict, CodeExportConflict)
	}
	return nil
}

// release writes the manifest last: without it, the release is not there yet.
func (e exporter) release(ctx context.Context, s Stored) error {
	at := releaseFolder(s.Number)
	if err := e.root.MkdirAll(path.Join(at, filesName), 0o755); err != nil {
		return err
	}
	if len(e.only) == 0 || slices.Contains(e.only, s.Number) {
		if err := e.files(ctx, s); err != nil {
			return err
		}
	}
	if s.Withdrawal != nil {
		if err := e.put(path.Join(at, withdrawalName), s.Withdrawal); err != nil {
			return err
		}
	}
	return e.put(path.Join(at, manifestName), s.Manifest)
}

// files writes the files that a manifest names, whoever signed it.
func (e exporter) files(ctx context.Context, s Stored) error {
	var paper struct {
		Document plan.Manifest `json:"document"`
	}
	if json.Unmarshal(s.Manifest, &paper) != nil || !wellNamed(paper.Document.Files) {
		return untrusted(errors.New("not a manifest of a release"))
	}
	for _, f := range paper.Document.Files {
		content, err := e.source.File(ctx, s.Number, f.Name)
		if err != nil {
			return fault.Because(err, fault.Unavailable, CodeFileMissing)
		}
		if len(content) != f.Size || signed.HashOf(content) != f.SHA256 {
			return untrusted(errors.New("a file is not the one that its manifest names"))
		}
		if err := e.put(path.Join(releaseFolder(s.Number), filesName, f.Name), content); err != nil {
			return err
		}
	}
	return nil
}

// put writes a file whole or not at all.
func (e exporter) put(name string, content []byte) error {
	if there, err := read(e.root, name); err == nil && there != nil && bytes.Equal(there, content) {
		return nil
	}
	partial := path.Join(path.Dir(name), ".partial-"+rand.Text())
	err := e.fill(partial, content)
	if err == nil {
		err = e.root.Rename(partial, name)
	}
	if err != nil {
		return errors.Join(err, e.root.RemoveAll(partial))
	}
	return nil
}

func (e exporter) fill(name string, content []byte) error {
	file, err := e.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Sync(), file.Close())
}
