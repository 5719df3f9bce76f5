package demo

import (
	"encoding/binary"
	"encoding/hex"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
)

// seed is where every record starts from. Another seed is another demo.
const seed = 26_35

// Record is one contact record to be submitted.
type Record struct {
	ID      string
	Member  string // the key of the organisation that submits it
	Year    int
	Kind    string // why it must not count; "" for the persons of the slide
	Answers Answers

	sketch  Answers // what it was completed from
	differs Answers // what sets it apart from a person of the slide
}

// Script is everything that the members submit.
type Script struct {
	Year    int // of the slide; the records are of this year, the one before and the one after
	Members []Member
	Records []Record
}

// Write makes the script for the slide of one year. The same year gives the
// same script.
func Write(book *codelist.Book, year int) (script *Script, err error) {
	defer fault.Wrap(&err, "write the demo's records")
	w, err := newWriter(book, year)
	if err != nil {
		return nil, err
	}
	if err := w.persons(); err != nil {
		return nil, err
	}
	if err := w.decoys(); err != nil {
		return nil, err
	}
	return w.script, nil
}

// writer fills a script.
type writer struct {
	author
	script *Script
	people []person
	kinds  []decoyKind
}

func newWriter(book *codelist.Book, year int) (*writer, error) {
	w := &writer{author: author{book: book, random: rand.New(rand.NewPCG(seed, uint64(year)))}}
	text, err := data.ReadFile("data/habits.yaml")
	if err != nil {
		return nil, err
	}
	if w.habits, err = readHabits(text, book); err != nil {
		return nil, err
	}
	if w.people, err = readPersons(book); err != nil {
		return nil, err
	}
	if w.kinds, err = readDecoys(book); err != nil {
		return nil, err
	}
	members, err := readMembers()
	w.script = &Script{Year: year, Members: members}
	return w, err
}

// persons adds the persons of the slide, each with the records of the members
// who met her later in the year.
func (w *writer) persons() error {
	for _, p := range w.people {
		first, err := w.add(Record{Member: p.member, Year: w.script.Year, sketch: p.answers})
		if err != nil {
			return err
		}
		for i, member := range p.again {
			if err := w.again(first, member, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// howMany words how many members a person had met before.
var howMany = []codelist.Code{"one", "two", "three_or_more"}

// ofTheContact are the answers that each member gives anew about the same person.
var ofTheContact = []codelist.FieldName{
	"case_phase", fieldRegion, "referral_source", "risk_assessment", "threat_sources", "support_needs",
	"support_provided", "went_missing", "return_programme", "contact_outcome",
}

// again adds the record of a member who met the person after i others and first.
func (w *writer) again(first Record, member string, i int) error {
	differs := Answers{fieldEarlier: {howMany[i]}}
	sketch := first.Answers.clone()
	for _, field := range ofTheContact {
		delete(sketch, field)
	}
	if q, err := strconv.Atoi(string(sketch[fieldQuarter][0])); err == nil {
		sketch[fieldQuarter] = []codelist.Code{codelist.Code(strconv.Itoa(q + w.random.IntN(5-q)))}
	}
	_, err := w.add(Record{
		Member: member, Year: first.Year, Kind: "met before by another member",
		sketch: sketch.with(Answers{fieldEarlier: {"none"}}), differs: differs,
	})
	return err
}

// decoys adds the records that must not count.
func (w *writer) decoys() error {
	for _, kind := range w.kinds {
		for i, count := range kind.counts {
			year := w.script.Year - 1 + i
			for range count {
				r := Record{Member: w.someMember(), Year: year, Kind: kind.name, differs: kind.differs.clone()}
				if year != w.script.Year {
					r.differs[fieldYear] = []codelist.Code{yearCode(year)}
				}
				r.sketch = w.stranger(kind.differs)
				if _, err := w.add(r); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// stranger sketches somebody who would count but for what sets her apart. The
// age is drawn with that in mind: a daughter is a child.
func (w *writer) stranger(differs Answers) Answers {
	sketch := counting.clone()
	for _, f := range answered(w.book) {
		if f.Name != "age_band" {
			continue
		}
		if age, err := w.habits.draw(w.random, f, differs); err == nil {
			sketch[f.Name] = age
		}
	}
	return sketch
}

// add completes a record and puts it into the script.
func (w *writer) add(r Record) (Record, error) {
	i := slices.IndexFunc(w.script.Members, func(m Member) bool { return m.Key == r.Member })
	r.sketch[fieldRegion] = []codelist.Code{w.script.Members[i].Region}
	sketch := r.sketch.with(r.differs)
	delete(sketch, fieldYear)
	answers, err := w.complete(sketch)
	if err != nil {
		return Record{}, err
	}
	r.Answers = answers
	r.ID = uuid(w.random)
	w.script.Records = append(w.script.Records, r)
	return r, nil
}

// someMember gives the larger organisations more records.
func (w *writer) someMember() string {
	return w.people[w.random.IntN(len(w.people))].member
}

func yearCode(year int) codelist.Code { return codelist.Code(strconv.Itoa(year)) }

// uuid makes a UUIDv4 out of seeded randomness. Real systems use a secure source.
func uuid(random *rand.Rand) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], random.Uint64())
	binary.BigEndian.PutUint64(b[8:], random.Uint64())
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// Of gives one member's records, in the order of the script.
func (s *Script) Of(member string) []Record {
	return slices.DeleteFunc(slices.Clone(s.Records), func(r Record) bool { return r.Member != member })
}

// Kinds counts the records that must not count, by why.
func (s *Script) Kinds() map[string]int {
	kinds := map[string]int{}
	for _, r := range s.Records {
		if r.Kind != "" {
			kinds[r.Kind]++
		}
	}
	return kinds
}

// Decoys counts the records that must not count.
func (s *Script) Decoys() (n int) {
	for count := range maps.Values(s.Kinds()) {
		n += count
	}
	return n
}

// Example gives a record of the year after the slide's, which stays open: one to
// submit by hand under an id of its own.
func (s *Script) Example() Record {
	i := slices.IndexFunc(s.Records, func(r Record) bool { return r.Year > s.Year })
	return s.Records[i]
}
