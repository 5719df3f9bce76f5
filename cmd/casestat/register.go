package main

import (
	"encoding/json"
	"fmt"

	"manniskohandel.se/casestat/pkg/store"
)

type registerCommand struct {
	JSON bool `name:"json" help:"As JSON, for other programs."`
}

// Run prints the register of what is held.
func (c registerCommand) Run(s *session) error {
	holdings, err := store.Register()
	if err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(s.out)
		out.SetIndent("", "  ")
		return out.Encode(holdings)
	}
	fmt.Fprintln(s.out, "# What is held")
	for _, h := range holdings {
		fmt.Fprintf(s.out, "\n## %s: %s\n\n", h.Store, h.Table)
		for _, line := range [][2]string{
			{"concerns", h.Concerns}, {"purpose", h.Purpose}, {"legal basis", h.Basis}, {"kept", h.Kept}, {"read by", h.Readers},
		} {
			fmt.Fprintf(s.out, "- %s: %s\n", line[0], line[1])
		}
		fmt.Fprintf(s.out, "\n| column | holds |\n|---|---|\n")
		for _, column := range h.Sorted() {
			fmt.Fprintf(s.out, "| %s | %s |\n", column, h.Columns[column])
		}
	}
	return nil
}
