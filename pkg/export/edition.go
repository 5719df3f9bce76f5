package export

import "fmt"

// Edition says which release the files belong to. All of it stands in the
// signed manifest too, so that whoever holds that can render the files again.
// The zero Edition is a draft's.
type Edition struct {
	Number    int    // of the release; 0: it has none yet
	Published string // the day, as 2006-01-02; "": not yet
	Publisher string // the name of the key that signs, such as "manniskohandel.se"
}

// moment is the start of the day of publication in a time layout that begins
// with the day, "" before it.
func (e Edition) moment(rest string) string {
	if e.Published == "" {
		return ""
	}
	return e.Published + rest
}

// version is the edition as SDMX and workbooks number it.
func (e Edition) version() string { return fmt.Sprintf("%d.0.0", e.Number) }
