// Package told breaks the rule in every way that the rule knows.
package told

import (
	"errors"
	"fmt"
	"kept"
	"log"
	"log/slog"
)

func tell(p kept.Person, b *kept.Batch, l *slog.Logger) error {
	l.Info("taken", "line", p.Line, "rows", len(b.Rows), "number", b.Number)
	l.Info("taken", "person", p)                                 // want `does not belong`
	l.Info("taken", "batch", b)                                  // want `does not belong`
	slog.Info("taken", slog.Any("answers", p.Answers))           // want `does not belong`
	slog.Info("taken", "first", p.Answers[0])                    // want `does not belong`
	slog.Info("taken", "text", string(p.Answers))                // want `does not belong`
	slog.Info("taken", "text", fmt.Sprintf("%x", p.Answers[1:])) // want `does not belong`
	log.Print(b.Rows)                                            // want `does not belong`
	if p.Line == 0 {
		panic(p) // want `does not belong`
	}
	if p.Line == 1 {
		return errors.New("answers " + string(p.Answers)) // want `does not belong`
	}
	if p.Line == 2 {
		return fmt.Errorf("line %d", p.Line)
	}
	return fmt.Errorf("person %v", &p) // want `does not belong`
}
