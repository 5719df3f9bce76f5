package frame

import (
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
)

// rest names the one class of codes that is too large to be spelled out. No
// code looks like it.
const rest = "(rest)"

// categoryNames are the categories' names: a code, a group of the ladder, codes with a
// comma between them, or the rest. The name of an answer with several codes
// joins with "&" all that it may hold.
func (f *framer) categoryNames(v *variable) []string {
	out := make([]string, v.kept())
	classes := v.classes()
	for c, vector := range v.vectors {
		i := v.final[c]
		if i < 0 || out[i] != "" && v.column.Field.Multi {
			continue
		}
		if v.column.Field.Multi {
			out[i] = f.vectorName(v, classes, vector)
		} else if out[i] == "" {
			out[i] = f.className(v, v.merged(i))
		}
	}
	return out
}

// merged gives the codes of a category of a single-valued field's axis.
func (v *variable) merged(category int) codes {
	var out codes
	for c, in := range v.stated {
		if v.final[c] == category {
			out |= in
		}
	}
	return out
}

// living are the codes that stand in some living category.
func (v *variable) living() codes {
	var out codes
	for c, in := range v.stated {
		if v.final == nil || v.final[c] >= 0 {
			out |= in
		}
	}
	return out
}

// classes divides the codes by the sets they are in.
func (v *variable) classes() []codes {
	var out []codes
	for _, in := range v.stated {
		if in != 0 {
			out = append(out, in)
		}
	}
	return out
}

func (f *framer) vectorName(v *variable, classes []codes, vector uint64) string {
	var names []string
	for _, class := range classes {
		of := v.vector(1 << class.first())
		if of&^vector == 0 && (of != 0 || vector == 0) {
			names = append(names, f.className(v, class))
		}
	}
	return strings.Join(names, "&")
}

func (f *framer) className(v *variable, class codes) string {
	if class.count() == 1 {
		return string(v.codes[class.first()])
	}
	if g, ok := v.group(class); ok {
		return string(g.Code)
	}
	if class == f.largest(v) {
		return rest
	}
	return strings.Join(v.spell(class), ",")
}

// group finds the group of the field's ladder that has exactly these codes
// among the living.
func (v *variable) group(class codes) (codelist.Group, bool) {
	living := v.living()
	for _, rung := range v.column.Field.Ladder {
		for _, g := range rung.Groups {
			if v.pick(g.Codes)&living == class {
				return g, true
			}
		}
	}
	return codelist.Group{}, false
}

// largest is the class without a name of its own that has the most codes.
func (f *framer) largest(v *variable) codes {
	all := v.classes()
	if !v.column.Field.Multi {
		all = nil
		for i := range v.kept() {
			all = append(all, v.merged(i))
		}
	}
	var out codes
	for _, class := range all {
		if _, named := v.group(class); !named && class.count() > max(out.count(), 1) {
			out = class
		}
	}
	return out
}

func (v *variable) spell(class codes) []string {
	var out []string
	for i, code := range v.codes {
		if class>>i&1 == 1 {
			out = append(out, string(code))
		}
	}
	return out
}

// Merged is how some categories of one axis are shown as one.
type Merged struct {
	Code     codelist.Code
	Label    codelist.Text
	Includes []codelist.Code // in the order of the list; the missing codes last
}

// Merge says under which code and label categories of a single-valued field's
// axis are shown together: those of the group of the ladder that they make up,
// otherwise the residual's if they hold a missing answer, otherwise their own.
func (f *Frame) Merge(axis int, categories []int) (_ Merged, ok bool) {
	if axis < 0 || axis >= len(f.axes) || f.axes[axis].column.Field.Multi || f.axes[axis].groups != nil {
		return Merged{}, false
	}
	v := f.axes[axis]
	return f.mergedAs(v, v.mergedAll(categories))
}

// mergedAll gives the codes of several categories of a single-valued field's axis.
func (v *variable) mergedAll(categories []int) (out codes) {
	for _, c := range categories {
		out |= v.merged(c)
	}
	return out
}

func (f *Frame) mergedAs(v *variable, class codes) (m Merged, ok bool) {
	for i, code := range v.codes {
		if class>>i&1 == 1 && i != v.split {
			m.Includes = append(m.Includes, code)
		}
	}
	if g, known := v.group(class); known {
		m.Code, m.Label = g.Code, g.Label
		return m, true
	}
	f.ownName(v, &m)
	return m, len(m.Includes) > 0
}

// ownName names codes that are no group of the ladder.
func (f *Frame) ownName(v *variable, m *Merged) {
	ladder := v.column.Field.Ladder
	if slices.ContainsFunc(m.Includes, missing) {
		last := ladder[len(ladder)-1].Groups
		for _, g := range last {
			if g.Residual {
				m.Code, m.Label = codelist.GroupOtherOrUnknown, codelist.Text{SV: "Annat eller okänt", EN: "Other or unknown"}
				return
			}
		}
	}
	var names, sv, en []string
	for _, code := range m.Includes {
		label := f.label(v, code)
		names, sv, en = append(names, string(code)), append(sv, label.SV), append(en, label.EN)
	}
	m.Code = codelist.Code(strings.Join(names, "+"))
	m.Label = codelist.Text{SV: strings.Join(sv, "; "), EN: strings.Join(en, "; ")}
}

func (f *Frame) label(v *variable, code codelist.Code) codelist.Text {
	for _, entries := range [][]codelist.Entry{v.column.List.Entries, f.schema.Book.Missing} {
		for _, e := range entries {
			if e.Code == code {
				return e.Label
			}
		}
	}
	if len(v.column.Field.Ladder) > 0 {
		for _, g := range v.column.Field.Ladder[0].Groups {
			if g.Code == code {
				return g.Label
			}
		}
	}
	return codelist.Text{SV: string(code), EN: string(code)}
}

// CellLabel gives back what a cell of the base is about, from its name.
func (f *Frame) CellLabel(name string) (codelist.Text, bool) {
	i := slices.IndexFunc(f.Layout.Base.Cells, func(c plan.Cell) bool { return c.Name == name })
	if i < 0 {
		return codelist.Text{}, false
	}
	return f.Labels[i], true
}
