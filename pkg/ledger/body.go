package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
)

// Limits of one entry, so that no caller can fill the ledger with prose.
const (
	MaxWord     = 128  // bytes of an actor, a deed, a reason or one subject
	MaxSubjects = 4096 // subjects of one entry
)

// dayForm is how an entry writes its day.
const dayForm = time.DateOnly

// ErrEntry marks an entry that must not be written, or a body that is not the
// canonical form of any entry. Its text names the member, never the value.
var ErrEntry = errors.New("ledger: not a valid entry")

// canonical is an Entry together with its index, in the order of its members.
type canonical struct {
	Index *int64 `json:"index"`
	Entry `json:",inline"`
}

// Validate refuses what the canonical form cannot hold: a day that is no date,
// and words that are empty, too long or more than visible ASCII.
func (e Entry) Validate() error {
	if day, err := time.Parse(dayForm, e.Day); err != nil || day.Format(dayForm) != e.Day {
		return fmt.Errorf("%w: day", ErrEntry)
	}
	if !isWord(e.Actor) {
		return fmt.Errorf("%w: actor", ErrEntry)
	}
	if !isWord(string(e.Deed)) {
		return fmt.Errorf("%w: deed", ErrEntry)
	}
	if e.Reason != "" && !isWord(e.Reason) {
		return fmt.Errorf("%w: reason", ErrEntry)
	}
	if len(e.Subjects) > MaxSubjects {
		return fmt.Errorf("%w: more than %d subjects", ErrEntry, MaxSubjects)
	}
	for i, s := range e.Subjects {
		if !isWord(s) {
			return fmt.Errorf("%w: subject %d", ErrEntry, i)
		}
	}
	return nil
}

// isWord says whether s can stand between quotes as it is: one to MaxWord
// visible ASCII characters, none of which JSON or HTML would escape.
func isWord(s string) bool {
	if s == "" || len(s) > MaxWord {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c <= ' ' || c > '~':
			return false
		case c == '"' || c == '\\' || c == '<' || c == '>' || c == '&':
			return false
		}
	}
	return true
}

// appendBody appends the canonical JSON of a valid entry: members in a fixed
// order, empty ones left out, no space. There is one body for each entry and
// index, so that equal deeds have equal hashes.
func appendBody(b []byte, index int64, e Entry) []byte {
	b = append(b, `{"index":`...)
	b = strconv.AppendInt(b, index, 10)
	b = appendMember(b, "day", e.Day)
	b = appendMember(b, "actor", e.Actor)
	b = appendMember(b, "deed", string(e.Deed))
	if len(e.Subjects) > 0 {
		b = append(b, `,"subjects":[`...)
		for i, s := range e.Subjects {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendQuoted(b, s)
		}
		b = append(b, ']')
	}
	if e.Reason != "" {
		b = appendMember(b, "reason", e.Reason)
	}
	return append(b, '}')
}

func appendMember(b []byte, name, value string) []byte {
	b = append(b, ',')
	b = appendQuoted(b, name)
	b = append(b, ':')
	return appendQuoted(b, value)
}

func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// ParseBody reads a stored body back. It takes the canonical form alone: any
// other bytes, however harmless as JSON, are not what Append wrote.
func ParseBody(body []byte) (index int64, e Entry, err error) {
	var c canonical
	if err := json.Unmarshal(body, &c, json.RejectUnknownMembers(true)); err != nil || c.Index == nil {
		return 0, Entry{}, fmt.Errorf("%w: not readable", ErrEntry)
	}
	if *c.Index < 0 {
		return 0, Entry{}, fmt.Errorf("%w: index", ErrEntry)
	}
	if err := c.Entry.Validate(); err != nil {
		return 0, Entry{}, err
	}
	if !bytes.Equal(appendBody(nil, *c.Index, c.Entry), body) {
		return 0, Entry{}, fmt.Errorf("%w: not in canonical form", ErrEntry)
	}
	return *c.Index, c.Entry, nil
}
