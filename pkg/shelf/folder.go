package shelf

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/signed"
)

// The names in a folder of releases.
const (
	manifestName   = "manifest.json"
	withdrawalName = "withdrawal.json"
	filesName      = "files"
	checkpointName = "checkpoint.txt"
	keysName       = "release-signing.pub"
)

// releaseFolder names the folder of a release: "release-0001".
func releaseFolder(number int) string { return fmt.Sprintf("release-%04d", number) }

// Folder is a source over what Export wrote into dir. It reads regular files
// inside dir alone, none larger than signed.MaxSize; a link that leads out of
// dir is refused.
func Folder(dir string) Source { return folder{dir} }

type folder struct{ dir string }

// Version tells the sizes and times of the files apart.
func (f folder) Version(ctx context.Context) (version int64, err error) {
	defer fault.Wrap(&err, "look into a folder of releases")
	return inside(ctx, f.dir, func(root *os.Root) (int64, error) {
		numbers, err := releaseNumbers(root)
		if err != nil {
			return 0, err
		}
		digest := fnv.New64a()
		names := []string{checkpointName, keysName}
		for _, n := range numbers {
			names = append(names, path.Join(releaseFolder(n), manifestName), path.Join(releaseFolder(n), withdrawalName))
		}
		for _, name := range names {
			info, err := root.Stat(name)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return 0, err
			}
			digest.Write([]byte(name))
			if err == nil {
				digest.Write(binary.BigEndian.AppendUint64(nil, uint64(info.Size())))
				digest.Write(binary.BigEndian.AppendUint64(nil, uint64(info.ModTime().UnixNano())))
			}
		}
		return int64(digest.Sum64()), nil
	})
}

// Stored reads every manifest and withdrawal. A folder without a manifest is a
// release that is not yet written out.
func (f folder) Stored(ctx context.Context) (_ []Stored, err error) {
	defer fault.Wrap(&err, "read a folder of releases")
	return inside(ctx, f.dir, func(root *os.Root) ([]Stored, error) {
		numbers, err := releaseNumbers(root)
		if err != nil {
			return nil, err
		}
		var all []Stored
		for _, n := range numbers {
			manifest, err := read(root, path.Join(releaseFolder(n), manifestName))
			if err != nil {
				return nil, err
			}
			withdrawal, err := read(root, path.Join(releaseFolder(n), withdrawalName))
			if err != nil {
				return nil, err
			}
			if manifest != nil {
				all = append(all, Stored{Number: n, Manifest: manifest, Withdrawal: withdrawal})
			}
		}
		return all, nil
	})
}

// File reads a rendered file.
func (f folder) File(ctx context.Context, number int, name string) (_ []byte, err error) {
	defer fault.Wrap(&err, "read a file of release %d", number)
	if number < 1 || !isFileName(name) {
		return nil, fault.New(fault.NotFound, CodeFileNotPublished)
	}
	content, err := inside(ctx, f.dir, func(root *os.Root) ([]byte, error) {
		return read(root, path.Join(releaseFolder(number), filesName, name))
	})
	if err == nil && content == nil {
		return nil, fault.New(fault.NotFound, CodeFileNotPublished)
	}
	return content, err
}

// Checkpoint reads the checkpoint.
func (f folder) Checkpoint(ctx context.Context) (_ []byte, err error) {
	defer fault.Wrap(&err, "read a checkpoint")
	return inside(ctx, f.dir, func(root *os.Root) ([]byte, error) { return read(root, checkpointName) })
}

// Keys reads the line of keys. A folder of before there were any has none.
func (f folder) Keys(ctx context.Context) (_ []byte, err error) {
	defer fault.Wrap(&err, "read the line of keys")
	return inside(ctx, f.dir, func(root *os.Root) ([]byte, error) { return read(root, keysName) })
}

// inside opens dir for what may not leave it.
func inside[T any](ctx context.Context, dir string, do func(*os.Root) (T, error)) (result T, err error) {
	if err := ctx.Err(); err != nil {
		return result, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return result, err
	}
	defer root.Close()
	return do(root)
}

// releaseNumbers lists the releases' folders by number. Other names are left
// alone.
func releaseNumbers(root *os.Root) ([]int, error) {
	dir, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var numbers []int
	for _, name := range names {
		if len(name) < len("release-") {
			continue
		}
		if n, err := strconv.Atoi(name[len("release-"):]); err == nil && n > 0 && name == releaseFolder(n) {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

var errNotReadable = errors.New("not a regular file of a proper size")

// read gives a whole file, nil if there is none.
func read(root *os.Root, name string) ([]byte, error) {
	info, err := root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	// Asked before opening: a pipe would make the reader wait for a writer.
	if !info.Mode().IsRegular() || info.Size() > signed.MaxSize {
		return nil, errNotReadable
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, signed.MaxSize+1))
	if err == nil && len(content) > signed.MaxSize {
		return nil, errNotReadable
	}
	return content, err
}
