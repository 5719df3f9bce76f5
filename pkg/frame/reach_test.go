package frame

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
)

// The bans are exact: an atom is banned if and only if no valid record has it.
// This is held against package record, which judges whole records and knows
// nothing of frames: for every unbanned atom of a small frame a valid record is
// built by search, and for banned ones the same search finds none.

// seeker builds valid records with given answers in some fields.
type seeker struct {
	frame   *Frame
	reader  *record.Reader
	rng     *rand.Rand
	clauses map[string][]codelist.Clause // by rule and the field of the conclusion
	vars    []*variable                  // with every code that a valid record can hold
}

func newSeeker(t *testing.T, f *Frame) *seeker {
	t.Helper()
	reader, err := record.NewReader(f.schema)
	if err != nil {
		t.Fatal(err)
	}
	s := &seeker{frame: f, reader: reader, rng: rand.New(rand.NewPCG(7, 35)), clauses: make(map[string][]codelist.Clause)}
	for _, r := range f.schema.Book.Rules {
		for _, c := range r.Clauses {
			key := r.Code + "/" + string(c.Then.Field)
			s.clauses[key] = append(s.clauses[key], c)
		}
	}
	for _, c := range f.schema.Columns {
		s.vars = append(s.vars, newVariable(f.schema.Book, c))
	}
	return s
}

