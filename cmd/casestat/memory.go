package main

import (
	"bufio"
	"io/fs"
	"math"
	"path"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
)

// memory is how many bytes the kernel grants this process and those beside it
// in its control group; beyond it one of them is killed. 0: no limit is known.
type memory uint64

// The parts of a granted memory. The rest is for the pages of readers, the
// kernel's own, and files that are read again and again.
const (
	heapOf8   = 5       // eighths, for everything that Go manages
	pagesPart = 16      // of which the pages of one store's writer may take one
	leastPage = 2 << 20 // bytes, however little is granted
	mostPages = 64 << 20
)

// heap is how much of it Go may manage before it collects garbage more often.
func (m memory) heap() int64 {
	if m == 0 {
		return math.MaxInt64
	}
	return int64(m / 8 * heapOf8)
}

// pages is how much of it SQLite may keep for the writer of one store.
func (m memory) pages() int64 {
	if m == 0 {
		return mostPages
	}
	return int64(min(max(m/pagesPart, leastPage), mostPages))
}

// bindHeap has Go keep to its part, unless the operator has said in GOMEMLIMIT
// what that is.
func (m memory) bindHeap(getenv func(string) string) {
	if m > 0 && getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(m.heap())
	}
}

// grantedMemory reads what is granted from the root of the file system: the
// least of the limits on this process's control group and on those around it.
// Where nothing can be read, as on systems without control groups, no limit is
// known.
func grantedMemory(root fs.FS) (granted memory) {
	groups := readLines(root, "proc/self/cgroup")
	for _, line := range readLines(root, "proc/self/mountinfo") {
		h, is := parseHierarchy(line)
		if !is {
			continue
		}
		for _, group := range groups {
			if at, in := h.folder(group); in {
				granted = least(granted, h.limit(root, at))
			}
		}
	}
	return granted
}

// hierarchy is a mounted tree of control groups that may limit memory.
type hierarchy struct {
	mounted string // the folder
	root    string // the group that the folder stands for
	file    string // of a group, with its limit
	unified bool   // version 2
}

// parseHierarchy reads a line of mountinfo(5). is says whether it tells of such
// a tree.
func parseHierarchy(line string) (h hierarchy, is bool) {
	before, after, _ := strings.Cut(line, " - ")
	mount, kind := strings.Fields(before), strings.Fields(after)
	if len(mount) < 5 || len(kind) < 3 {
		return h, false
	}
	h = hierarchy{mounted: mount[4], root: mount[3], file: "memory.limit_in_bytes"}
	switch {
	case kind[0] == "cgroup2":
		h.file, h.unified = "memory.max", true
		return h, true
	case kind[0] == "cgroup":
		return h, slices.Contains(strings.Split(kind[2], ","), "memory")
	}
	return h, false
}

// folder gives the folder of a group, from its line in /proc/self/cgroup; in
// says whether the line is of this tree. What the mount does not show is taken
// for its top.
func (h hierarchy) folder(line string) (at string, in bool) {
	parts := strings.SplitN(line, ":", 3)
	if len(parts) < 3 {
		return "", false
	}
	if h.unified && parts[1] != "" || !h.unified && !slices.Contains(strings.Split(parts[1], ","), "memory") {
		return "", false
	}
	below, shown := strings.CutPrefix(path.Clean(parts[2]), strings.TrimSuffix(h.root, "/"))
	if !shown || below != "" && below[0] != '/' || strings.HasPrefix(below, "/..") {
		below = ""
	}
	return path.Join(h.mounted, below), true
}

// limit is the least limit from a folder up to the top of the tree.
func (h hierarchy) limit(root fs.FS, at string) (found memory) {
	for ; ; at = path.Dir(at) {
		for _, text := range readLines(root, strings.TrimPrefix(path.Join(at, h.file), "/")) {
			found = least(found, parseMemory(text))
		}
		if at == h.mounted || at == "/" || at == "." {
			return found
		}
	}
}

// parseMemory reads a limit as the kernel writes it. Version 2 has a word for
// none, and version 1 a number that no machine has.
func parseMemory(text string) memory {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n >= 1<<60 {
		return 0
	}
	return memory(n)
}

// least is the smaller one of those that are known.
func least(a, b memory) memory {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

// readLines gives the lines of a file, none if it cannot be read.
func readLines(root fs.FS, name string) (lines []string) {
	f, err := root.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	for scan := bufio.NewScanner(f); scan.Scan(); {
		lines = append(lines, scan.Text())
	}
	return lines
}
