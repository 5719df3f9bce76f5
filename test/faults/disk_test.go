package faults

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// needs is what a developer reads whose machine cannot cut the power.
const needs = "this test cuts the power of a disk of its own: it needs root (CAP_SYS_ADMIN), loop devices (/dev/loop-control), " +
	"a kernel with XFS and ext4, and mkfs.xfs, mkfs.ext4, mount and cp, which test/faults/install.sh installs"

const (
	outerSize = 2 << 30   // bytes; of the XFS image, of which little is ever filled
	diskSize  = 320 << 20 // bytes; of the disk in it
)

// disk is one whose power can be cut: an ext4 file system, mounted, whose image
// is a file on an XFS that can copy it in an instant. What the file system never
// wrote to it is not in the copy; what it wrote is, in whatever order.
type disk struct {
	folder string // on the XFS
	mount  string
}

// newDisk makes a disk, on memory where there is enough of it.
func newDisk(t *testing.T) *disk {
	t.Helper()
	if os.Geteuid() != 0 || os.Getenv(own) == "" {
		t.Fatal("no right to mount: " + needs)
	}
	image := filepath.Join(roomyFolder(t), "outer.img")
	d := &disk{folder: openFolder(t), mount: filepath.Join(openFolder(t), "disk")}
	makeImage(t, image, outerSize, "mkfs.xfs", "-q", "-m", "reflink=1")
	mount(t, image, d.folder)
	makeImage(t, d.image(), diskSize, "mkfs.ext4", "-q")
	mount(t, d.image(), d.mount)
	return d
}

func (d *disk) image() string { return filepath.Join(d.folder, "disk.img") }

// roomyFolder gives a folder that goes with the test.
func roomyFolder(t *testing.T) string {
	t.Helper()
	const memory = "/dev/shm"
	var free syscall.Statfs_t
	if syscall.Statfs(memory, &free) != nil || free.Bavail*uint64(free.Bsize) < outerSize {
		return t.TempDir()
	}
	folder, err := os.MkdirTemp(memory, "casestat-faults-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return folder
}

// openFolder gives a folder that another user can look into, which those of
// t.TempDir cannot be. It goes with the test.
func openFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "casestat-open-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}

func makeImage(t *testing.T, file string, size int64, mkfs ...string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(size); err != nil {
		t.Fatal(err)
	}
	mustRun(t, append(mkfs, file)...)
}

// mount mounts an image until the test ends, or unmount.
func mount(t *testing.T, image, at string) {
	t.Helper()
	if err := os.MkdirAll(at, 0o755); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "mount", "-o", "loop", image, at)
	t.Cleanup(func() { unmount(t, at) })
}

// unmount waits for the last process that has a file open there. What is not
// mounted any more is well.
func unmount(t *testing.T, at string) {
	t.Helper()
	var err error
	for range 2000 { // tries, not a duration
		if err = syscall.Unmount(at, 0); err == nil || err == syscall.EINVAL {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("unmount: %v", err)
}

func mustRun(t *testing.T, command ...string) {
	t.Helper()
	if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s\n%s", strings.Join(command, " "), err, out, needs)
	}
}

// cut copies the disk as it is at this moment, in the middle of whatever is
// being written: what would be found after a power cut.
func (d *disk) cut(t *testing.T, n int) string {
	t.Helper()
	image := filepath.Join(d.folder, fmt.Sprintf("cut-%d.img", n))
	mustRun(t, "cp", "--reflink=always", d.image(), image)
	return image
}

// afterwards mounts a copy, calls f with where that is, and throws it away.
func (d *disk) afterwards(t *testing.T, image string, f func(at string)) {
	t.Helper()
	at := strings.TrimSuffix(image, ".img")
	if err := os.MkdirAll(at, 0o755); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "mount", "-o", "loop", image, at)
	t.Cleanup(func() { unmount(t, at) }) // if f ends the test
	f(at)
	unmount(t, at)
	if err := os.Remove(image); err != nil {
		t.Error(err)
	}
}
