// Package access knows organisations, clients, their holders and roles, and
// issues and checks their tokens.
package access

// OrganisationID names an organisation: a UUIDv4 made by the coordinator.
type OrganisationID string

// ClientID names a client: a UUIDv4.
type ClientID string

// HolderID is an opaque id of a natural person. Roles are not persons: the
// separation of duties is checked between holders.
type HolderID string

// OrganisationKind tells members from the platform itself.
type OrganisationKind string

// The kinds of organisation.
const (
	Member   OrganisationKind = "member"
	Platform OrganisationKind = "platform"
)

// Role is what a client is for. A client has exactly one.
type Role string

// The roles.
const (
	Coordinator Role = "coordinator" // manages organisations, clients and periods
	Submitter   Role = "submitter"   // submits a member's records
	Desk        Role = "desk"        // writes the report
	Reviewer    Role = "reviewer"    // reviews what the desk wants to publish
	Researcher  Role = "researcher"  // asks for tables
)

// Permission is what an operation asks for and an OAuth scope grants.
type Permission string

// The permissions.
const (
	RecordsWrite  Permission = "records:write"  // submit, correct, withdraw own records
	RecordsRead   Permission = "records:read"   // read back own records, figures over them
	PeriodsRead   Permission = "periods:read"   // see which years are open
	PeriodsManage Permission = "periods:manage" // open and close years
	MembersManage Permission = "members:manage" // organisations and clients
	DeskRead      Permission = "desk:read"      // exact figures of closed periods
	// Of releases. Reading drafts is for those who prepare and those who review.
	ReleasesPrepare Permission = "releases:prepare" // plan, compute, submit, publish what was approved, withdraw
	ReleasesReview  Permission = "releases:review"  // read drafts and findings, approve or reject
	TablesRequest   Permission = "tables:request"   // ask for a table
)

// Organisation is a member of the platform, or the platform itself.
type Organisation struct {
	ID     OrganisationID
	Name   string
	Kind   OrganisationKind
	Active bool
}

// Client is one credential: of one organisation, with one holder and one role.
type Client struct {
	ID           ClientID
	Organisation OrganisationID
	Holder       HolderID
	Role         Role
	Permissions  []Permission // a subset of the role's
	CreatedBy    ClientID     // "" for the first coordinator
	Secret       string       // argon2id in PHC form; never the secret itself
	Revoked      bool
}

// Principal is who stands behind a request, once the token has been checked
// against the client as it is now.
type Principal struct {
	Client       ClientID
	Organisation OrganisationID
	Holder       HolderID // whose duties are kept apart; "" is nobody
	Role         Role
	Permissions  []Permission // the client's, narrowed by the token's scope
}
