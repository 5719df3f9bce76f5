// Command sbom writes the bill of materials of a built program as CycloneDX.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"manniskohandel.se/casestat/test/supply"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string, to io.Writer) error {
	if len(arguments) != 1 {
		return errors.New("name the program")
	}
	modules, err := supply.Modules(arguments[0])
	if err != nil {
		return err
	}
	if err := supply.Licensed(ctx, modules); err != nil {
		return err
	}
	return supply.Write(to, modules)
}
