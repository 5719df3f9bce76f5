package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// The exit codes.
const (
	exitNo        = 1 // it ran, and the answer is no
	exitCannotRun = 2
)

func main() { os.Exit(program()) }

// program is main for the tests, which run it under another name.
func program() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil: // what broke because of that is of no interest
		fmt.Fprintln(os.Stderr, "casestat: interrupted")
		return exitCannotRun
	}
	fmt.Fprintln(os.Stderr, "casestat:", err)
	if answer, ok := errors.AsType[no](err); ok && answer != "" {
		return exitNo
	}
	return exitCannotRun
}

// no is an answer rather than a failure.
type no string

func (n no) Error() string { return string(n) }

// session is what a command works with.
type session struct {
	in       io.Reader
	out, err io.Writer
	now      func() time.Time
	random   io.Reader
	getenv   func(string) string
	memory   memory
}

// output remembers that something could not be written: whoever should have
// read it was told nothing, however well the command went.
type output struct {
	io.Writer
	failed error
}

func (o *output) Write(b []byte) (int, error) {
	n, err := o.Writer.Write(b)
	if err != nil && o.failed == nil {
		o.failed = err
	}
	return n, err
}

// run reads the command line and runs one command.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	out := &output{Writer: stdout}
	s := &session{in: stdin, out: out, err: stderr, now: time.Now, random: rand.Reader, getenv: os.Getenv, memory: grantedMemory(os.DirFS("/"))}
	s.memory.bindHeap(s.getenv)
	err := runCommand(ctx, args, s)
	if out.failed != nil {
		lost := fmt.Errorf("what the command had to say is not complete, because the output cannot be written: %w", out.failed)
		if err == nil || errors.Is(err, out.failed) {
			return lost
		}
		return errors.Join(err, lost)
	}
	return err
}

func runCommand(ctx context.Context, args []string, s *session) error {
	var line commandLine
	helped := false
	parser, err := kong.New(&line,
		kong.Name("casestat"),
		kong.Description("Contact records in, \"26 of 35\" out. Try: casestat demo"),
		kong.DefaultEnvars("CASESTAT"),
		kong.Writers(s.out, s.err),
		kong.Exit(func(int) { helped = true }), // --help has been printed
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	switch {
	case helped:
		return nil
	case err != nil:
		return fmt.Errorf("%w (casestat --help lists the commands)", err)
	}
	command.BindTo(ctx, (*context.Context)(nil))
	return command.Run(s)
}
