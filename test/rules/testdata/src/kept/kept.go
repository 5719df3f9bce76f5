// Package kept declares what must not be told.
package kept

type Answers []byte

type Person struct {
	Line    int
	Name    string
	Answers Answers
}

// Batch holds what is kept.
type Batch struct {
	Number int
	Rows   []Person
}
