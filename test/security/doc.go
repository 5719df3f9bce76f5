// Package security turns tools that are not ours against the real program, over
// loopback, and against its sources.
//
// Each tool has a verdict that can fail, and a contrast: a planted fault that
// the same call must find. The tests have a build tag of their own;
// "make test-security" installs what is missing and runs them.
package security
