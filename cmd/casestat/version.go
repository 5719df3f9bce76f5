package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"manniskohandel.se/casestat/pkg/codelist"
)

// commit is what make build says it builds: a build that carries the history's
// own stamp would differ between a clone and an archive of the same sources.
var commit string

type versionCommand struct{}

// Run prints the version of the program, of Go and of the codebook.
func (versionCommand) Run(s *session) error {
	fmt.Fprintf(s.out, "casestat %s\n%s %s/%s\ncodebook %d\n",
		buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, codelist.Current().Version)
	return nil
}

// buildVersion is the module's version, with the commit it was built from where
// that is known.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	version := info.Main.Version
	if commit != "" {
		return version + " " + commit
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return version + " " + setting.Value
		}
	}
	return version
}
