package main

import (
	"bytes"
	"fmt"
)

// dsnFiles says which file a connection string was read from at the start; ""
// if it came from the environment, which never changes.
type dsnFiles map[string]string

// renewed gives what stands in the file of a connection string now.
func (f dsnFiles) renewed(given string) (string, error) {
	name := f[given]
	if name == "" {
		return given, nil
	}
	b, err := readSecret(name)
	if err != nil {
		return "", err
	}
	if b = bytes.TrimSpace(b); len(b) == 0 {
		return "", fmt.Errorf("%s is empty: put the connection string into it", name)
	}
	return string(b), nil
}
