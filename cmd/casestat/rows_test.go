package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/api"
)

// recorder answers like a service that refuses the last row of each batch, and
// keeps what it was sent.
type recorder struct {
	batches []string
	tokens  int
	answer  func(w http.ResponseWriter, rows int) // instead of the usual one
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.URL.Path == "/v1/token" {
		r.tokens++
		reply(w, http.StatusOK, api.Token{AccessToken: fmt.Sprint("token-", r.tokens), ExpiresIn: 600})
		return
	}
	body, _ := io.ReadAll(request.Body)
	r.batches = append(r.batches, string(body))
	rows := strings.Count(string(body), "\n")
	if request.Header.Get("Content-Type") == "text/csv" {
		rows--
	}
	if r.answer != nil {
		r.answer(w, rows)
		return
	}
	reply(w, http.StatusOK, api.BatchReport{
		Mode: api.BatchReportModeRowByRow, Rows: rows, Accepted: rows - 1, Refused: 1,
		Refusals: []api.Refusal{{Row: &rows, Pointer: "/gender", Code: "required", Message: "The field must be sent."}},
		Warnings: []api.Refusal{},
	})
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	if status >= 400 {
		w.Header().Set("Content-Type", "application/problem+json")
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// imported runs an import of text against r.
func imported(t *testing.T, r *recorder, mediaType, text string) (out string, err error) {
	t.Helper()
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	client, err := dial(server.URL, credentials{"id", "secret"}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	var printed bytes.Buffer
	i := &importing{client: client, mediaType: mediaType, out: &printed, progress: newProgress(io.Discard, 0)}
	err = i.conclude(i.rowByRow(t.Context(), strings.NewReader(text)))
	return printed.String(), err
}

func TestAFileGoesInBatchesWhoseRowsKeepTheirNumbers(t *testing.T) {
	var file strings.Builder
	file.WriteString("record_id;gender\n")
	for i := range 2*importBatch + 5 {
		fmt.Fprintf(&file, "row-%d;x\n", i+1)
	}
	r := &recorder{}
	out, err := imported(t, r, "text/csv", file.String())
	if err == nil || err.Error() != "some rows were refused" {
		t.Errorf("error %v", err)
	}
	want := "row 1000  refused  /gender  required: The field must be sent.\n" +
		"row 2000  refused  /gender  required: The field must be sent.\n" +
		"row 2005  refused  /gender  required: The field must be sent.\n" +
		"2005 rows: 2002 were accepted, 0 corrected, 0 unchanged, 3 refused\n"
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
	for i, batch := range r.batches {
		header, rows, _ := strings.Cut(batch, "\n")
		if first := fmt.Sprintf("row-%d;", i*importBatch+1); header != "record_id;gender" || !strings.HasPrefix(rows, first) {
			t.Errorf("batch %d begins with %q and %.20q", i+1, header, rows)
		}
	}
	if r.tokens != 1 {
		t.Errorf("%d tokens for one import", r.tokens)
	}
}

func TestAFileOfWholeBatchesEndsWithoutAnEmptyOne(t *testing.T) {
	r := &recorder{}
	if _, err := imported(t, r, "application/x-ndjson", strings.Repeat("{}\n", 2*importBatch)); err == nil {
		t.Error("the refused rows are not told")
	}
	if len(r.batches) != 2 {
		t.Errorf("%d batches", len(r.batches))
	}
}

func TestAnImportThatBreaksOffSaysSo(t *testing.T) {
	r := &recorder{}
	r.answer = func(w http.ResponseWriter, rows int) {
		if len(r.batches) == 1 {
			reply(w, http.StatusOK, api.BatchReport{Rows: rows, Accepted: rows, Refusals: []api.Refusal{}, Warnings: []api.Refusal{}})
			return
		}
		reply(w, http.StatusServiceUnavailable, api.Problem{Status: 503, Code: "intake_busy", Title: "Busy."})
	}
	out, err := imported(t, r, "application/x-ndjson", strings.Repeat("{}\n", 2*importBatch))
	if err == nil || !strings.Contains(err.Error(), "broke off") || !strings.Contains(err.Error(), "intake_busy") {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(out, "1000 rows: 1000 were accepted") {
		t.Errorf("printed %q", out)
	}
}

func TestAnEndlessLineIsNotRead(t *testing.T) {
	r := &recorder{}
	_, err := imported(t, r, "application/x-ndjson", "{}\n"+strings.Repeat("x", maxImportLine+1))
	if err == nil || !strings.Contains(err.Error(), "line 2 of the file: is too long") {
		t.Errorf("error %v", err)
	}
	if len(r.batches) != 0 {
		t.Error("something was sent")
	}
}

func TestOmittedRefusalsAreCounted(t *testing.T) {
	r := &recorder{answer: func(w http.ResponseWriter, rows int) {
		reply(w, http.StatusOK, api.BatchReport{Rows: rows, Refused: rows, RefusalsOmitted: 7, Refusals: []api.Refusal{{Code: "x"}}, Warnings: []api.Refusal{{Code: "R8"}}})
	}}
	out, _ := imported(t, r, "application/x-ndjson", "{}\n")
	want := "row 0  refused  (row)  x: \nrow 0  warning  (row)  R8: \nand 7 refusals more\n1 rows: 0 were accepted, 0 corrected, 0 unchanged, 1 refused\n"
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
}
