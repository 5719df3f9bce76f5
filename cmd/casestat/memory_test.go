package main

import (
	"io/fs"
	"math"
	"runtime/debug"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"
)

const (
	unifiedMount = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
	firstMount   = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
	otherMounts  = "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n34 31 0:31 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\nnot a mount\n"
)

// system is a file system with these files.
func system(files map[string]string) fs.FS {
	made := fstest.MapFS{}
	for name, text := range files {
		made[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return made
}

func TestGrantedMemory(t *testing.T) {
	for rule, c := range map[string]struct {
		files map[string]string
		want  memory
	}{
		"nothing can be read: no limit is known": {nil, 0},
		"version 2, a systemd unit": {map[string]string{
			"proc/self/cgroup": "0::/system.slice/casestat.service\n", "proc/self/mountinfo": otherMounts + unifiedMount,
			"sys/fs/cgroup/system.slice/casestat.service/memory.max": "209715200\n",
		}, 200 << 20},
		"version 2, no limit": {map[string]string{
			"proc/self/cgroup": "0::/system.slice/casestat.service\n", "proc/self/mountinfo": unifiedMount,
			"sys/fs/cgroup/system.slice/casestat.service/memory.max": "max\n",
		}, 0},
		"a group around it has less": {map[string]string{
			"proc/self/cgroup": "0::/pod/container\n", "proc/self/mountinfo": unifiedMount,
			"sys/fs/cgroup/pod/container/memory.max": "max\n", "sys/fs/cgroup/pod/memory.max": "1048576\n", "sys/fs/cgroup/memory.max": "2097152\n",
		}, 1 << 20},
		"a container that sees itself as the top": {map[string]string{
			"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": unifiedMount, "sys/fs/cgroup/memory.max": "1048576\n",
		}, 1 << 20},
		"a container that was moved out of what it sees": {map[string]string{
			"proc/self/cgroup": "0::/../other\n", "proc/self/mountinfo": unifiedMount, "sys/fs/cgroup/memory.max": "1048576\n",
		}, 1 << 20},
		"version 1 beside an empty version 2": {map[string]string{
			"proc/self/cgroup": "5:cpu:/a\n4:memory:/a\n0::/\nno group\n", "proc/self/mountinfo": firstMount + otherMounts + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes": "209715200\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, 200 << 20},
		"version 1, no limit": {map[string]string{
			"proc/self/cgroup": "4:memory:/\n", "proc/self/mountinfo": firstMount, "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, 0},
		"version 1, the container's own group is mounted": {map[string]string{
			"proc/self/cgroup":                           "4:cpu,memory:/docker/abc\n",
			"proc/self/mountinfo":                        "35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "1048576\n",
		}, 1 << 20},
		"version 1, a group whose name begins like the mounted one": {map[string]string{
			"proc/self/cgroup":                           "4:memory:/docker/abcd\n",
			"proc/self/mountinfo":                        "35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "1048576\n",
		}, 1 << 20},
		"the group of another controller says nothing": {map[string]string{
			"proc/self/cgroup": "5:cpu:/a\n", "proc/self/mountinfo": firstMount, "sys/fs/cgroup/memory/a/memory.limit_in_bytes": "1048576\n",
		}, 0},
	} {
		t.Run(rule, func(t *testing.T) {
			if got := grantedMemory(system(c.files)); got != c.want {
				t.Errorf("granted %d bytes, want %d", got, c.want)
			}
		})
	}
}

func TestGrantedMemory_ends_whatever_the_kernel_says(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"/", "..", "a", " ", ":", "0", "memory", "cgroup", "cgroup2", " - ", "\n", "max", "1048576", "35 31 0:32 "})
		text := func(name string) string {
			joined := ""
			for _, w := range rapid.SliceOfN(word, 0, 40).Draw(t, name) {
				joined += w
			}
			return joined
		}
		grantedMemory(system(map[string]string{"proc/self/cgroup": text("cgroup"), "proc/self/mountinfo": text("mountinfo"), "a/memory.max": text("limit")}))
	})
}

func TestMemory_parts(t *testing.T) {
	for name, c := range map[string]struct {
		granted     memory
		heap, pages int64
	}{
		"no limit":    {0, math.MaxInt64, 64 << 20},
		"64 MB":       {64 << 20, 40 << 20, 4 << 20},
		"200 MB":      {200 << 20, 125 << 20, 200 << 20 / 16},
		"very little": {16 << 20, 10 << 20, 2 << 20},
		"plenty":      {64 << 30, 40 << 30, 64 << 20},
	} {
		if heap, pages := c.granted.heap(), c.granted.pages(); heap != c.heap || pages != c.pages {
			t.Errorf("%s: %d for Go and %d for the pages of a writer, want %d and %d", name, heap, pages, c.heap, c.pages)
		}
	}
}

func TestMemory_the_operators_word_comes_first(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	said := func(value string) func(string) string { return func(string) string { return value } }
	for name, c := range map[string]struct {
		granted memory
		said    string
		want    int64
	}{
		"nothing said":           {1 << 30, "", 640 << 20},
		"a limit said":           {1 << 30, "300MiB", 5 << 30},
		"no limit wanted":        {1 << 30, "off", 5 << 30},
		"nothing known":          {0, "", 5 << 30},
		"nothing known but said": {0, "300MiB", 5 << 30},
	} {
		debug.SetMemoryLimit(5 << 30)
		c.granted.bindHeap(said(c.said))
		if got := debug.SetMemoryLimit(-1); got != c.want {
			t.Errorf("%s: Go keeps to %d bytes, want %d", name, got, c.want)
		}
	}
}
