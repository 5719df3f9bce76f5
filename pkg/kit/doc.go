// Package kit packs a release for those who write about it: its sentences,
// pictures and tables in folders that need no explanation, with the signed
// manifest that proves them.
//
// A kit follows from the release, its withdrawal and the key that it was signed
// with. The same program makes the same bytes of them in every run.
package kit
