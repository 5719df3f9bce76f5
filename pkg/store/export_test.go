package store

import "context"

// ExecOnWriter runs a statement on the connection that writes, for tests that
// take a safety mechanism away.
func ExecOnWriter(ctx context.Context, r *Records, statement string) error {
	l, err := r.db.leaseFrom(ctx, r.db.writer)
	if err != nil {
		return err
	}
	defer l.release()
	return r.db.session(ctx, l).Exec(statement).Error
}

// CloseReaders leaves the connection that writes alone with the file.
func CloseReaders(r *Records) error { return r.db.reader.close() }
