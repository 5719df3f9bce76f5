package membership

import (
	"time"

	"manniskohandel.se/casestat/pkg/ledger"
)

// The deeds this package writes. Their subjects are ids of organisations and
// clients and years, never names or holders.
const (
	DeedFounded             ledger.Deed = "platform.founded"     // organisation, first coordinator
	DeedOrganisationCreated ledger.Deed = "organisation.created" // organisation
	DeedOrganisationChanged ledger.Deed = "organisation.changed" // organisation; name or activity
	DeedOrganisationsListed ledger.Deed = "organisations.listed"
	DeedClientCreated       ledger.Deed = "client.created"        // client, organisation
	DeedClientChanged       ledger.Deed = "client.changed"        // client; permissions
	DeedClientRevoked       ledger.Deed = "client.revoked"        // client
	DeedSecretRotated       ledger.Deed = "client.secret_rotated" // client
	DeedClientsListed       ledger.Deed = "clients.listed"
	DeedPeriodOpened        ledger.Deed = "period.opened"            // year
	DeedPeriodClosed        ledger.Deed = "period.closed"            // year; the end of a correction, too
	DeedCorrectionOpened    ledger.Deed = "period.correction_opened" // year
	DeedPeriodErased        ledger.Deed = "period.erased"            // year; its records follow, each in an entry
)

// commandLine is the actor of what is done before there is a client.
const commandLine = "command-line"

// retention is the actor of what is done because its time is over.
const retention = "retention"

// deed is one entry before it has a day and an actor.
type deed struct {
	name     ledger.Deed
	subjects []string
}

func (d deed) entry(now time.Time, actor string) ledger.Entry {
	return ledger.Entry{Day: now.UTC().Format(time.DateOnly), Actor: actor, Deed: d.name, Subjects: d.subjects}
}
