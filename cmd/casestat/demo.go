package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/demo"
	"manniskohandel.se/casestat/pkg/store"
)

// demoAddress is where the demo serves if nobody says otherwise. When another
// program is there, the demo takes any free port.
const demoAddress = "127.0.0.1:8080"

type demoCommand struct {
	Data   string `default:"./casestat-demo" placeholder:"DIR" help:"Folder of the demo. Default: ./casestat-demo."`
	Listen string `placeholder:"ADDRESS" help:"Where to listen. Default: 127.0.0.1:8080, or a free port."`
	Once   bool   `help:"In a temporary folder and on a free port; end when the slide is printed."`
}

// Run plays the demo against a service of its own.
func (c *demoCommand) Run(ctx context.Context, s *session) (err error) {
	folder, address := demoFolder(c.Data), c.Listen
	if c.Once {
		temporary, err := os.MkdirTemp("", "casestat-demo-")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(temporary)) }()
		folder, address = demoFolder(temporary), "127.0.0.1:0"
	}
	if address != "" && !loopback(address) {
		return fmt.Errorf("the demo is for this machine alone, not for %s", address)
	}
	show, err := c.open(ctx, s, folder)
	if err != nil {
		return err
	}
	listener, err := demoListener(address)
	if err != nil {
		return err
	}
	return show.run(ctx, listener)
}

// open makes the demo's folder, or takes up the one of an earlier play.
func (c *demoCommand) open(ctx context.Context, s *session, folder demoFolder) (*show, error) {
	year, err := folder.begin(s.now())
	if err != nil {
		return nil, err
	}
	again, err := folder.found(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("%w (remove %s to begin anew)", err, folder)
	}
	book := codelist.Current()
	script, err := demo.Write(book, year)
	if err != nil {
		return nil, err
	}
	return &show{session: s, folder: folder, book: book, script: script, again: again, once: c.Once}, nil
}

func demoListener(address string) (net.Listener, error) {
	if address != "" {
		return listenOn(address)
	}
	if listener, err := net.Listen("tcp", demoAddress); err == nil {
		return listener, nil
	}
	return listenOn("127.0.0.1:0")
}

// show is one performance of the demo.
type show struct {
	session *session
	folder  demoFolder
	book    *codelist.Book
	script  *demo.Script
	again   bool // the folder is of an earlier play
	once    bool
}

// run serves, plays against the service over HTTP, prints, and goes on serving.
func (d *show) run(ctx context.Context, listener net.Listener) (err error) {
	address := "http://" + listener.Addr().String()
	running, err := assemble(ctx, settings{
		session: d.session, store: d.folder.store(), keys: d.folder.keys(d.session),
		issuer: address, audience: "casestat",
		log: slog.New(slog.NewTextHandler(d.session.err, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, running.close()) }()
	serving, stop := context.WithCancel(ctx)
	var served error
	var background sync.WaitGroup
	background.Go(func() { served = running.server.Serve(serving, listener) })
	err = d.play(ctx, address)
	if err != nil || d.once {
		stop()
	}
	background.Wait()
	stop()
	return errors.Join(err, served)
}

// play plays the demo and prints what came of it.
func (d *show) play(ctx context.Context, address string) error {
	started := d.session.now()
	stage := demo.Stage{
		Book: d.book, Script: d.script, Keep: d.folder,
		Dial: func(c demo.Credentials) (*api.ClientWithResponses, error) {
			return dial(address, credentials{c.ID, c.Secret}, d.session.now)
		},
	}
	outcome, err := stage.Play(ctx)
	if errors.Is(err, demo.ErrMismatch) {
		return no(err.Error())
	}
	if err != nil {
		return fmt.Errorf("the demo could not be played: %w", err)
	}
	d.tell(outcome, d.session.now().Sub(started))
	if err := d.release(ctx, stage, address); err != nil {
		return err
	}
	if d.once {
		return nil
	}
	if err := d.folder.writeTries(d.book, d.script, address); err != nil {
		return err
	}
	d.invite(address)
	return nil
}

// tell prints what was done and the slide.
func (d *show) tell(o demo.Outcome, took time.Duration) {
	out, year := d.session.out, d.script.Year
	fmt.Fprintln(out, "casestat demo: five invented organisations, people who never existed")
	fmt.Fprintln(out)
	switch {
	case o.Taken.Accepted == 0:
		fmt.Fprintf(out, "  %s was played before: all %d records were sent again over HTTP and changed nothing.\n", d.folder, o.Taken.Unchanged)
	default:
		fmt.Fprintf(out, "  %d records over HTTP (%d one by one, the others in %d batches of NDJSON and CSV) in %.1f s:\n",
			len(d.script.Records), o.Taken.Singles, o.Taken.Batches, took.Seconds())
		fmt.Fprintf(out, "  the %d persons of the slide among %d records that must not count.\n", demo.Expected.Persons, d.script.Decoys())
	}
	fmt.Fprintf(out, "  %d and %d are closed, %d is open. The desk reads the slide of %d:\n\n", year-1, year, year+1, year)
	for _, lang := range []codelist.Lang{codelist.Swedish, codelist.English} {
		fmt.Fprintf(out, "  %s\n", map[codelist.Lang]string{codelist.Swedish: "På svenska", codelist.English: "In English"}[lang])
		for _, sentence := range o.Sentences {
			fmt.Fprintf(out, "    %s\n", wording(sentence, lang))
		}
		fmt.Fprintln(out)
	}
}

func wording(t api.Text, lang codelist.Lang) string {
	text := t.En
	if lang == codelist.Swedish {
		text = t.Sv
	}
	if text == nil {
		return ""
	}
	return *text
}

// invite prints what to try next.
func (d *show) invite(address string) {
	out := d.session.out
	fmt.Fprintf(out, "Serving on %s until you press Ctrl-C. In another terminal, from the same folder:\n\n", address)
	for _, t := range d.folder.tries(d.script, address) {
		fmt.Fprintf(out, "  # %s\n  %s\n\n", t.what, t.command)
	}
	fmt.Fprintf(out, "The published report, as everybody sees it: %s/ (in English: %s/en)\n", address, address)
	fmt.Fprintf(out, "The API, to read and to try: %s/docs\n", address)
	fmt.Fprintf(out, "Everything is in %s; remove the folder to begin anew.\n", d.folder)
}

// demoFolder is where a demo is kept: its data, its keys and the credentials of
// its cast.
type demoFolder string

func (f demoFolder) store() store.Config {
	return store.Config{Backend: store.SQLite, Folder: filepath.Join(string(f), "data")}
}

func (f demoFolder) keys(s *session) keyFolder {
	return keyFolder{path: filepath.Join(string(f), "keys"), now: s.now, random: s.random}
}
