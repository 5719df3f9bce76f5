package server

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/pkg/signed"
)

// How long an answer about releases may be kept.
const (
	keepForEver = "public, max-age=31536000, immutable" // it belongs to a release's number
	keepAMinute = "public, max-age=60"                  // the next release or a withdrawal changes it
)

// show answers with bytes that anybody may keep.
func show(c echo.Context, keep, media string, body []byte) error {
	return showHashed(c, keep, media, body, signed.HashOf(body))
}

// showHashed is show of bytes whose hash is known.
func showHashed(c echo.Context, keep, media string, body []byte, hash signed.Hash) error {
	if announced(c, keep, hash, int64(len(body))) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, media, body)
}

// announced writes the header of bytes that anybody may keep, and says whether
// the caller has them already. Their tag is their own hash, which tells whoever
// asks nothing that the bytes do not. Nothing of the request but If-None-Match
// has a say.
func announced(c echo.Context, keep string, hash signed.Hash, size int64) (known bool) {
	tag := `"` + hash.String() + `"`
	header := c.Response().Header()
	header.Set("ETag", tag)
	header.Set(echo.HeaderCacheControl, keep)
	if names(c.Request().Header.Values("If-None-Match"), tag) {
		return true
	}
	header.Set(echo.HeaderContentLength, strconv.FormatInt(size, 10))
	return false
}

// names says whether If-None-Match holds the tag (RFC 9110 section 13.1.2).
// None of our tags holds a comma.
func names(ifNoneMatch []string, tag string) bool {
	for _, list := range ifNoneMatch {
		for one := range strings.SplitSeq(list, ",") {
			one = strings.TrimSpace(one)
			if one == "*" || strings.TrimPrefix(one, "W/") == tag {
				return true
			}
		}
	}
	return false
}

// jsonLine writes v as the frozen files are written: on one line, its letters
// as they are.
func jsonLine(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// showJSON is show of v.
func showJSON(c echo.Context, keep string, v any) error {
	body, err := jsonLine(v)
	if err != nil {
		return err
	}
	return show(c, keep, mediaJSON, body)
}
