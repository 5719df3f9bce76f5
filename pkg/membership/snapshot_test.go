package membership

import (
	"context"
	"sync"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/fault"
)

// A database that keeps one load waiting keeps nobody else for longer: neither
// who loads nor who waits for that one's load. Contrast: with a patience of
// hours nobody has an answer before the database gives one.
func TestF6_NobodyWaitsForTheDirectoryLongerThanItsPatience(t *testing.T) {
	for _, tt := range []struct {
		name     string
		patience time.Duration
		answered bool
	}{{"as deployed, but sooner", 10 * time.Millisecond, true}, {"contrast: hours", time.Hour, false}} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, giveUp := context.WithCancel(t.Context())
			s := newSnapshot(func(ctx context.Context) (State, error) {
				<-ctx.Done()
				return State{}, ctx.Err()
			}, time.Now)
			s.patience = tt.patience
			answers := make(chan error, 8)
			var callers sync.WaitGroup
			for range cap(answers) {
				callers.Go(func() {
					_, err := s.view(ctx)
					answers <- err
				})
			}
			if tt.answered {
				callers.Wait()
				for range cap(answers) {
					if err := <-answers; fault.KindOf(err) != fault.Unavailable || fault.CodeOf(err) != CodeDirectoryUnavailable {
						t.Errorf("the answer is %v", err)
					}
				}
			} else {
				time.Sleep(100 * time.Millisecond) // ten times the patience that is enough above
				if len(answers) > 0 {
					t.Error("somebody was answered by nobody: the check has no teeth")
				}
			}
			giveUp()
			callers.Wait()
		})
	}
}
