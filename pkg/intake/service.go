package intake

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// Deps is what the Service stands on. All of it is required.
type Deps struct {
	Store Store
	Now   func() time.Time
	Rand  io.Reader // for the tags of versions
	// SubjectKey turns record ids into the keyed hashes of the ledger; at least
	// 32 bytes. Whoever does not hold it cannot tell which record a deed was about.
	SubjectKey []byte
	// Batches is how many batches may be under way at once, and of one
	// organisation half as many (at least one); each holds its packed rows in memory
	// (about 250 bytes a row).
	Batches int
}

// Service takes records in. Close it to stop its writer.
type Service struct {
	deps    Deps
	writer  *writer
	batches *places
}

// Receipt acknowledges a submission. It holds no ledger index and no sequence:
// those would tell how much others submit.
type Receipt struct {
	Record  record.ID
	Version int
	Tag     string
	Day     string
	Outcome Outcome
}

// New starts a Service.
func New(deps Deps) *Service {
	return &Service{deps: deps, writer: startWriter(deps.Store), batches: newPlaces(deps.Batches)}
}

// Close writes what was handed over and stops. Later submissions are refused
// as Unavailable.
func (s *Service) Close() { s.writer.stop() }

// Put submits or corrects one valid record of the principal's organisation.
// When it returns nil the record, and the deed in the ledger, are on disk.
func (s *Service) Put(ctx context.Context, p access.Principal, sub Submission) (Receipt, error) {
	if err := p.Require(access.RecordsWrite); err != nil {
		return Receipt{}, err
	}
	var receipt Receipt
	var refused *fault.Error
	key := Key{p.Organisation, sub.Record.ID}
	err := s.writer.submit(ctx, &job{keys: []Key{key}, plan: func(heads map[Key]Version, open years) (e effects) {
		var v Version
		if v, receipt, refused = s.resolve(key, sub, heads, open); refused == nil && receipt.Outcome != Unchanged {
			e.save = []Version{v}
			e.deeds = []ledger.Entry{s.deed(p, deedOf(receipt.Outcome), key)}
		}
		return e
	}})
	if err != nil {
		return Receipt{}, err
	}
	if refused != nil {
		return Receipt{}, refused
	}
	return receipt, nil
}

// resolve decides on one submission and makes the version to be saved, if any.
func (s *Service) resolve(key Key, sub Submission, heads map[Key]Version, open years) (Version, Receipt, *fault.Error) {
	var current *Version
	if head, ok := heads[key]; ok {
		current = &head
	}
	outcome, refused := decide(current, sub, open)
	if refused != nil {
		return Version{}, Receipt{}, refused
	}
	if outcome == Unchanged {
		return *current, receiptOf(*current, outcome), nil
	}
	v := Version{Key: key, Number: 1, Tag: s.tag(), Day: s.today(), Record: sub.Record}
	if current != nil {
		v.Number = current.Number + 1
	}
	return v, receiptOf(v, outcome), nil
}

// Withdraw erases every version of a record, whatever the state of its year.
// Withdrawing again changes nothing; a record that is not there is NotFound.
func (s *Service) Withdraw(ctx context.Context, p access.Principal, id record.ID) error {
	if err := p.Require(access.RecordsWrite); err != nil {
		return err
	}
	var refused *fault.Error
	key := Key{p.Organisation, id}
	err := s.writer.submit(ctx, &job{keys: []Key{key}, plan: func(heads map[Key]Version, _ years) (e effects) {
		head, ok := heads[key]
		refused = nil
		switch {
		case !ok:
			refused = fault.New(fault.NotFound, CodeRecordNotFound)
		case !head.Withdrawn:
			e.withdraw = []Version{{Key: key, Number: head.Number + 1, Tag: s.tag(), Day: s.today(), Withdrawn: true}}
			e.deeds = []ledger.Entry{s.deed(p, DeedWithdrawn, key)}
		}
		return e
	}})
	if err != nil {
		return err
	}
	if refused != nil {
		return refused
	}
	return nil
}

func receiptOf(v Version, o Outcome) Receipt {
	return Receipt{Record: v.Key.Record, Version: v.Number, Tag: v.Tag, Day: v.Day, Outcome: o}
}

func deedOf(o Outcome) ledger.Deed {
	if o == Corrected {
		return DeedCorrected
	}
	return DeedAccepted
}

// deed is the ledger entry for what p did to the records of keys.
func (s *Service) deed(p access.Principal, what ledger.Deed, keys ...Key) ledger.Entry {
	e := ledger.Entry{Day: s.today(), Actor: string(p.Client), Deed: what}
	for _, k := range keys {
		e.Subjects = append(e.Subjects, s.subject(k))
	}
	return e
}

// subject is the keyed hash under which the ledger speaks of a record.
func (s *Service) subject(k Key) string {
	mac := hmac.New(sha256.New, s.deps.SubjectKey)
	io.WriteString(mac, string(k.Organisation)+"/"+string(k.Record))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// tag is the random part of a new version's ETag.
func (s *Service) tag() string {
	var b [8]byte
	if _, err := io.ReadFull(s.deps.Rand, b[:]); err != nil {
		panic("intake: the source of randomness failed") // crypto/rand never does; going on would repeat tags
	}
	return hex.EncodeToString(b[:])
}

func (s *Service) today() string { return s.deps.Now().UTC().Format(time.DateOnly) }

// Waiting is how many jobs wait for the writer, for the operator's metrics.
func (s *Service) Waiting() int { return s.writer.singles.length() + s.writer.batches.length() }
