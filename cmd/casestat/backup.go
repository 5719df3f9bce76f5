package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"manniskohandel.se/casestat/pkg/backup"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/store"
)

// Codes of backup and restore.
const (
	// CodeNoSpace: the disk is full. Nothing was left behind.
	CodeNoSpace fault.Code = "backup_no_space"
	// CodeOtherDatabase: the backup is of the other kind of database.
	CodeOtherDatabase fault.Code = "backup_other_database"
)

// The names of a backup's files, and the part that says what the others hold.
const (
	backupSuffix  = ".backup"
	partialSuffix = ".partial"
	manifestPart  = "manifest.json"
	maxManifest   = 1 << 20
)

// manifest says what a backup holds. It is sealed as the rest is.
type manifest struct {
	Made     time.Time      `json:"made"` // the moment of the copy, or a little before it
	Program  string         `json:"program"`
	Database store.Backend  `json:"database"`
	Stores   []store.Copied `json:"stores"`
}

// entries is the length of the records' ledger.
func (m manifest) entries() int64 { return m.Stores[0].Entries }

// backupKeys is where the keys of backups are.
type backupKeys struct {
	BackupKeys string `placeholder:"DIR" help:"Folder of the backup keys, apart from all others because copies of it must end as well. Default: backup-keys in the data folder."`
}

func (b backupKeys) folder(f folders, s *session, days int) backup.Keys {
	folder := b.BackupKeys
	if folder == "" {
		folder = filepath.Join(f.Data, "backup-keys")
	}
	return backup.Keys{Folder: folder, Days: days, Now: s.now, Random: s.random}
}

// copying is where stores are copied from and to.
type copying struct {
	place
	backupKeys
	BackupDSNFile    string `name:"backup-dsn-file" placeholder:"FILE" help:"PostgreSQL: file with the connection string of the backup role, which sees every row (or CASESTAT_BACKUP_DSN)."`
	PostgresPrograms string `placeholder:"DIR" help:"Folder of pg_dump and pg_restore. Default: the path."`
}

func (c copying) config(s *session) (store.Config, store.Programs, error) {
	config, err := c.place.config(s)
	if err != nil {
		return config, store.Programs{}, err
	}
	config.Backup, err = secretFrom(s, c.BackupDSNFile, "CASESTAT_BACKUP_DSN")
	switch {
	case err != nil:
		return config, store.Programs{}, err
	case config.Backup != "":
		config.Backend, config.Folder = store.Postgres, ""
	case config.Backend == store.Postgres:
		return config, store.Programs{}, errors.New("PostgreSQL is copied, and a restored one proved, by the backup role: give --backup-dsn-file or CASESTAT_BACKUP_DSN")
	}
	return config, store.Programs{Folder: c.PostgresPrograms, Notes: s.err}, nil
}

type backupCommand struct {
	copying
	To       string `required:"" placeholder:"DIR" help:"Folder that the backup goes to."`
	KeepDays int    `default:"35" placeholder:"N" help:"Days that a key made now lives; after them nobody can open what it sealed. Default: 35."`
}

// Run copies both stores beside the running service into one sealed file, and
// destroys the keys that are over their days.
func (c *backupCommand) Run(ctx context.Context, s *session) error {
	config, programs, err := c.config(s)
	if err != nil {
		return err
	}
	if err := c.mustExist(config); err != nil {
		return err
	}
	if c.KeepDays < 1 {
		return fmt.Errorf("--keep-days %d: a key lives a day at least", c.KeepDays)
	}
	keys := c.folder(c.folders, s, c.KeepDays)
	if err := expireKeys(s, keys); err != nil {
		return err
	}
	key, made, err := keys.OfToday()
	if err != nil {
		return err
	}
	if made {
		fmt.Fprintf(s.out, "Made the backup key of the day, %s.\n", key.ID)
	}
	told, err := c.write(ctx, s, key, func(f func(store.Copy) error) error { return store.WithCopy(ctx, config, programs, f) })
	if err != nil {
		return spaceless(err)
	}
	return c.tell(s, keys, key, told)
}

// written is a backup that is on the disk.
type written struct {
	name string
	manifest
}

