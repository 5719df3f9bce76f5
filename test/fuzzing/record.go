package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"
)

// sum is what several results come to.
type sum struct {
	Inputs, Failures, Reruns int
	targets, versions        map[string]bool
}

func (s *sum) add(r result) {
	if s.targets == nil {
		s.targets, s.versions = map[string]bool{}, map[string]bool{}
	}
	s.Inputs += r.Inputs
	s.Failures += r.Failures
	s.Reruns += r.Reruns
	s.targets[r.Target] = true
	s.versions[r.Commit] = true
}

func (s *sum) commits() []string { return slices.Sorted(maps.Keys(s.versions)) }

// keep adds a line to the record, in one write.
func keep(file string, r result) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

// held adds up what the record holds; nothing where there is none.
func (o options) held() (sum, error) {
	if o.record == "" {
		return sum{}, nil
	}
	f, err := os.Open(o.record)
	if err != nil {
		return sum{}, err
	}
	defer f.Close()
	return total(f)
}

func total(lines io.Reader) (s sum, err error) {
	decoder := json.NewDecoder(lines)
	decoder.DisallowUnknownFields()
	for {
		var r result
		err := decoder.Decode(&r)
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err == nil && (r.Target == "" || r.Inputs < 0) {
			err = errors.New("a line without target or with less than no inputs")
		}
		if err != nil {
			return sum{}, fmt.Errorf("the record: %w", err)
		}
		s.add(r)
	}
}

// seconds reads an elapsed time of go test; 0 if it is none.
func seconds(elapsed string) float64 {
	d, _ := time.ParseDuration(elapsed)
	return d.Seconds()
}
