package signed

// Trust is one pinned key and the keys that have followed it, each introduced
// by the one before. The zero Trust opens nothing.
type Trust struct{ line []Key }

// Pin trusts one key, which has come by a way the verifier believes in.
func Pin(key Key) Trust {
	if key.IsZero() {
		return Trust{}
	}
	return Trust{line: []Key{key}}
}

// Newest is the key that should be signing now, zero for the zero Trust.
func (t Trust) Newest() Key {
	if len(t.line) == 0 {
		return Key{}
	}
	return t.line[len(t.line)-1]
}

// Follow takes the statements of Signer.Introduce in their order and trusts the
// keys they introduce as well. Each must be signed by the newest key so far, so
// that a retired key, stolen, cannot branch the line. The earlier keys go on
// opening what they signed: see Verified.Retired. t stays as it was.
func (t Trust) Follow(rotations ...[]byte) (Trust, error) { return t.follow(standard, rotations) }

func (t Trust) follow(c scheme, rotations [][]byte) (Trust, error) {
	line := append([]Key(nil), t.line...)
	for _, raw := range rotations {
		newest := Trust{line: line}.Newest()
		v, err := c.open(Pin(newest), KindRotation, raw)
		if err != nil {
			return Trust{}, err
		}
		var r rotation
		if err := v.Decode(&r); err != nil {
			return Trust{}, err
		}
		if !r.follows(line) {
			return Trust{}, errRotationInvalid
		}
		line = append(line, r.New)
	}
	return Trust{line: line}, nil
}

// rotation is the statement by which one key introduces the next.
type rotation struct {
	New Key `json:"new"`
	Old Key `json:"old"`
}

// follows says whether r adds a new key of the same name to line.
func (r rotation) follows(line []Key) bool {
	for _, key := range line {
		if r.New == key || r.New.name != key.name {
			return false
		}
	}
	return !r.New.IsZero() && len(line) > 0 && r.Old == line[len(line)-1]
}