// state writes codes into a record.
func (s *seeker) state(t *testing.T, a record.Answers, v *variable, in []codelist.Code) {
	t.Helper()
	var err error
	if n := 0; v.column.Field.Kind == codelist.Number && !missing(in[0]) {
		if _, err = fmt.Sscan(string(in[0]), &n); err == nil {
			err = s.frame.schema.SetNumber(a, v.column, n)
		}
	} else {
		err = s.frame.schema.Set(a, v.column, in...)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// answer draws codes that stand for a category of an axis.
func (s *seeker) answer(v *variable, category int) []codelist.Code {
	var vectors []int
	for c := range v.vectors {
		if v.final[c] == category {
			vectors = append(vectors, c)
		}
	}
	c := vectors[s.rng.IntN(len(vectors))]
	var alone, company []codelist.Code
	var union uint64
	for i, code := range v.codes {
		switch of := v.vector(1 << i); {
		case of == v.vectors[c] && code != notAskedMissing:
			alone = append(alone, code)
			fallthrough
		default:
			if v.column.Field.Multi && !missing(code) && code != record.NoneIdentified && of&^v.vectors[c] == 0 {
				company = append(company, code)
				union |= of
			}
		}
	}
	switch {
	case len(company) > 0 && union == v.vectors[c] && (len(alone) == 0 || s.rng.IntN(2) == 0):
		return company
	case len(alone) > 0:
		return []codelist.Code{alone[s.rng.IntN(len(alone))]}
	}
	return []codelist.Code{codelist.NotAsked} // of a person who went missing
}

// find searches for a valid record in an atom of the axes.
func (s *seeker) find(t *testing.T, atom []int, steps int) bool {
	t.Helper()
	rec := record.Record{Year: 2025, Codebook: s.frame.schema.Book.Version, Answers: s.frame.schema.Blank()}
	free := make(map[codelist.FieldName]*variable)
	for i, v := range s.vars {
		frameVar := s.frame.vars[i]
		switch name := v.column.Field.Name; {
		case name == record.FieldConsent:
			s.state(t, rec.Answers, v, []codelist.Code{"yes"})
		case frameVar.place >= 0:
			s.state(t, rec.Answers, v, s.answer(frameVar, atom[frameVar.place]))
		case frameVar.axis:
			s.state(t, rec.Answers, v, s.answer(frameVar, 0))
		default:
			free[name] = v
			s.redraw(t, rec.Answers, v)
		}
	}
	for range steps {
		broken, _ := s.reader.Validate(rec, record.Options{Legacy: true})
		if len(broken) == 0 {
			if got, ok := s.frame.Atom(rec.Answers, Origin{}); ok && slices.Equal(got[:len(atom)], atom) {
				return true
			}
			s.join(t, rec.Answers, atom, free)
			continue
		}
		b := broken[s.rng.IntN(len(broken))]
		if v := s.blame(string(b.Code), codelist.FieldName(strings.TrimPrefix(b.Pointer, "/")), free); v != nil {
			s.redraw(t, rec.Answers, v)
		}
	}
	return false
}

// join redraws a field that only the universes look at: the record is valid,
// but of another population than the atom's.
func (s *seeker) join(t *testing.T, a record.Answers, atom []int, free map[codelist.FieldName]*variable) {
	t.Helper()
	answers := s.frame.answers(a)
	var wrong query
	for _, v := range s.frame.vars {
		for i, g := range v.groups {
			belongs := v.place < 0 || slices.ContainsFunc(v.vectors, func(vector uint64) bool {
				return vector>>i&1 == 1 && v.final[v.of[vector]] == atom[v.place]
			})
			for _, c := range g {
				if !belongs || !c.met(answers[c.variable]) {
					wrong = append(wrong, c)
				}
			}
		}
	}
	if len(wrong) == 0 {
		return
	}
	c := wrong[s.rng.IntN(len(wrong))]
	if v := free[s.frame.vars[c.variable].column.Field.Name]; v != nil {
		for range 10 {
			if s.redraw(t, a, v); c.met(s.frame.answers(a)[c.variable]) {
				return
			}
		}
	}
}

// blame picks a free field that has a part in a refusal.
func (s *seeker) blame(rule string, field codelist.FieldName, free map[codelist.FieldName]*variable) *variable {
	names := []codelist.FieldName{field}
	for _, c := range s.clauses[rule+"/"+string(field)] {
		for _, w := range c.When {
			names = append(names, w.Field)
		}
	}
	names = slices.DeleteFunc(names, func(n codelist.FieldName) bool { return free[n] == nil })
	if len(names) == 0 {
		return nil
	}
	return free[names[s.rng.IntN(len(names))]]
}

// redraw gives a field another answer: often not applicable, which rules ask
// for, and often several codes where a field takes them.
func (s *seeker) redraw(t *testing.T, a record.Answers, v *variable) {
	t.Helper()
	code := v.codes[s.rng.IntN(len(v.codes))]
	if s.rng.IntN(3) == 0 && slices.Contains(v.codes, codelist.NotApplicable) {
		code = codelist.NotApplicable
	}
	in := []codelist.Code{code}
	for range 2 {
		more := v.codes[s.rng.IntN(len(v.codes))]
		if v.column.Field.Multi && !slices.Contains(in, more) && !slices.ContainsFunc(append(in, more), alone) {
			in = append(in, more)
		}
	}
	s.state(t, a, v, in)
}

func alone(code codelist.Code) bool { return missing(code) || code == record.NoneIdentified }

func laidOut(t *testing.T, p *plan.Plan, project func(*framer, []ban) []ban) *Frame {
	t.Helper()
	set, err := figure.Current(codelist.Current())
	if err != nil {
		t.Fatal(err)
	}
	f := newFramer(p, set)
	f.hide(Hidden{Organisations: []access.OrganisationID{"A"}})
	f.gather()
	f.build()
	bans := project(f, f.ruleBans())
	f.merge(bans)
	f.emit(bans)
	if err := f.refusal(); err != nil {
		t.Fatal(err)
	}
	return f.frame
}

// small is a plan that looks at a few fields, as one-way tables at a rung.
func small(universe plan.Name, dims ...plan.Dimension) *plan.Plan {
	text := codelist.Text{SV: "T", EN: "T"}
	p := &plan.Plan{Title: text, Years: []int{2025}, Universes: []plan.Name{universe}, Policy: plan.Defaults()}
	for _, d := range dims {
		p.Tables = append(p.Tables, plan.Tabulation{
			Name: plan.Name(d.Field), Title: text, Universe: universe, Dimensions: []plan.Dimension{d},
		})
	}
	return p
}

// askedToo adds the figure whose denominator leaves out who went missing.
func askedToo(p *plan.Plan) *plan.Plan {
	p.Figures = []plan.Wanted{{Name: "asked_about_children"}}
	return p
}

func smallPlans() map[string]*plan.Plan {
	return map[string]*plan.Plan{
		"children by the hidden question": small("persons_met", plan.Dimension{Field: "children_count", Rung: "agg_children_count"}, plan.Dimension{Field: "children_location", Rung: "agg_children_whereabouts"}),
		"minors by the hidden age":        small("persons_met", plan.Dimension{Field: "accompaniment"}, plan.Dimension{Field: "guardian"}, plan.Dimension{Field: "pregnant"}, plan.Dimension{Field: "gender"}),
		"ages":                            small("persons_met", plan.Dimension{Field: "age_band"}, plan.Dimension{Field: "age_band_at_entry"}),
		"entry and guardian":              small("persons_met", plan.Dimension{Field: "age_band_at_entry"}, plan.Dimension{Field: "guardian"}, plan.Dimension{Field: "pregnant"}),
		"the exploited only":              small("directly_exploited", plan.Dimension{Field: "age_band_at_entry", Rung: "agg_age_platform"}, plan.Dimension{Field: "duration_band"}, plan.Dimension{Field: "identification_status"}),
		"forms by hidden types":           small("persons_met", plan.Dimension{Field: "sexual_forms", Rung: "agg_sexual_setting"}, plan.Dimension{Field: "labour_sector", Rung: "agg_goods_services"}, plan.Dimension{Field: "duration_band"}),
		"reports":                         small("directly_exploited", plan.Dimension{Field: "police_report_barriers", Rung: "agg_barrier_fear"}, plan.Dimension{Field: "legal_outcome"}, plan.Dimension{Field: "offence_classification", Rung: "agg_offence_trafficking"}),
		"residence and citizenship":       small("persons_met", plan.Dimension{Field: "residence_status"}, plan.Dimension{Field: "citizenship_group"}),
		"first contact":                   small("persons_met", plan.Dimension{Field: "first_contact"}, plan.Dimension{Field: "authority_contact", Rung: "agg_authority_kind"}),
		"nested universes":                nested(small("persons_met", plan.Dimension{Field: "duration_band"}, plan.Dimension{Field: "pregnant"}, plan.Dimension{Field: "labour_sector", Rung: "stated"})),
		"asked, or gone":                  askedToo(small("directly_exploited", plan.Dimension{Field: "went_missing"}, plan.Dimension{Field: "children_count", Rung: "agg_more_than_one"})),
		"asked, gone unseen":              askedToo(small("directly_exploited", plan.Dimension{Field: "children_location", Rung: "agg_children_whereabouts"})),
	}
}

// nested lists universes inside each other, which the population tells apart.
func nested(p *plan.Plan) *plan.Plan {
	p.Universes = []plan.Name{"persons_met", "directly_exploited", "sexual_exploitation_women_girls"}
	return p
}

// outcomes counts the atoms that are judged rightly and wrongly. Of each kind
// at most limit are tried.
type outcomes struct{ open, unreached, banned, reached int }

func judge(t *testing.T, f *Frame, limit int) outcomes {
	t.Helper()
	s := newSeeker(t, f)
	var all [][]int
	atom := make([]int, len(f.axes))
	var walk func(int)
	walk = func(i int) {
		if i == len(atom) {
			all = append(all, slices.Clone(atom))
			return
		}
		for c := range f.Layout.Base.Axes[i].Categories {
			atom[i] = c
			walk(i + 1)
		}
	}
	walk(0)
	s.rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var o outcomes
	for _, a := range all {
		banned := slices.ContainsFunc(f.Layout.Base.Bans, func(b plan.Selection) bool { return inside(b, a) })
		switch {
		case banned && o.banned < limit:
			if o.banned++; s.tries(t, a, 1, 60) {
				o.reached++
			}
		case !banned && o.open < limit && s.belongs(a):
			if o.open++; !s.tries(t, a, 20, 600) {
				o.unreached++
			}
		}
	}
	return o
}

func (s *seeker) tries(t *testing.T, atom []int, times, steps int) bool {
	t.Helper()
	for range times {
		if s.find(t, atom, steps) {
			return true
		}
	}
	return false
}

// belongs says whether an atom is in some universe of the plan: the others
// have no place for records.
func (s *seeker) belongs(atom []int) bool {
	for _, cell := range s.frame.Sizes {
		if inside(s.frame.Layout.Base.Cells[cell].Where, atom) {
			return true
		}
	}
	return len(s.frame.Sizes) == 0
}

func inside(sel plan.Selection, atom []int) bool {
	return !slices.ContainsFunc(sel, func(p plan.Subset) bool { return !slices.Contains(p.Categories, atom[p.Axis]) })
}

func TestBansAreExact(t *testing.T) {
	for name, p := range smallPlans() {
		t.Run(name, func(t *testing.T) {
			f := laidOut(t, p, (*framer).project)
			o := judge(t, f, 100)
			t.Logf("%d bans; of %d open atoms %d were not reached, of %d banned ones %d were",
				len(f.Layout.Base.Bans), o.open, o.unreached, o.banned, o.reached)
			if o.unreached > 0 || o.reached > 0 || o.open == 0 {
				t.Error("the bans are not exact")
			}
		})
	}
}

// TestBansAreExactContrast leaves the projection out: only clauses all of whose
// fields are axes ban anything. Then impossible records would serve as witnesses.
func TestBansAreExactContrast(t *testing.T) {
	onlyAxes := func(f *framer, bans []ban) []ban {
		return f.tidy(slices.DeleteFunc(bans, func(b ban) bool {
			return slices.ContainsFunc(b, func(p part) bool { return !f.vars[p.variable].axis })
		}))
	}
	for _, name := range []string{"children by the hidden question", "minors by the hidden age", "reports"} {
		f := laidOut(t, smallPlans()[name], onlyAxes)
		if o := judge(t, f, 40); o.unreached == 0 {
			t.Errorf("%s: nothing is impossible without the projection: the test has no teeth", name)
		}
	}
}
