package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"regexp"
	"strings"
)

// target is one fuzz function.
type target struct{ pkg, name string }

// String has the package's last two elements: enough to find it, and it fits a line.
func (t target) String() string {
	return path.Join(path.Base(path.Dir(t.pkg)), path.Base(t.pkg)) + " " + t.name
}

// list asks go test for the fuzz targets of the packages.
func (o options) list(ctx context.Context) ([]target, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-json", "-vet=off", "-run", "^$", "-list", "^Fuzz"}, o.patterns...)...)
	cmd.Dir = o.folder
	var errs bytes.Buffer
	cmd.Stderr = &errs
	said, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("listing the targets: %w\n%s%s", err, errs.String(), said)
	}
	targets, err := targetsIn(bytes.NewReader(said), o.only)
	if err == nil && len(targets) == 0 {
		err = errors.New("there is no fuzz target")
	}
	return targets, err
}

// targetsIn reads the events of go test -json -list.
func targetsIn(events io.Reader, only *regexp.Regexp) (targets []target, err error) {
	decoder := json.NewDecoder(events)
	for {
		var e struct{ Action, Package, Output string }
		err := decoder.Decode(&e)
		if errors.Is(err, io.EOF) {
			return targets, nil
		}
		if err != nil {
			return nil, fmt.Errorf("this is no event of go test: %w", err)
		}
		name := strings.TrimSpace(e.Output)
		if e.Action == "output" && strings.HasPrefix(name, "Fuzz") && only.MatchString(name) {
			targets = append(targets, target{e.Package, name})
		}
	}
}
