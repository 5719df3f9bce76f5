// Command fuzzing runs every fuzz target of some packages, one after another,
// and counts what each was given and what it found.
//
//	go run ./test/fuzzing [-time 60s | -inputs N] [-goal N] [-record FILE] ./...
//
// A target that fails does not keep the others from their turn; the exit code
// says at the end whether any did. With -record each run of a target adds a line
// to a file, so that runs on many days and machines add up; with -goal the round
// is repeated until the file holds so many inputs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "fuzzing:", err)
		os.Exit(1)
	}
}

// options are how long which targets run, and where it is written down.
type options struct {
	folder   string         // of the module; "": here
	time     time.Duration  // for each target, unless inputs are given
	inputs   int            // for each target; 0: as many as the time allows
	workers  int            // at once
	only     *regexp.Regexp // names of targets
	record   string         // a file that is added to; "": none
	goal     int            // inputs in all that record shall hold; 0: one round
	patterns []string       // of packages
}

func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := parse(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	return o.run(ctx, out)
}

func parse(args []string, out io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("fuzzing", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.DurationVar(&o.time, "time", time.Minute, "for each target")
	flags.IntVar(&o.inputs, "inputs", 0, "for each target, instead of a time")
	flags.IntVar(&o.workers, "parallel", runtime.GOMAXPROCS(0), "workers of a target at once")
	flags.StringVar(&o.record, "record", "", "a `file` that each result is added to")
	flags.IntVar(&o.goal, "goal", 0, "repeat until the file holds so many inputs")
	only := flags.String("run", "", "only targets whose name matches this `pattern`")
	err := flags.Parse(args)
	if err != nil {
		return options{}, err
	}
	if o.goal > 0 && o.record == "" {
		return options{}, errors.New("a goal needs a file to count in: -record")
	}
	if o.patterns = flags.Args(); len(o.patterns) == 0 {
		return options{}, errors.New("name packages: ./... are all")
	}
	o.only, err = regexp.Compile(*only)
	return o, err
}
