// Package claim checks what a text says against what is published.
//
// A number of the text is bound to a statement of the release - a figure, a
// sum, a sentence of the plan, the size of a universe - or to nothing; what is
// bound is right, wrong, stale or withheld. Precision comes before recall: a
// number that could be two things is bound to neither.
//
// The rule. A clause holds a number and the words around it, up to the clauses
// of the numbers before and after. It is bound to a statement if it has every
// word of the statement's sentence or label, and no other word that means
// anything; inflection, order and function words do not count. Besides, it may
// name the statement's universe: as a whole, or by the pair of nouns that the
// universe's label begins with ("women and girls"). What stands behind a comma
// after a whole statement is not read; what stands before it is. "About 26" and
// "at least 26" are not bound, and neither is "26 in Malmö". Of two statements
// the one with more words is meant; of two with as many, neither. Words may
// negate what they like: they are words like others.
//
// The year is the one that the clause names, or else its sentence, its column,
// its heading, or the release's only one.
//
// What a release withholds is answered in the same way whatever number the text
// states: otherwise the check would tell, guess by guess, what the release does
// not.
//
// Nothing of a text is kept, and nothing of it is repeated: places are counted.
package claim
