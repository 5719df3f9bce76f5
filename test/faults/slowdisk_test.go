package faults

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// needsFUSE is what a developer reads whose machine cannot make such a disk.
const needsFUSE = "this test makes a disk of its own with FUSE: it needs root (CAP_SYS_ADMIN) and /dev/fuse; in a container, run it privileged"

// sick is what can be wrong with a disk that is told to keep what it was given.
// The zero value is a disk that is well.
type sick struct {
	delay   func() time.Duration // before it does; nil: at once
	stalled chan struct{}        // it does not before this is closed; nil: it does not stall
	fails   bool                 // it says that it could not, and what it was given is gone
	lies    bool                 // it says that it has, and has not
}

// slowDisk is a file system in which everything that a program has written can
// be read again at once, but nothing is kept of it until fsync: what a power
// cut leaves is the platter, and on that is what an fsync that succeeded was
// for, and nothing else. Directories are kept as they are changed.
type slowDisk struct {
	mount   string
	visible string // the files as programs see them
	platter string // the files as they outlast a power cut

	mu  sync.Mutex // guards the platter and what is to be written to it
	now sick
}

func newSlowDisk(t *testing.T) *slowDisk {
	t.Helper()
	d := &slowDisk{mount: openFolder(t), visible: t.TempDir(), platter: t.TempDir()}
	root, err := fs.NewLoopbackRoot(d.visible)
	if err != nil {
		t.Fatal(err)
	}
	loopback := root.(*fs.LoopbackNode)
	//lint:ignore SA1019 the other way hands the library's node over, which would have to be copied with its lock
	loopback.RootData.NewNode = func(data *fs.LoopbackRoot, _ *fs.Inode, _ string, _ *syscall.Stat_t) fs.InodeEmbedder {
		return &slowNode{LoopbackNode: fs.LoopbackNode{RootData: data}, disk: d}
	}
	top := &slowNode{LoopbackNode: fs.LoopbackNode{RootData: loopback.RootData}, disk: d}
	loopback.RootData.RootNode = top
	server, err := fs.Mount(d.mount, top, &fs.Options{MountOptions: fuse.MountOptions{DirectMountStrict: true, FsName: "casestat", Name: "slow"}})
	if err != nil {
		t.Fatalf("%v: %s", err, needsFUSE)
	}
	t.Cleanup(func() {
		d.become(sick{})
		unmount(t, d.mount)
		server.Wait()
	})
	return d
}

// become makes the disk well or sick. Who waits for a disk that is stalled goes on.
func (d *slowDisk) become(how sick) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.now.stalled != nil {
		close(d.now.stalled)
	}
	d.now = how
}

