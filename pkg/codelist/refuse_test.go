package codelist

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// Parts of the small codebook that several cases replace.
const (
	redCode   = "{code: red, sv: Röd, en: Red}"
	rungFruit = "{name: agg_fruit, keep: [plum], groups: [{code: pome, sv: Kärnfrukt, en: Pome, codes: [apple, pear]}]}"
	clause1   = "{when: [{field: fruit, group: [pome]}], exactly: true, apply: [colours]}"
	clause2   = "{when: [{field: fruit, in: [plum]}], then: {field: colours, in: [red], group: [missing]}}"
)

// refusals spoil the small codebook, which TestLoadReadsEveryPart accepts, in
// one place each.
var refusals = []struct {
	name, old, new, want string
}{
	{"an unknown key", "{code: red,", "{colour: red,", "field colour not found"},
	{"a key that occurs twice", "{code: red,", "{code: blue, code: red,", "already"},
	{"a value of the wrong type", "number: 2,", "number: two,", "cannot unmarshal"},
	{"text that is no YAML", "rules:", "rules: [", "parse"},
	{"a second document", "crosswalks:", "---\ncrosswalks:", "more than one document"},
	{"no version", "version: 1\n", "", "belong in the file with the version"},
	{"a version given twice", "fields:", "version: 1\nfields:", "given twice"},
	{"a negative version", "version: 1", "version: -1", "no version"},

	{"missing codes in another order", "  - {code: unknown, sv: Okänt, en: Unknown}\n", "", "missing codes are"},
	{"a missing code without a label", "sv: Okänt,", `sv: "",`, "missing code unknown"},
	{"a code that occurs twice", redCode, "{code: green, sv: Röd, en: Red}", "occurs twice"},
	{"a code that is a missing code", redCode, "{code: declined, sv: Röd, en: Red}", "is a missing code"},
	{"a code in other letters", redCode, "{code: Röd, sv: Röd, en: Red}", "not a code"},
	{"a label in one language only", redCode, "{code: red, sv: Röd}", "label in both languages"},
	{"a label with stray space", redCode, "{code: red, sv: Röd, en: ' Red'}", "clean label"},
	{"a label that breaks a table", redCode, "{code: red, sv: Röd, en: Red|Blue}", "clean label"},
	{"a list defined twice", "- name: colour", "- name: fruit", "defined twice"},
	{"a list without codes", "    codes:\n      - {code: red, sv: Röd, en: Red}\n      - {code: green, sv: Grön, en: Green}\n", "", "holds 0 codes"},
	{"a list that no field uses", "list: colour,", "list: fruit,", "no field draws on it"},
	{"a list with a spaced name", "- name: colour", "- name: the colour", "not a name"},

	{"a field with an unknown list", "list: colour,", "list: paint,", `unknown list "paint"`},
	{"a field with an unknown kind", "kind: identifier,", "kind: text,", "unknown kind"},
	{"a field number left out", "number: 2,", "number: 7,", "at place"},
	{"a field name used twice", "name: fruit, sv", "name: colours, sv", "occurs twice"},
	{"a field name with a capital", "name: fruit, sv", "name: Fruit, sv", "not a name"},
	{"a field without a label", "en: Fruit,", "", "label in both languages"},
	{"an unknown missing set", "identifies: 1, missing: open", "identifies: 1, missing: some", "unknown missing set"},
	{"a missing set with a code", "open: [unknown,", "open: [gone, unknown,", "is no missing code"},
	{"a weight out of range", "identifies: 1,", "identifies: 3,", "weight 3"},
	{"an identifier that may be missing", "identifies: -1, missing: none", "identifies: -1, missing: open", "never missing"},
	{"a coded field with a range", "list: fruit,", "list: fruit, max: 3,", "no range"},
	{"a coded field with rungs of its own", "list: fruit,", "list: fruit, rungs: [{name: agg_x}],", "stand in its list"},
	{"a number field with a list", "kind: number", "kind: number\n    list: fruit", "no list and one value"},
	{"a number field without a range", "max: 3", "max: 0", "is no range"},
	{"a range below zero", "min: 1", "min: -9223372036854775808", "is no range"},
	{"a range too wide for a byte", "max: 3", "max: 251", "at most 250 numbers"},
	{"a label for a number out of range", `values: [{code: "3",`, `values: [{code: "4",`, "outside its range"},

	{"a rung without a code", "keep: [plum], ", "", `"plum" stands in 0 groups`},
	{"a rung with a code twice", "codes: [apple, pear]}", "codes: [apple, pear, plum]}", `"plum" stands in 2 groups`},
	{"a rung with a foreign code", "codes: [apple, pear]}", "codes: [apple, pear, grape]}", "not a code of the field"},
	{"a rung that keeps a foreign code", "keep: [plum]", "keep: [plum, grape]", `no code "grape" to keep`},
	{"a rung with an empty group", "codes: [apple, pear]}", "codes: []}", "is empty"},
	{"a rung with the name of another", "name: agg_fruit", "name: codes", "not a name of its own"},
	{"a group without a label", "{code: pome, sv: Kärnfrukt,", "{code: pome,", "label in both languages"},
	{"a group with the name of another", "{code: pome,", "{code: plum,", "no group name of its own"},
	{"a group that shadows a code", "{code: pome, sv", "{code: pear, sv", "means other codes on another rung"},
	{"a rung that tears a group apart", rungFruit, rungFruit + `
      - {name: agg_b, keep: [apple], groups: [{code: rest, sv: Resten, en: Rest, codes: [pear, plum]}]}`, "tears group"},

	{"a rule used twice", "- code: R2", "- code: R1", "not a code of its own"},
	{"a rule with another code", "- code: R2", "- code: rule_2", "not a code of its own"},
	{"a rule without a text", "    en: Plums are not green.\n", "", "label in both languages"},
	{"a condition on an unknown field", "{field: fruit, in: [plum]}", "{field: nut, in: [plum]}", `unknown field "nut"`},
	{"a condition with an unknown code", "in: [plum]}", "in: [grape]}", `no code "grape"`},
	{"a condition with an unknown group", "group: [pome]", "group: [stone]", `no group "stone"`},
	{"a condition without codes", "{field: fruit, in: [plum]}", "{field: fruit}", "no codes"},
	{"a clause without a condition", clause2, "{then: {field: colours, in: [red]}}", "no condition"},
	{"a clause without a consequence", clause2, "{when: [{field: fruit, in: [plum]}]}", "needs exactly one of"},
	{"a clause with two consequences", clause1, "{when: [{field: fruit, in: [plum]}], apply: [colours], not_apply: [colours]}", "needs exactly one of"},
	{"exactly without apply", clause2, "{exactly: true, when: [{field: fruit, in: [plum]}], not_apply: [colours]}", "exactly needs"},
	{"a warning that forbids an answer", clause2, "{when: [{field: fruit, in: [plum]}], not_apply: [colours]}", "a warning cannot"},
	{"a rule that looks at a later field", "{field: fruit, group: [pome]}", `{field: pieces, in: ["1"]}`, "depends on the later field"},
	{"not_applicable offered without a rule", clause1, clause2, "not_applicable and the rules disagree"},
	{"not_applicable demanded but not offered", "missing: conditional", "missing: open", "not_applicable and the rules disagree"},

	{"a crosswalk of an unknown field", "field: colours, groups", "field: nut, groups", `unknown field "nut"`},
	{"a crosswalk with an unknown code", "codes: [red]", "codes: [blue]", `no code "blue"`},
	{"a crosswalk defined twice", "crosswalks:\n", "crosswalks:\n  - {name: agg_ripe, field: colours, groups: [{code: ripe, sv: Mogen, en: Ripe, codes: [red]}]}\n", "defined twice"},
	{"a crosswalk without a label", "sv: Mogen, ", "", "label in both languages"},
}

