// Package supply says what the program is made of: the modules in it, their
// versions, their hashes and the licences they come under.
package supply

import (
	"context"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
)

// Module is one that is linked into the program.
type Module struct {
	Path, Version string
	Sum           string // as go.sum has it, "h1:..."
	Licence       string // by its SPDX name; empty: none that is known here
}

// Modules reads from a built program what is in it.
func Modules(program string) ([]Module, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, err
	}
	var all []Module
	for _, d := range info.Deps {
		all = append(all, moduleOf(d))
	}
	return all, nil
}

func moduleOf(d *debug.Module) Module {
	if d.Replace != nil {
		d = d.Replace
	}
	return Module{Path: d.Path, Version: d.Version, Sum: d.Sum}
}

// Licensed finds the licences of modules in the module cache, where the go
// command has put them.
func Licensed(ctx context.Context, modules []Module) error {
	for i := range modules {
		m := &modules[i]
		out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", m.Path).Output()
		if err != nil {
			return fmt.Errorf("%s: %w", m.Path, err)
		}
		if m.Licence, err = licenceIn(strings.TrimSpace(string(out))); err != nil {
			return fmt.Errorf("%s: %w", m.Path, err)
		}
	}
	return nil
}

// licenceIn names the licence whose text lies in a folder.
func licenceIn(folder string) (string, error) {
	if folder == "" {
		return "", errors.New("its sources are not there: run go mod download")
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		name, _, _ := strings.Cut(strings.ToLower(e.Name()), ".")
		if e.IsDir() || !slices.Contains([]string{"license", "licence", "copying", "license-mit"}, name) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return "", err
		}
		return Recognise(string(text)), nil
	}
	return "", nil
}

// Recognise names a licence by its text; empty if it is none that is known here.
func Recognise(text string) string {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	for _, l := range []struct{ name, sentence string }{
		// Those that ask for more than we give come first: a text may hold several.
		{"AGPL-3.0", "gnu affero general public license"},
		{"LGPL-3.0", "gnu lesser general public license"},
		{"GPL-3.0", "gnu general public license"},
		{"MPL-2.0", "mozilla public license"},
		{"Apache-2.0", "apache license version 2.0"},
		{"BSD-3-Clause", "neither the name of"},
		{"BSD-3-Clause", "the names of its contributors may not be used"},
		{"BSD-2-Clause", "redistributions in binary form must reproduce"},
		{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose"},
		{"ISC", "permission to use, copy, modify, and distribute this software for any purpose"},
		{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
	} {
		if strings.Contains(text, l.sentence) {
			return l.name
		}
	}
	return ""
}

// Allowed says whether a licence lets the program be what it is: free software
// under Apache-2.0 that anybody may run, change and pass on.
func Allowed(licence string) bool {
	switch licence {
	case "Apache-2.0", "BSD-3-Clause", "BSD-2-Clause", "ISC", "MIT":
		return true
	}
	return false
}

// The parts of CycloneDX 1.5 that are written.
type (
	bill struct {
		Format     string      `json:"bomFormat"`
		Spec       string      `json:"specVersion"`
		Version    int         `json:"version"`
		Metadata   metadata    `json:"metadata"`
		Components []component `json:"components"`
	}
	metadata struct {
		Component component `json:"component"`
	}
	component struct {
		Type       string     `json:"type"`
		Ref        string     `json:"bom-ref"`
		Name       string     `json:"name"`
		Version    string     `json:"version,omitempty"`
		PURL       string     `json:"purl"`
		Licences   []licence  `json:"licenses,omitempty"`
		Properties []property `json:"properties,omitempty"`
	}
	licence struct {
		Licence struct {
			ID string `json:"id"`
		} `json:"license"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

// Write writes the bill of materials of the program as CycloneDX. The same
// modules give the same bytes.
func Write(to io.Writer, modules []Module) error {
	b := bill{Format: "CycloneDX", Spec: "1.5", Version: 1, Components: []component{}}
	own := "pkg:golang/manniskohandel.se/casestat"
	b.Metadata.Component = component{Type: "application", Ref: own, Name: "manniskohandel.se/casestat", PURL: own}
	for _, m := range modules {
		purl := "pkg:golang/" + m.Path + "@" + m.Version
		c := component{Type: "library", Ref: purl, Name: m.Path, Version: m.Version, PURL: purl, Properties: []property{{"go:sum", m.Sum}}}
		if m.Licence != "" {
			var l licence
			l.Licence.ID = m.Licence
			c.Licences = []licence{l}
		}
		b.Components = append(b.Components, c)
	}
	encoder := json.NewEncoder(to)
	encoder.SetIndent("", "  ")
	return encoder.Encode(b)
}
