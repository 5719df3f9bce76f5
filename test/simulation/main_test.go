package simulation

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	seeds  = flag.Int("seeds", 150, "how many runs")
	seed   = flag.Uint64("seed", 1, "of the first run; the others follow")
	length = flag.Int("length", 40, "operations of a run")
	only   = flag.String("only", "", "of the run of -seed, play these operations alone: 0,3,12")
)

func TestMain(m *testing.M) {
	flag.Parse()
	folder, err := os.MkdirTemp("", "casestat-simulation-")
	if err == nil {
		err = learnErrors(folder)
		_ = os.RemoveAll(folder)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// TestG16_Simulation plays as many runs as it is told, or one again.
func TestG16_Simulation(t *testing.T) {
	if *only != "" {
		replay(t)
		return
	}
	began := time.Now()
	all := newSeries()
	t.Run("runs", func(t *testing.T) {
		for worker := range runtime.GOMAXPROCS(0) {
			t.Run(fmt.Sprint("worker ", worker), func(t *testing.T) {
				t.Parallel()
				all.play(t)
			})
		}
	})
	t.Logf("seeds %d to %d, %s", *seed, *seed+uint64(all.Seeds)-1, all.tally)
	t.Logf("%.0f seeds a minute", float64(all.Seeds)/time.Since(began).Minutes())
	if all.Struck == 0 || all.Crashes == 0 || all.Unknown == 0 {
		t.Error("nothing went wrong, so this test proves nothing")
	}
}

// series is many runs, one seed after another.
type series struct {
	next atomic.Uint64
	mu   sync.Mutex
	tally
}

func newSeries() *series { return &series{} }

func (s *series) play(t *testing.T) {
	for n := s.next.Add(1) - 1; n < uint64(*seeds) && !t.Failed(); n = s.next.Add(1) - 1 {
		at := *seed + n
		ops := draw(at, *length, publishing(at))
		out := simulate(t, at, ops, &wrong{})
		s.mu.Lock()
		s.add(out.tally)
		s.mu.Unlock()
		if out.broken != nil {
			fewer, b := shrink(t, at, ops, &wrong{})
			t.Error(report(at, fewer, b))
		}
	}
}

func replay(t *testing.T) {
	ops, err := chosen(draw(*seed, *length, publishing(*seed)), *only)
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range ops {
		t.Log(op)
	}
	if out := simulate(t, *seed, ops, &wrong{}); out.broken != nil {
		t.Error(out.broken)
	}
}

// TestG16_TheSameSeedIsTheSameRun: a run is a function of its seed, to every
// answer, every stored row and the place of every fault.
func TestG16_TheSameSeedIsTheSameRun(t *testing.T) {
	digests := map[string]uint64{}
	for _, at := range []uint64{*seed, *seed + 1, *seed + 2, releaseEvery} {
		ops := draw(at, *length, publishing(at))
		first, second := simulate(t, at, ops, &wrong{}), simulate(t, at, ops, &wrong{})
		if first.digest != second.digest || first.broken != nil {
			t.Errorf("seed %d: %s, then %s; %v", at, first.digest, second.digest, first.broken)
		}
		if other, met := digests[first.digest]; met && other != at {
			t.Errorf("seeds %d and %d are the same run", other, at)
		}
		digests[first.digest] = at
	}
}
