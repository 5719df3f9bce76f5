package auditor

import (
	"fmt"
	"testing"
	"time"
)

func TestDebug(t *testing.T) {
	for _, c := range []crowd{{1, 35, 12, 8, 5}, {1, 2000, 12, 20, 5}} {
		s, people := c.planned()
		p := threshold(s, people, 5)
		pr, _ := Probe(p)
		for i, cell := range s.Cells {
			if p.Shown[i] {
				continue
			}
			t0 := time.Now()
			in, err := pr.Cell(cell)
			fmt.Println(cell.Name, p.Values[i], in, err, time.Since(t0))
		}
	}
}
