package claim

// WholePercent is open to tests.
var WholePercent = wholePercent

// Telling compares what is withheld with its range, as no check may.
func (c *Checker) Telling() *Checker {
	weak := *c
	weak.telling = true
	return &weak
}

// ReadUnbounded reads a DOCX without bounds on what it unpacks to, and says how
// much that was. ReadBounded is the same with them.
func ReadUnbounded(raw []byte) (int64, error) { return readCounting(raw, bounds{}) }

// ReadBounded says how much of a DOCX is unpacked before it is read or refused.
func ReadBounded(raw []byte) (int64, error) {
	return readCounting(raw, bounds{unpacked: maxUnpacked, ratio: maxRatio})
}

// MaxUnpacked is open to tests.
const MaxUnpacked = maxUnpacked

func readCounting(raw []byte, b bounds) (int64, error) {
	u, err := openArchive(raw, b)
	if err != nil {
		return 0, err
	}
	err = u.part(&Document{}, Body, u.files["word/document.xml"])
	return u.read, err
}

// Work counts what a check of the document looks at.
func (c *Checker) Work(d *Document) int {
	run := &check{Checker: c, d: d}
	for _, u := range d.units() {
		if run.unit(u) != nil {
			break
		}
	}
	return run.work
}
