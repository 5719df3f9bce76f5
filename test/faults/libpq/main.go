// Command libpq takes records as a service built on lib/pq would: it commits
// under a deadline and acknowledges when the driver reports no error. It is a
// module of its own, so that the product never depends on that driver, and a
// contrast of F5.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	_ "github.com/lib/pq"
)

// patience is the deadline of a write.
const patience = 2 * time.Second

func main() {
	db, err := sql.Open("postgres", os.Args[2])
	if err == nil {
		_, err = db.Exec(`CREATE TABLE IF NOT EXISTS taken (id text PRIMARY KEY, body text NOT NULL)`)
	}
	if err == nil {
		err = (&http.Server{Addr: os.Args[1], Handler: handler(db), ReadHeaderTimeout: time.Minute}).ListenAndServe()
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func handler(db *sql.DB) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("PUT /v1/records/{id}", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		body, err := io.ReadAll(r.Body)
		if err == nil {
			_, err = db.ExecContext(ctx, `INSERT INTO taken VALUES ($1, $2) ON CONFLICT DO NOTHING`, r.PathValue("id"), string(body))
		}
		if err != nil {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusCreated)
	})
	return mux
}
