package picture

import (
	"math"
	"slices"
)

type point struct{ x, y float64 }

// arcSteps is how many straight pieces stand for a full circle: at six pixels a
// unit they stay within a fifth of a pixel.
const arcSteps = 64

func (r rect) outline(grow float64) []point {
	l, t, b := r.x-grow, r.y-grow, r.y+r.h+grow
	right := r.x + r.w + grow
	return []point{{l, t}, {right, t}, {right, b}, {l, b}}
}

func (k circle) outline(grow float64) []point {
	return arc(k.at, max(k.r+grow, 0), 0, arcSteps)
}

func (b bust) outline(grow float64) []point {
	r := max(b.w/2+grow, 0)
	centre := point{b.x + b.w/2, b.y + b.w/2}
	around := arc(centre, r, arcSteps/2, arcSteps+1)
	foot := b.y + b.h + grow
	return append(around, point{centre.x + r, foot}, point{centre.x - r, foot})
}

// arc is the points of a circle from one step to before another, clockwise from
// the right.
func arc(centre point, r float64, from, before int) []point {
	around := make([]point, 0, before-from)
	for i := from; i < before; i++ {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / arcSteps)
		around = append(around, point{centre.x + r*cos, centre.y + r*sin})
	}
	return around
}

// The hatching: strokes up to the right, hatchStep apart along the axis. All lie
// on one grid, so that neighbours look alike.
const (
	hatchStep  = 6.0
	hatchWidth = 1.5
)

// hatch fills a piece with strokes.
func hatch(c convex) strokes {
	around := c.outline(0)
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range around {
		low, high = min(low, p.x+p.y), max(high, p.x+p.y)
	}
	s := strokes{ink: mark, width: hatchWidth}
	for sum := math.Ceil(low/hatchStep) * hatchStep; sum < high; sum += hatchStep {
		if line, ok := chord(around, sum); ok {
			s.lines = append(s.lines, line)
		}
	}
	return s
}

// chord is the part of the line x + y = sum within a convex outline.
func chord(around []point, sum float64) ([2]point, bool) {
	var cuts []point
	before := around[len(around)-1]
	for _, p := range around {
		a, b := before.x+before.y-sum, p.x+p.y-sum
		if (a < 0) != (b < 0) {
			t := a / (a - b)
			cuts = append(cuts, point{before.x + t*(p.x-before.x), before.y + t*(p.y-before.y)})
		}
		before = p
	}
	if len(cuts) < 2 {
		return [2]point{}, false
	}
	slices.SortFunc(cuts, func(a, b point) int {
		if a.x < b.x {
			return -1
		}
		return 1
	})
	return [2]point{cuts[0], cuts[len(cuts)-1]}, true
}

// The marks' sizes as parts of their place.
const (
	circleRadius = 0.4
	headRadius   = 0.15
	trunkWidth   = 0.72
)

// person is a person's two pieces within a place.
func person(at point, w, h float64, p paint) (circle, bust) {
	head := circle{at: point{at.x + w/2, at.y + h*headRadius}, r: h * headRadius, paint: p}
	return head, bust{x: at.x + w*(1-trunkWidth)/2, y: at.y + h*0.37, w: w * trunkWidth, h: h * 0.47, paint: p}
}
