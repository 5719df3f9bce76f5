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

// send answers with bytes that anybody may keep. Their tag is their hash.
func send(c echo.Context, media string, body []byte) error {
	tag := `"` + signed.HashOf(body).String() + `"`
	header := c.Response().Header()
	header.Set("ETag", tag)
	header.Set(echo.HeaderCacheControl, keepAMinute)
	for _, list := range c.Request().Header.Values("If-None-Match") {
		for one := range strings.SplitSeq(list, ",") {
			if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == tag {
				return c.NoContent(http.StatusNotModified)
			}
		}
	}
	header.Set(echo.HeaderContentLength, strconv.Itoa(len(body)))
	return c.Blob(http.StatusOK, media, body)
}

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
