package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"manniskohandel.se/casestat/pkg/attack"
)

type attackCommand struct {
	From    string   `arg:"" placeholder:"URL" help:"The service: one of your own. Nothing is changed there."`
	Key     string   `required:"" placeholder:"FILE" help:"Public key that the releases are signed with."`
	Member  []string `placeholder:"FILE" help:"Credentials of a member organisation that may read its own records; give it several times for several members."`
	Short   bool     `help:"Seconds instead of minutes."`
	Seconds int      `placeholder:"N" help:"Bound of each attack that searches. Default: 20, or 4 with --short."`
	Seed    uint64   `placeholder:"N" help:"Makes the searches reproducible, as far as time allows."`
	JSON    string   `name:"json" placeholder:"FILE" help:"File for the report as JSON; one that is there is replaced."`
}

// Run plays every adversary and prints what came of it.
func (c *attackCommand) Run(ctx context.Context, s *session) error {
	trust, err := readTrust(c.Key)
	if err != nil {
		return err
	}
	remote, err := newRemoteShelf(c.From)
	if err != nil {
		return err
	}
	if trust, err = remote.follow(ctx, trust); err != nil {
		return explainRelease(err)
	}
	target := attack.Target{URL: c.From, Trust: trust}
	for _, name := range c.Member {
		credentials, err := readCredentials(name)
		if err != nil {
			return err
		}
		member, err := newCaller(c.From, credentials, s.now)
		if err != nil {
			return err
		}
		target.Members = append(target.Members, attack.Party{Name: credentials.ClientID, HTTP: member})
	}
	report, err := attack.Run(ctx, target, attack.Options{Short: c.Short, Seconds: c.Seconds, Seed: c.Seed})
	if err != nil {
		return err
	}
	return c.tell(s, report)
}

func (c *attackCommand) tell(s *session, report attack.Report) error {
	if err := report.WriteText(s.out); err != nil {
		return err
	}
	if c.JSON != "" {
		var text bytes.Buffer
		if err := report.WriteJSON(&text); err != nil {
			return err
		}
		if err := os.WriteFile(c.JSON, text.Bytes(), 0o600); err != nil {
			return err
		}
	}
	if report.Broken() {
		return no(fmt.Sprintf("broken by %s", counting(int64(report.Count(attack.Broken)), "attack", "attacks")))
	}
	return nil
}
