package main

import (
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/pxweb"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/web"
)

// publisher is who answers for the releases, as catalogues and pages name it.
type publisher struct {
	Address       string `placeholder:"URL" help:"Where readers find the service, such as https://statistik.example.org. Default: the issuer, or the address listened on."`
	Publisher     string `placeholder:"NAME" help:"Who publishes, for catalogues. Default: the name of the signing key."`
	PublisherMail string `placeholder:"MAIL" help:"Where to ask about the data. Default: postmaster at the address."`
	Licence       string `placeholder:"IRI" help:"Licence of the published data. Default: CC BY 4.0."`
}

// openLicence is the licence of the data if nobody says otherwise.
const openLicence = "https://creativecommons.org/licenses/by/4.0/"

// published is what both kinds of front show of a shelf besides the contract.
type published struct {
	site  *web.Pages
	tools *pxweb.API
}

// show makes the pages and the statistics tools' protocol over a shelf. address
// is where the service is reached unless the publisher names another.
func (p publisher) show(books *shelf.Shelf, figures *figure.Set, signer, address string, log *slog.Logger) (out published, err error) {
	if p.Address != "" {
		address = p.Address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return out, fmt.Errorf("--address %s is not an address such as https://statistik.example.org", address)
	}
	if p.Publisher == "" {
		p.Publisher = signer
	}
	if p.PublisherMail == "" {
		p.PublisherMail = "postmaster@" + u.Hostname()
	}
	if p.Licence == "" {
		p.Licence = openLicence
	}
	if out.site, err = web.New(web.Deps{Shelf: books, Figures: figures, Log: log, Address: address}); err != nil {
		return out, err
	}
	out.tools, err = pxweb.New(pxweb.Deps{
		Shelf: books, BaseURL: address, License: p.Licence, Version: buildVersion(), Now: time.Now,
		Publisher: pxweb.Publisher{Name: codelist.Text{SV: p.Publisher, EN: p.Publisher}, IRI: address, Mail: p.PublisherMail},
	})
	return out, err
}