func (d *slowDisk) condition() sick {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

// cut copies what a power cut at this moment would leave.
func (d *slowDisk) cut(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	d.mu.Lock()
	defer d.mu.Unlock()
	mustRun(t, "cp", "-a", d.platter+"/.", folder)
	return folder
}

// piece is something done to a file: bytes written at a place, or with cut its
// end set there.
type piece struct {
	at    int64
	bytes []byte
	cut   bool
}

// slowNode is a file or a directory.
type slowNode struct {
	fs.LoopbackNode
	disk    *slowDisk
	pending []piece // done since the last fsync; disk.mu guards it
}

// kept is where a path of the disk lies on the platter.
func (n *slowNode) kept(name ...string) string {
	return filepath.Join(append([]string{n.disk.platter, n.Path(n.Root())}, name...)...)
}

// add notes what an fsync is to keep. Nobody asks for that of memory that
// processes share by way of a file.
func (n *slowNode) add(p piece) {
	if strings.HasSuffix(n.Path(n.Root()), "-shm") {
		return
	}
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	n.pending = append(n.pending, p)
}

// fsync keeps what is pending, or does what is wrong with the disk. After one
// that failed what was pending is gone, and the next succeeds without it: so
// does a kernel.
func (n *slowNode) fsync() syscall.Errno {
	how := n.disk.condition()
	if how.delay != nil {
		time.Sleep(how.delay()) // the fault, not a wait for anything
	}
	if how.stalled != nil {
		<-how.stalled
	}
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	switch {
	case how.fails:
		n.pending = nil
		return syscall.EIO
	case how.lies:
		return fs.OK
	}
	pending := n.pending
	n.pending = nil
	return fs.ToErrno(keep(n.kept(), pending))
}

// keep does to a file of the platter what is pending.
func keep(file string, pending []piece) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, p := range pending {
		if p.cut {
			err = f.Truncate(p.at)
		} else {
			_, err = f.WriteAt(p.bytes, p.at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (n *slowNode) Create(ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	inode, handle, more, errno := n.LoopbackNode.Create(ctx, name, flags, mode, out)
	if errno != fs.OK {
		return nil, nil, 0, errno
	}
	return inode, &slowFile{handle.(*fs.LoopbackFile), inode.Operations().(*slowNode)}, more, fs.OK
}

func (n *slowNode) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	handle, more, errno := n.LoopbackNode.Open(ctx, flags)
	if errno != fs.OK {
		return nil, 0, errno
	}
	if flags&syscall.O_TRUNC != 0 {
		n.add(piece{cut: true})
	}
	return &slowFile{handle.(*fs.LoopbackFile), n}, more, fs.OK
}

func (n *slowNode) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	errno := n.LoopbackNode.Setattr(ctx, f, in, out)
	if size, ok := in.GetSize(); ok && errno == fs.OK {
		n.add(piece{at: int64(size), cut: true})
	}
	return errno
}

// also does to the platter's directories what was done to the visible ones.
func (n *slowNode) also(errno syscall.Errno, do func() error) syscall.Errno {
	if errno != fs.OK {
		return errno
	}
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if err := do(); err != nil && !os.IsNotExist(err) { // of a file that was never kept there is nothing
		return fs.ToErrno(err)
	}
	return fs.OK
}

func (n *slowNode) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	inode, errno := n.LoopbackNode.Mkdir(ctx, name, mode, out)
	return inode, n.also(errno, func() error { return os.Mkdir(n.kept(name), os.FileMode(mode&0o777)) })
}

func (n *slowNode) Rmdir(ctx context.Context, name string) syscall.Errno {
	return n.also(n.LoopbackNode.Rmdir(ctx, name), func() error { return os.Remove(n.kept(name)) })
}

func (n *slowNode) Unlink(ctx context.Context, name string) syscall.Errno {
	return n.also(n.LoopbackNode.Unlink(ctx, name), func() error { return os.Remove(n.kept(name)) })
}

func (n *slowNode) Rename(ctx context.Context, name string, parent fs.InodeEmbedder, to string, flags uint32) syscall.Errno {
	into, ok := parent.(*slowNode)
	if !ok || flags != 0 {
		return syscall.ENOTSUP
	}
	// The library takes a parent that is its own node.
	return n.also(fs.ToErrno(os.Rename(n.seen(name), into.seen(to))), func() error { return os.Rename(n.kept(name), into.kept(to)) })
}

// seen is where a path of the disk lies among what programs see.
func (n *slowNode) seen(name string) string {
	return filepath.Join(n.disk.visible, n.Path(n.Root()), name)
}

func (n *slowNode) Link(context.Context, fs.InodeEmbedder, string, *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return nil, syscall.ENOTSUP
}

// slowFile is an open file. It has no more of the library's file than it says,
// lest the kernel be handed that one and write past this.
type slowFile struct {
	file *fs.LoopbackFile
	node *slowNode
}

func (f *slowFile) Read(ctx context.Context, to []byte, at int64) (fuse.ReadResult, syscall.Errno) {
	return f.file.Read(ctx, to, at)
}

func (f *slowFile) Write(ctx context.Context, data []byte, at int64) (uint32, syscall.Errno) {
	n, errno := f.file.Write(ctx, data, at)
	if errno == fs.OK {
		f.node.add(piece{at: at, bytes: append([]byte(nil), data[:n]...)})
	}
	return n, errno
}

func (f *slowFile) Fsync(context.Context, uint32) syscall.Errno { return f.node.fsync() }

func (f *slowFile) Flush(ctx context.Context) syscall.Errno   { return f.file.Flush(ctx) }
func (f *slowFile) Release(ctx context.Context) syscall.Errno { return f.file.Release(ctx) }

func (f *slowFile) Getattr(ctx context.Context, out *fuse.AttrOut) syscall.Errno {
	return f.file.Getattr(ctx, out)
}

func (f *slowFile) Setattr(ctx context.Context, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	return f.file.Setattr(ctx, in, out)
}

var (
	_ fs.NodeCreater   = (*slowNode)(nil)
	_ fs.NodeOpener    = (*slowNode)(nil)
	_ fs.NodeSetattrer = (*slowNode)(nil)
	_ fs.NodeRenamer   = (*slowNode)(nil)
	_ fs.FileFsyncer   = (*slowFile)(nil)
	_ fs.FileWriter    = (*slowFile)(nil)
)
