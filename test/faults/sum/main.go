// Command sum prints files of accounts as one table: what all runs of the fault
// tests so far have found, added up.
//
//	go run ./test/faults/sum FILE ...
package main

import (
	"fmt"
	"io"
	"os"

	"manniskohandel.se/casestat/test/faults"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "sum:", err)
		os.Exit(1)
	}
}

func run(files []string, out io.Writer) error {
	var readers []io.Reader
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		readers = append(readers, f)
	}
	sums, err := faults.Sum(io.MultiReader(readers...))
	if err != nil {
		return err
	}
	return faults.Write(out, sums)
}