func TestLoadRefuses(t *testing.T) {
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(small(t, c.old, c.new))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %q in it", err, c.want)
			}
		})
	}
}

func TestLoadRefusesALongList(t *testing.T) {
	var codes strings.Builder
	for i := range maxCodes - 1 { // green makes it full
		fmt.Fprintf(&codes, "{code: c%d, sv: C, en: C}\n      - ", i)
	}
	const red = "{code: red, sv: Röd, en: Red}"
	rules := []string{"in: [red]", "in: [green]", "codes: [red]", "codes: [green]"}
	if _, err := load(small(t, append(rules, "- "+red+"\n", "- "+strings.TrimSuffix(codes.String(), "      - "))...)); err != nil {
		t.Fatalf("a full list: %v", err)
	}
	_, err := load(small(t, append(rules, red, codes.String()+red)...))
	if err == nil || !strings.Contains(err.Error(), "holds 61 codes") {
		t.Errorf("a list too long: %v", err)
	}
}

func TestLoadNamesEveryFault(t *testing.T) {
	_, err := load(small(t, "group: [pome]", "group: [stone]", "in: [plum]", "in: [grape]"))
	for _, want := range []string{"stone", "grape"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

func TestLoadRefusesFolders(t *testing.T) {
	if _, err := load(fstest.MapFS{}); err == nil {
		t.Error("an empty folder was taken for a codebook")
	}
	if _, err := load(fstest.MapFS{"a.yaml/b": {Data: nil}}); err == nil {
		t.Error("a folder was taken for a file")
	}
}
