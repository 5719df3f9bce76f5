package codelist

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"go.yaml.in/yaml/v3"
)

// source is the codebook as it is written by hand. Each file of a codebook
// folder holds a part of it; fields and lists may stand in any file.
type source struct {
	Version     Version           `yaml:"version"`
	Missing     []entrySource     `yaml:"missing"`
	MissingSets map[string][]Code `yaml:"missing_sets"`
	LadderEnds  endsSource        `yaml:"ladder_ends"`
	Fields      []fieldSource     `yaml:"fields"`
	Lists       []listSource      `yaml:"lists"`
	Rules       []ruleSource      `yaml:"rules"`
	Crosswalks  []crosswalkSource `yaml:"crosswalks"`
}

// standards are the counterparts in HTCDS, CTDC, GBVIMS/Primero, Eurostat and
// the platform's own publications.
type standards struct {
	H string `yaml:"H"`
	T string `yaml:"T"`
	G string `yaml:"G"`
	U string `yaml:"U"`
	P string `yaml:"P"`
}

func (s standards) mappings() map[string]string {
	m := map[string]string{"H": s.H, "T": s.T, "G": s.G, "U": s.U, "P": s.P}
	for k, v := range m {
		if v == "" {
			delete(m, k)
		}
	}
	return m
}

type entrySource struct {
	Code       Code `yaml:"code"`
	Text       `yaml:",inline"`
	Deprecated bool `yaml:"deprecated"`
	standards  `yaml:",inline"`
}

type listSource struct {
	Name     string        `yaml:"name"`
	Codes    []entrySource `yaml:"codes"`
	Residual []Code        `yaml:"residual"`
	Rungs    []rungSource  `yaml:"rungs"`
}

type fieldSource struct {
	Number     int       `yaml:"number"`
	Name       FieldName `yaml:"name"`
	Text       `yaml:",inline"`
	Kind       Kind   `yaml:"kind"`
	List       string `yaml:"list"`
	Min        int    `yaml:"min"`
	Max        int    `yaml:"max"`
	Core       bool   `yaml:"core"`
	Multi      bool   `yaml:"multi"`
	CountOnly  bool   `yaml:"count_only"`
	Missing    string `yaml:"missing"`
	Identifies int    `yaml:"identifies"`
	standards  `yaml:",inline"`
	// Of a number field: labels of values that are more than their digits,
	// and its ladder. A coded field has both in its list.
	Values []entrySource `yaml:"values"`
	Rungs  []rungSource  `yaml:"rungs"`
}

// rungSource is one rung between the first and the last, which follow from the
// list. Keep are codes that stay groups of their own.
type rungSource struct {
	Name   string        `yaml:"name"`
	Groups []groupSource `yaml:"groups"`
	Keep   []Code        `yaml:"keep"`
}

type groupSource struct {
	Code  Code `yaml:"code"`
	Text  `yaml:",inline"`
	Codes []Code `yaml:"codes"`
}

type endsSource struct {
	NotStated      Text `yaml:"not_stated"`
	Stated         Text `yaml:"stated"`
	OtherOrUnknown Text `yaml:"other_or_unknown"`
}

type crosswalkSource struct {
	Name   string        `yaml:"name"`
	Field  FieldName     `yaml:"field"`
	Groups []groupSource `yaml:"groups"`
}

type ruleSource struct {
	Code    string `yaml:"code"`
	Text    `yaml:",inline"`
	Warning bool           `yaml:"warning"`
	Clauses []clauseSource `yaml:"clauses"`
}

// clauseSource holds exactly one of Then, Apply and NotApply.
type clauseSource struct {
	When     []conditionSource `yaml:"when"`
	Then     *conditionSource  `yaml:"then"`
	Apply    []FieldName       `yaml:"apply"`
	NotApply []FieldName       `yaml:"not_apply"`
	Exactly  bool              `yaml:"exactly"`
}

type conditionSource struct {
	Field FieldName `yaml:"field"`
	In    []Code    `yaml:"in"`
	Group []Code    `yaml:"group"`
	Not   bool      `yaml:"not"`
}

// readSource reads every YAML file of a folder into one source.
func readSource(fsys fs.FS) (source, error) {
	var whole source
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return whole, fmt.Errorf("list codebook files: %w", err)
	}
	if len(names) == 0 {
		return whole, errors.New("the folder holds no codebook file")
	}
	slices.Sort(names)
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return whole, fmt.Errorf("read %s: %w", name, err)
		}
		part, err := parseSource(data)
		if err == nil {
			err = whole.add(part)
		}
		if err != nil {
			return whole, fmt.Errorf("%s: %w", name, err)
		}
	}
	return whole, nil
}

// parseSource reads one file. It refuses keys that it does not know, keys that
// occur twice and a second document.
func parseSource(data []byte) (source, error) {
	var part source
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&part); err != nil {
		return source{}, fmt.Errorf("parse: %w", err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return source{}, errors.New("parse: more than one document")
	}
	return part, nil
}

// add merges the part of one file. What the whole book shares may stand in one
// file only.
func (s *source) add(part source) error {
	if part.Version != 0 {
		if s.Version != 0 {
			return errors.New("the version is given twice")
		}
		s.Version, s.LadderEnds = part.Version, part.LadderEnds
		s.Missing, s.MissingSets = part.Missing, part.MissingSets
	} else if part.Missing != nil || part.MissingSets != nil || part.LadderEnds != (endsSource{}) {
		return errors.New("missing codes and ladder ends belong in the file with the version")
	}
	s.Fields = append(s.Fields, part.Fields...)
	s.Lists = append(s.Lists, part.Lists...)
	s.Rules = append(s.Rules, part.Rules...)
	s.Crosswalks = append(s.Crosswalks, part.Crosswalks...)
	return nil
}
