package simulation

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// deed is a kind of operation.
type deed string

// The operations.
const (
	submits   deed = "submits"
	batches   deed = "batches"
	crowds    deed = "crowds" // several submit at once, and are committed together
	withdraws deed = "withdraws"
	reads     deed = "reads"
	histories deed = "reads the history of"
	lists     deed = "lists"
	counts    deed = "counts its own"
	desks     deed = "counts"
	turns     deed = "turns"
	passes    deed = "time passes"
	erases    deed = "erases what is over its time"
	revokes   deed = "revokes"
	permits   deed = "changes what it may"
	rotates   deed = "rotates the token key"
	presents  deed = "presents an old token"
	restarts  deed = "the process is started again"
	dies      deed = "the process dies"
	verifies  deed = "the ledger is verified"

	advances  deed = "a draft goes on" // by whatever comes next
	plans     deed = "plans a release"
	computes  deed = "computes"
	hands     deed = "hands to the reviewer"
	decides   deed = "decides"
	publishes deed = "publishes"
	recalls   deed = "takes a release back"
)

// choice is a deed and how often it is drawn.
type choice struct {
	deed   deed
	weight int
}

var usual = []choice{
	{submits, 30},
	{batches, 8},
	{crowds, 6},
	{withdraws, 9},
	{reads, 6},
	{histories, 3},
	{lists, 4},
	{counts, 3},
	{desks, 6},
	{turns, 8},
	{passes, 8},
	{erases, 6},
	{revokes, 1},
	{permits, 2},
	{rotates, 2},
	{presents, 3},
	{restarts, 2},
	{dies, 2},
	{verifies, 2},
}

// ofReleases are the deeds of runs in which something is published.
var ofReleases = []choice{
	{advances, 60},
	{plans, 4},
	{computes, 5},
	{hands, 4},
	{decides, 5},
	{publishes, 6},
	{recalls, 4},
	{desks, 4},
	{withdraws, 2},
	{submits, 3},
	{batches, 3},
	{turns, 3},
	{passes, 2},
	{erases, 1},
	{restarts, 2},
	{dies, 2},
	{verifies, 1},
	{permits, 1},
}

// operation is one step of a run. What it means is settled when it is played,
// by the model as it then is, so that any list of operations makes sense.
type operation struct {
	index  int // in the run's whole list
	deed   deed
	client string
	rows   []row
	year   int
	to     string        // of a year; the mode of a batch; what a reviewer says
	moves  time.Duration // of the clock
	number int           // picks one of several
	strike *strike
}

// row is one record as it is submitted.
type row struct {
	record int    // which of the organisation's ids
	fresh  int    // makes new content
	year   int    // of it
	what   string // new, the same again, an earlier one
	naming string // right, none, number, tag
}

// The ids of an organisation that operations are about.
const ids = 5

// draw gives a run's operations. The n-th depends on the seed and n alone.
func draw(seed uint64, length int, releases bool) (ops []operation) {
	for n := range length {
		r := rand.New(rand.NewPCG(seed, uint64(n)))
		ops = append(ops, drawOne(r, n, releases))
	}
	return ops
}

func drawOne(r *rand.Rand, n int, releases bool) operation {
	from := usual
	if releases {
		from = ofReleases
	}
	op := operation{index: n, deed: pick(r, from), strike: drawStrike(r), number: r.IntN(1 << 16)}
	if releases && r.IntN(3) > 0 {
		op.strike = nil // steps that fail lead to no release
	}
	op.year = one(r, 2023, 2024, 2024, 2025, 2025, 2026, 2027)
	op.client = one(r, "A1", "A1", "A1", "B1", "B1", "A2", "B2", "desk")
	op.rows = []row{drawRow(r, 8*n)}
	switch op.deed {
	case batches:
		op.to = one(r, "row_by_row", "all_or_nothing", "row_by_row", "dry_run")
		for i := range r.IntN(5) {
			op.rows = append(op.rows, drawRow(r, 8*n+1+i))
		}
	case crowds:
		for i := 1; i < 4; i++ {
			op.rows = append(op.rows, drawRow(r, 8*n+i))
		}
		for i, at := range r.Perm(ids)[:4] {
			op.rows[i].record = at
		}
	case advances:
		op.client = "desk"
	case restarts, dies:
		op.client = ""
		if op.strike != nil { // a start is short
			op.strike.commit, op.strike.nth = false, op.strike.nth%4
		}
	case plans, computes, hands, publishes, recalls:
		op.client = one(r, "desk", "desk", "desk", "desk", "desk", "A1")
	case desks, erases, turns, revokes, permits, rotates, verifies, passes, decides:
		op.client = map[deed]string{desks: one(r, "desk", "desk", "desk", "A1"), decides: one(r, "reviewer", "reviewer", "reviewer", "desk")}[op.deed]
		op.to = one(r, "open", "closed", "closed", "correcting")
	}
	if op.deed == passes {
		op.moves = drawTime(r)
	}
	return op
}

func drawRow(r *rand.Rand, fresh int) row {
	return row{
		record: r.IntN(ids), fresh: fresh, year: one(r, 2025, 2025, 2025, 2026, 2026, 2024, 2023),
		what: one(r, "new", "new", "new", "new", "same", "earlier"), naming: one(r, "right", "right", "right", "none", "number", "tag"),
	}
}

// drawTime draws how far the clock moves. Zero goes to the edge of a year.
func drawTime(r *rand.Rand) time.Duration {
	const day = 24 * time.Hour
	switch r.IntN(6) {
	case 0:
		return time.Duration(1+r.IntN(72)) * time.Hour
	case 1:
		return time.Duration(1+r.IntN(60)) * time.Second
	case 2:
		return time.Duration(1+r.IntN(400)) * day
	case 3:
		return -time.Duration(1+r.IntN(30*24)) * time.Hour
	}
	return 0
}

func one[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func pick(r *rand.Rand, from []choice) deed {
	all := 0
	for _, c := range from {
		all += c.weight
	}
	at := r.IntN(all)
	for _, c := range from {
		if at -= c.weight; at < 0 {
			return c.deed
		}
	}
	panic("the weights do not add up")
}

func (o operation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%3d ", o.index)
	if o.client != "" {
		fmt.Fprintf(&b, "%s ", o.client)
	}
	b.WriteString(string(o.deed))
	switch o.deed {
	case submits, crowds, batches:
		for _, r := range o.rows {
			fmt.Fprintf(&b, " #%d(%d: %s, names %s)", r.record, r.year, r.what, r.naming)
		}
		fmt.Fprintf(&b, " %s", o.to)
	case withdraws, reads, histories:
		fmt.Fprintf(&b, " #%d", o.rows[0].record)
	case turns:
		fmt.Fprintf(&b, " %d %s", o.year, o.to)
	case counts, desks, lists:
		fmt.Fprintf(&b, " %d", o.year)
	case passes:
		fmt.Fprintf(&b, " %s", o.moves)
	default:
		fmt.Fprintf(&b, " (%d)", o.number)
	}
	return strings.TrimRight(b.String(), " ") + o.strike.String()
}
