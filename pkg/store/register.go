package store

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

//go:embed register.yaml
var register []byte

// Holding is what one table holds, of whom and what for: an entry of the
// record of processing that GDPR article 30 asks for.
type Holding struct {
	Store    string            `json:"store" yaml:"store"` // records or releases
	Table    string            `json:"table" yaml:"table"`
	Concerns string            `json:"concerns" yaml:"concerns"` // whom it is about
	Purpose  string            `json:"purpose" yaml:"purpose"`
	Basis    string            `json:"basis" yaml:"basis"` // in law; the controller decides
	Kept     string            `json:"kept" yaml:"kept"`   // how long
	Readers  string            `json:"readers" yaml:"readers"`
	Columns  map[string]string `json:"columns" yaml:"columns"` // what each holds
}

// Register says of every table and column what it holds. It fails only if the
// program was built with a register that cannot be read.
func Register() ([]Holding, error) {
	var all []Holding
	if err := yaml.Unmarshal(register, &all); err != nil {
		return nil, fmt.Errorf("read the register: %w", err)
	}
	return all, nil
}

// Sorted gives the columns by name.
func (h Holding) Sorted() []string { return slices.Sorted(maps.Keys(h.Columns)) }
