// Package faults holds the tests that play faults against the real program and
// count what is lost. Each prints its cycles, what was acknowledged, lost,
// duplicated and unexpected, and how long nothing was acknowledged, and fails
// unless the middle three are 0; beside each stands a contrast that breaks one
// promise on purpose and fails unless its loss is found.
//
// Run by "go test" they are short. How often each fault is played is a flag;
// "make faults" takes minutes, "make soak" hours, and adds what it finds to a
// file of accounts, which the command in the folder sum prints as one table.
//
// The slow, failing and lying disk is made with github.com/hanwen/go-fuse (BSD,
// v2.12.1), which needs no program besides; this package alone uses it, and
// nothing of it is in what is built for use.
//
// They need root, loop devices, FUSE, a cgroup with the memory controller and a few programs, which install.sh installs.
package faults
