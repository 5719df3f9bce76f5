package server

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/access"
)

// CreateToken gives an access token for client credentials. Whatever is wrong
// with the request itself is said in OAuth's words.
func (s *Server) CreateToken(c echo.Context) error {
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	authorization := c.Request().Header.Values(echo.HeaderAuthorization)
	form, err := url.ParseQuery(string(body))
	if err != nil || len(authorization) > 1 {
		return &access.GrantError{Code: access.CodeInvalidRequest}
	}
	asked, err := access.ParseTokenRequest(strings.Join(authorization, ""), form)
	if err != nil {
		return err
	}
	token, err := s.deps.Granter.Grant(c.Request().Context(), asked)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Pragma", "no-cache") // RFC 6749 section 5.1
	return c.JSON(http.StatusOK, api.Token{
		AccessToken: token.Access, TokenType: api.TokenTokenTypeBearer,
		ExpiresIn: int(token.Expires.Seconds()), Scope: scopeOf(token.Scope),
	})
}

func scopeOf(permissions []access.Permission) string {
	words := make([]string, len(permissions))
	for i, p := range permissions {
		words[i] = string(p)
	}
	return strings.Join(words, " ")
}

// GetKeys gives the public keys that tokens are signed with.
func (s *Server) GetKeys(c echo.Context) error {
	keys, err := s.deps.Keys.JWKS()
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", keepShort)
	return c.Blob(http.StatusOK, mediaJSON, keys)
}
