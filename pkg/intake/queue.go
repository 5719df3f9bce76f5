package intake

// The sizes of the group commit.
const (
	groupJobs = 256  // jobs a transaction
	groupKeys = 2000 // records a transaction, unless one job alone has more
)

// queue is the jobs of one kind that wait for the writer, who alone takes them.
type queue struct {
	waiting chan *job
	next    *job // taken already; the first of the next group
}

func newQueue() queue { return queue{waiting: make(chan *job, queueLength)} }

// length is how many jobs wait, the one that the writer looks at left out.
func (q *queue) length() int { return len(q.waiting) }

// peek says whether a job waits.
func (q *queue) peek() bool {
	if q.next == nil {
		select {
		case q.next = <-q.waiting:
		default:
		}
	}
	return q.next != nil
}

// gather takes what waits, up to so many records; the first job is taken
// whatever its size. A job that touches a record of the group waits for the next
// one, so that every plan sees the versions it is about to change.
func (q *queue) gather(most int) (group []*job) {
	taken := map[Key]bool{}
	for len(group) < groupJobs && q.peek() {
		if len(group) > 0 && (len(taken)+len(q.next.keys) > most || q.next.touches(taken)) {
			return group
		}
		for _, k := range q.next.keys {
			taken[k] = true
		}
		group, q.next = append(group, q.next), nil
	}
	return group
}

func (j *job) touches(taken map[Key]bool) bool {
	for _, k := range j.keys {
		if taken[k] {
			return true
		}
	}
	return false
}
