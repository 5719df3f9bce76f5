package main

import (
	"errors"
	"fmt"
	"time"

	"manniskohandel.se/casestat/pkg/access"
)

type keysInitCommand struct {
	folders
	Name string `default:"casestat" placeholder:"NAME" help:"Whose keys they are, such as casestat.example.org; it stands in every release. Default: casestat."`
}

// Run makes the keys of a new installation, or those of the releases in one that
// was made before there were any.
func (c *keysInitCommand) Run(s *session) error {
	keys := c.keys(s)
	before := keys.hasReleaseKeys()
	info, err := keys.init(c.Name)
	if made := !before && keys.hasReleaseKeys(); made && errors.Is(err, access.ErrKeysExist) {
		fmt.Fprintf(s.out, "Made the keys of the releases; the others in %s stay as they are.\n", keys.path)
		c.advise(s, keys)
		return nil
	}
	if errors.Is(err, access.ErrKeysExist) {
		return fmt.Errorf("there are keys in %s already: rotate them with casestat keys rotate", keys.path)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Made token key %s; it, the ledger's subject key and the keys of the releases are in %s.\n", info.ID, keys.path)
	fmt.Fprintln(s.out, "Keep a copy of this folder where only you can read it; the database's backup does not hold it.")
	c.advise(s, keys)
	return nil
}

// advise says what to do with the keys that are for others.
func (c *keysInitCommand) advise(s *session, keys keyFolder) {
	fmt.Fprintf(s.out, "Move %s to where the service cannot reach it: it opens the proofs, which are as secret as the records.\n", keys.file(certificateFile))
	fmt.Fprintf(s.out, "Publish %s: with it everybody can verify your releases.\n", keys.file(signingPublic))
}

type keysRotateCommand struct {
	folders
	Stolen bool `help:"Drop the keys before it at once: every token given so far ends."`
}

// Run adds a token key that signs from now on.
func (c *keysRotateCommand) Run(s *session) error {
	file := c.keys(s).tokens()
	rotate := file.Rotate
	if c.Stolen {
		rotate = file.Replace
	}
	info, err := rotate()
	if err != nil {
		return explainKeys(err)
	}
	fmt.Fprintf(s.out, "Token key %s signs from now on; a running service takes it up within a second or two.\n", info.ID)
	if c.Stolen {
		fmt.Fprintln(s.out, "No other key is accepted any more: clients ask for new tokens.")
		return nil
	}
	fmt.Fprintln(s.out, "The key before it is accepted until the last token that it signed has expired.")
	return nil
}

type keysShowCommand struct{ folders }

// Run lists the token keys.
func (c *keysShowCommand) Run(s *session) error {
	infos, err := c.keys(s).tokens().Show()
	if err != nil {
		return explainKeys(err)
	}
	table := newColumns(s.out, "KEY", "MADE", "STATE")
	for _, info := range infos {
		state := "signs"
		if !info.NotAfter.IsZero() {
			state = "accepted until " + info.NotAfter.Format(time.RFC3339)
		}
		table.row(info.ID, info.Created.Format(time.RFC3339), state)
	}
	return table.flush()
}

func explainKeys(err error) error {
	if isNotExist(err) {
		return fmt.Errorf("%w: %w", err, errNoKeys)
	}
	if errors.Is(err, access.ErrKeysExposed) {
		return fmt.Errorf("%w: run chmod 600 on it", err)
	}
	return err
}
