package picture

// grid lays marks out in rows of ten, and rows in blocks of a hundred, so that a
// reader can count them.
type grid struct {
	mark  Mark
	total int
	cell  float64 // width of a mark's place; a person is higher than wide
	wide  int     // blocks side by side
}

const (
	rowOf    = 10
	blockOf  = 100
	betweenB = 14.0 // between blocks
)

func newGrid(m Mark, total int) grid {
	g := grid{mark: m, total: total, cell: 32, wide: 1}
	switch {
	case total > blockOf:
		g.cell, g.wide = 19.5, 2
	case total > blockOf/2:
		g.cell = 26
	}
	return g
}

func (g grid) rowHeight() float64 {
	if g.mark == Person {
		return g.cell * 1.4
	}
	return g.cell
}

// inset is the free space beside a mark within its place.
func (g grid) inset() float64 {
	if g.mark == Person {
		return g.cell * (1 - trunkWidth) / 2
	}
	return g.cell * (0.5 - circleRadius)
}

// place is the corner of a mark's place, from the grid's own corner.
func (g grid) place(i int) point {
	block, within := i/blockOf, i%blockOf
	row, column := within/rowOf, within%rowOf
	return point{
		x: float64(column)*g.cell + float64(block%g.wide)*(rowOf*g.cell+betweenB),
		y: float64(row)*g.rowHeight() + float64(block/g.wide)*(blockOf/rowOf*g.rowHeight()+betweenB),
	}
}

// draw fills the marks that are certain, hatches the possible ones and leaves the
// others as outlines.
func (g grid) draw(s *sheet, e extent) {
	low := 0.0
	for i := range g.total {
		at := g.place(i)
		low = max(low, at.y+g.rowHeight())
		at = point{margin + at.x - g.inset(), s.y + at.y}
		switch {
		case i < e.from:
			g.one(s.drawing, at, solid)
		case i < e.to:
			g.one(s.drawing, at, fenced)
		default:
			g.one(s.drawing, at, hollow)
		}
	}
	s.y += low + gap
}

// one draws a mark. A fenced one is hatched.
func (g grid) one(d *Drawing, at point, p paint) {
	if g.mark == Circle {
		k := circle{at: point{at.x + g.cell/2, at.y + g.cell/2}, r: g.cell * circleRadius, paint: p}
		d.add(k)
		if p == fenced {
			d.add(hatch(k))
		}
		return
	}
	head, trunk := person(at, g.cell, g.rowHeight(), p)
	d.add(head, trunk)
	if p == fenced {
		d.add(hatch(head), hatch(trunk))
	}
}
