package server_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/claim"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

const (
	typeMarkdown = "text/markdown; charset=utf-8"
	typeWord     = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
)

// wordDocument is the smallest DOCX with one paragraph.
func wordDocument(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	file, err := archive.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(file, `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:body></w:document>`, text)
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func checkClaims(t testing.TB, s *servertest.Service, media string, text []byte) servertest.Response {
	t.Helper()
	return s.Do(t, servertest.Request{Method: "POST", Path: "/v1/releases/1/claims", Type: media, Body: text})
}

func TestClaimsOfATextInEachFormat(t *testing.T) {
	s := published(t, servertest.Options{})
	for media, text := range map[string][]byte{
		"text/plain":                []byte("27 of 35 have some relation to the perpetrator."),
		"text/plain; charset=UTF-8": []byte("27 of 35 have some relation to the perpetrator."),
		typeMarkdown:                []byte("**27** of [35](https://example.org/9) have some relation to the perpetrator."),
		typeWord:                    wordDocument(t, "27 of 35 have some relation to the perpetrator."),
	} {
		answer := checkClaims(t, s, media, text)
		wantStatus(t, answer, 200, "")
		var report struct {
			Wrong  int
			Claims []struct {
				Sentence, Language string
				Places             []struct{ Offset int }
			}
			Unbound []struct{}
		}
		decode(t, answer, &report)
		if report.Wrong != 1 || len(report.Claims) != 1 || len(report.Unbound) != 0 {
			t.Fatalf("%s: %s", media, answer.Body)
		}
		if got := report.Claims[0]; got.Sentence != "26 of 35 have some relation to the perpetrator" || got.Language != "en" || len(got.Places) != 2 {
			t.Errorf("%s: %+v", media, got)
		}
		if answer.Header.Get("Cache-Control") != "no-store" || answer.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: headers %v", media, answer.Header)
		}
	}
}

func TestWhatIsNoTextIsRefused(t *testing.T) {
	s := published(t, servertest.Options{})
	for _, c := range []struct{ name, media, text, want string }{
		{"empty", "text/plain", "", "400 claim_text_empty"},
		{"not UTF-8", "text/plain", "26\n\xff", "400 claim_text_not_utf8"},
		{"NUL", typeMarkdown, "26\x00", "400 claim_text_not_text"},
		{"too many numbers", "text/plain", strings.Repeat("1 a ", claim.MaxNumbers+1), "413 claim_too_many_numbers"},
		{"too long", "text/plain", strings.Repeat("a", claim.MaxCharacters+1), "413 claim_text_too_long"},
		{"too large", "text/plain", strings.Repeat("a", claim.MaxBytes+1), "413 claim_text_too_large"},
		{"too many paragraphs", "text/plain", strings.Repeat("a\n\n", claim.MaxParagraphs+1), "413 claim_too_many_paragraphs"},
		{"no archive", typeWord, "26 of 35", "400 docx_no_archive"},
		{"encrypted", typeWord, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "422 docx_encrypted"},
		{"another type", "application/pdf", "26", "415 media_type_unsupported"},
		{"another charset", "text/plain; charset=latin1", "26", "415 media_type_unsupported"},
	} {
		answer := checkClaims(t, s, c.media, notNil([]byte(c.text)))
		if got := fmt.Sprint(answer.Status, " ", answer.Code()); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	elsewhere := s.Do(t, servertest.Request{Method: "POST", Path: "/v1/releases/9/claims", Type: "text/plain", Body: []byte("26")})
	wantStatus(t, elsewhere, 404, "not_found")
	line := checkClaims(t, s, "text/plain", []byte("26\n\xff"))
	if !strings.Contains(string(line.Body), `"row":2`) {
		t.Errorf("where: %s", line.Body)
	}
}

// What a text says beside the release's own words turns up nowhere: not in the
// answer, not in the log, not in the metrics.
func TestT33_ATextIsNotRepeated(t *testing.T) {
	s := published(t, servertest.Options{})
	for media, text := range map[string][]byte{
		"text/plain": []byte("Canary 47119 of 35, and 26 of 35 have some relation to the perpetrator.\n\nCanary"),
		typeMarkdown: []byte("# Canary 47119\n\ncanary \xff"),
		typeWord:     wordDocument(t, "Canary 47119 < canary"),
	} {
		answer := checkClaims(t, s, media, text)
		metrics := newRecorder()
		s.Server.Metrics().ServeHTTP(metrics, servertest.Request{Method: "GET", Path: "/metrics"}.HTTP())
		for where, seen := range map[string]string{"answer": string(answer.Body), "log": s.Log.String(), "metrics": metrics.Body.String()} {
			if strings.Contains(strings.ToLower(seen), "canary") || tellsNumber(seen, "47119") {
				t.Errorf("%s: the %s repeats the text: %s", media, where, seen)
			}
		}
	}
}

// slowBody is a body that goes on for as long as nobody closes it.
type slowBody struct{ begun, end chan struct{} }

func (b slowBody) Read([]byte) (int, error) {
	b.begun <- struct{}{}
	<-b.end
	return 0, http.ErrBodyReadAfterClose
}

// T15: texts beyond the limit are refused at once, and there is room again when
// one is done.
func TestT15_TextsAtOnce(t *testing.T) {
	s := published(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Limits.Texts = 1
		return d
	}})
	slow, done := slowBody{make(chan struct{}), make(chan struct{})}, make(chan servertest.Response)
	request := servertest.Request{Method: "POST", Path: "/v1/releases/1/claims", Type: "text/plain", Body: []byte("26")}
	held := request.HTTP()
	held.Body, held.ContentLength = http.NoBody, -1
	held.Body = struct {
		slowBody
		closer
	}{slowBody: slow}
	go func() { done <- serve(s, held) }()
	<-slow.begun
	busy := serve(s, request.HTTP())
	wantStatus(t, busy, 503, "unavailable")
	if busy.Header.Get("Retry-After") == "" {
		t.Error("it does not say when to come back")
	}
	close(slow.end)
	<-done
	if after := serve(s, request.HTTP()); after.Status != 200 {
		t.Errorf("there is no room afterwards: %d", after.Status)
	}
}

type closer struct{}

func (closer) Close() error { return nil }
