package pxweb

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/pkg/signed"
)

// keepAMinute is how long an answer may be kept: a release or a withdrawal
// changes it.
const keepAMinute = "public, max-age=60"

const mediaJSON = "application/json; charset=utf-8"

// answer is something written, ready to be sent.
type answer struct {
	media    string
	filename string // under which a browser keeps it; "": it shows it
	tag      string
	body     []byte
}

func newAnswer(media string, body []byte) answer {
	return answer{media: media, tag: `"` + signed.HashOf(body).String() + `"`, body: body}
}

// send answers with bytes that anybody may keep. Their tag is their hash.
func (a answer) send(c echo.Context) error {
	header := c.Response().Header()
	if a.filename != "" {
		header.Set(echo.HeaderContentDisposition, `attachment; filename="`+a.filename+`"`)
	}
	header.Set("ETag", a.tag)
	header.Set(echo.HeaderCacheControl, keepAMinute)
	for _, list := range c.Request().Header.Values("If-None-Match") {
		for one := range strings.SplitSeq(list, ",") {
			if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == a.tag {
				return c.NoContent(http.StatusNotModified)
			}
		}
	}
	header.Set(echo.HeaderContentLength, strconv.Itoa(len(a.body)))
	return c.Blob(http.StatusOK, a.media, a.body)
}

func send(c echo.Context, media string, body []byte) error { return newAnswer(media, body).send(c) }

// sendJSON is send of v, letters as they are.
func sendJSON(c echo.Context, v any) error {
	body, err := jsonLine(v)
	if err != nil {
		return err
	}
	return send(c, mediaJSON, body)
}

func jsonLine(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}