// write makes a file that is whole, on the disk, and readable, or none at all.
func (c *backupCommand) write(ctx context.Context, s *session, key backup.Key, with func(func(store.Copy) error) error) (w written, err error) {
	if err := os.MkdirAll(c.To, 0o700); err != nil {
		return w, err
	}
	w.name = filepath.Join(c.To, "casestat-"+s.now().UTC().Format("20060102T150405Z")+backupSuffix)
	if exists(w.name) {
		return w, fmt.Errorf("%s exists already", w.name)
	}
	partial, err := os.OpenFile(w.name+partialSuffix, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return w, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(partial.Name()))
		}
	}()
	err = with(func(copied store.Copy) error {
		w.manifest = manifest{Made: s.now().UTC().Truncate(time.Second), Program: buildVersion(), Database: copied.Backend, Stores: copied.Stores}
		return seal(ctx, partial, key, s.random, w.manifest, copied.Parts)
	})
	if err = errors.Join(err, partial.Sync(), partial.Close()); err != nil {
		return w, err
	}
	if _, err = prove(partial.Name(), func(string) (backup.Key, error) { return key, nil }); err != nil {
		return w, fmt.Errorf("what was written cannot be read again: %w", err)
	}
	if err = os.Rename(partial.Name(), w.name); err != nil {
		return w, err
	}
	return w, syncFolder(c.To)
}

// seal writes the manifest and all parts of a copy.
func seal(ctx context.Context, to io.Writer, key backup.Key, random io.Reader, m manifest, parts []store.Part) error {
	w, err := backup.NewWriter(to, key, random)
	if err != nil {
		return err
	}
	err = w.Part(manifestPart, func(to io.Writer) error { return json.NewEncoder(to).Encode(m) })
	if err != nil {
		return err
	}
	for _, part := range parts {
		if err := w.Part(part.Name, func(to io.Writer) error { return part.Write(ctx, to) }); err != nil {
			return err
		}
	}
	return w.Close()
}

// tell says what was written, until when it can be opened, and what cannot be
// opened any more.
func (c *backupCommand) tell(s *session, keys backup.Keys, key backup.Key, w written) error {
	info, err := os.Stat(w.name)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Wrote %s: %d bytes, the ledger at %s.\n", w.name, info.Size(), counting(w.entries(), "entry", "entries"))
	fmt.Fprintf(s.out, "It opens with the key %s in %s, until %s. Keep a copy of that folder on another machine, and have it expire there too.\n",
		key.ID, keys.Folder, key.Expires)
	shut, err := c.shut(keys)
	if len(shut) > 0 {
		fmt.Fprintf(s.out, "%s in %s cannot be opened with these keys any more and may be removed, the oldest being %s.\n",
			counting(int64(len(shut)), "backup", "backups"), c.To, shut[0])
	}
	return err
}

// shut names the backups in the folder whose key is gone, the oldest first.
func (c *backupCommand) shut(keys backup.Keys) (names []string, err error) {
	found, err := filepath.Glob(filepath.Join(c.To, "*"+backupSuffix))
	if err != nil {
		return nil, err
	}
	slices.Sort(found)
	for _, name := range found {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		_, err = backup.NewReader(f, keys.Find)
		if code := fault.CodeOf(errors.Join(err, f.Close())); code == backup.CodeKeyMissing || code == backup.CodeKeyExpired {
			names = append(names, filepath.Base(name))
		}
	}
	return names, nil
}

// readBackup opens a backup and gives its manifest and, to take, its parts.
func readBackup(name string, find func(string) (backup.Key, error), take func(manifest, store.Parts) error) (err error) {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r, err := backup.NewReader(f, find)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	part, content, err := r.Next()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	text, err := io.ReadAll(io.LimitReader(content, maxManifest))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var m manifest
	if json.NewDecoder(bytes.NewReader(text)).Decode(&m) != nil || part != manifestPart || len(m.Stores) == 0 {
		return fault.Because(fmt.Errorf("%s begins with no manifest", name), fault.Malformed, backup.CodeDamaged)
	}
	return take(m, func(each func(string, io.Reader) error) error {
		for {
			part, content, err := r.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if err := each(part, content); err != nil {
				return err
			}
		}
	})
}

// prove reads a backup to its end: every byte of it is what was written, and
// the end is there.
func prove(name string, find func(string) (backup.Key, error)) (m manifest, err error) {
	err = readBackup(name, find, func(found manifest, parts store.Parts) error {
		m = found
		return parts(func(_ string, content io.Reader) error {
			_, err := io.Copy(io.Discard, content)
			return err
		})
	})
	return m, err
}

// spaceless gives a full disk its code.
func spaceless(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fault.Because(fmt.Errorf("the disk is full; nothing of it was left: %w", err), fault.Unavailable, CodeNoSpace)
	}
	return err
}
