package codelist

import "slices"

// The plain reading of the rules, for tests: slow, and with nothing packed.

// met says whether an answer meets the condition. An answer is its codes: one,
// several of a multi-valued field, a missing code alone, a number's digits, or
// none where nothing is stored.
func (c Condition) met(answer []Code) bool {
	for _, code := range answer {
		if slices.Contains(c.Codes, code) {
			return !c.Not
		}
	}
	return c.Not
}

// holds says whether answers satisfy the clause; answer gives a field's codes.
func (c Clause) holds(answer func(FieldName) []Code) bool {
	return !c.applies(answer) || c.Then.met(answer(c.Then.Field))
}

// applies says whether every condition of When is met.
func (c Clause) applies(answer func(FieldName) []Code) bool {
	for _, w := range c.When {
		if !w.met(answer(w.Field)) {
			return false
		}
	}
	return true
}

// omitted gives what a left-out field is stored as: not_applicable where a rule
// demands it, else not_recorded. Rules that demand it look only at fields with
// a lower number, so one pass in the order of Fields settles all of them.
func (b *Book) omitted(field FieldName, answer func(FieldName) []Code) Code {
	for _, r := range b.Rules {
		for _, c := range r.Clauses {
			if c.Then.Field == field && c.forbids() && c.applies(answer) {
				return NotApplicable
			}
		}
	}
	return NotRecorded
}
