package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// run plays rounds until there is nothing more to reach.
func (o options) run(ctx context.Context, out io.Writer) error {
	targets, err := o.list(ctx)
	if err != nil {
		return err
	}
	all := sum{}
	for {
		before := all.Inputs
		if err := o.round(ctx, out, targets, &all); err != nil {
			return err
		}
		held, err := o.held()
		if err != nil {
			return err
		}
		if held.Inputs >= o.goal || all.Failures > 0 {
			return o.close(out, all, held)
		}
		if all.Inputs == before {
			return errors.New("no target takes an input: the goal cannot be reached")
		}
	}
}

// round runs each target once, and again where nothing can be said of it.
func (o options) round(ctx context.Context, out io.Writer, targets []target, all *sum) error {
	commit := commitOf(ctx, o.folder)
	for _, t := range targets {
		r, err := o.judge(ctx, out, t)
		if err != nil {
			return err
		}
		r.Commit = commit
		fmt.Fprintf(out, "%-52s %12d inputs %7.0f s  %s\n", t, r.Inputs, r.Seconds, r.Verdict)
		all.add(r)
		if o.record != "" {
			if err := keep(o.record, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// judge runs a target, and once more where nothing can be said of it: where Go
// ended it without a verdict, or the time ran out before the first new input. A
// target that does so twice has failed: an input that never ends looks like that.
func (o options) judge(ctx context.Context, out io.Writer, t target) (result, error) {
	first, err := o.play(ctx, out, t)
	if err != nil || !first.unclear() {
		return first, err
	}
	fmt.Fprintf(out, "%s: %s, run once more\n", t, first.Verdict)
	if first.Verdict == idle {
		o.inputs = fewest // however long it takes
	}
	again, err := o.play(ctx, out, t)
	again.Inputs += first.Inputs
	again.Seconds += first.Seconds
	again.Reruns = 1
	if again.unclear() {
		again.Failures = 1
	}
	return again, err
}

// fewest are the inputs that a target is given whose time was too short for any.
const fewest = 500

// grace is what a target may take beyond its time, for building and for the
// inputs that it keeps from before, until it is taken for one that hangs.
const grace = 15 * time.Minute

// play runs a target once.
func (o options) play(ctx context.Context, out io.Writer, t target) (result, error) {
	long := o.time.String()
	limit := ctx
	if o.inputs > 0 {
		long = strconv.Itoa(o.inputs) + "x"
	} else {
		var cancel context.CancelFunc
		limit, cancel = context.WithTimeout(ctx, o.time+grace)
		defer cancel()
	}
	start := time.Now()
	cmd := exec.CommandContext(limit, "go", "test", "-vet=off", "-run", "^$", "-fuzz", "^"+t.name+"$", "-fuzztime", long,
		"-fuzzminimizetime", "10x", "-parallel", strconv.Itoa(o.workers), t.pkg)
	cmd.Dir = o.folder
	// The workers are children of go's children: all of them end together.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	said, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return result{}, ctx.Err()
	}
	r := read(string(said), err == nil)
	r.Target, r.Seconds = t.String(), time.Since(start).Seconds()
	if r.Verdict != passed {
		fmt.Fprintf(out, "%s", said)
	}
	return r, nil
}

// close prints the totals and gives the verdict.
func (o options) close(out io.Writer, all, held sum) error {
	fmt.Fprintf(out, "%d targets, %d inputs, %d failures, %d run once more\n", len(all.targets), all.Inputs, all.Failures, all.Reruns)
	if o.record != "" {
		fmt.Fprintf(out, "In all, as %s holds it: %d targets, %d inputs, %d failures, %d run once more, commits %s\n",
			o.record, len(held.targets), held.Inputs, held.Failures, held.Reruns, strings.Join(held.commits(), " "))
	}
	if all.Failures > 0 {
		return fmt.Errorf("%d failures", all.Failures)
	}
	return nil
}

// commitOf names what was fuzzed; "unknown" where there is no history.
func commitOf(ctx context.Context, folder string) string {
	cmd := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty", "--exclude", "*", "--abbrev=7")
	cmd.Dir = folder
	said, err := cmd.Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(said))
}
