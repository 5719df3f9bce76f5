package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/membership"
	"manniskohandel.se/casestat/pkg/record"
)

const (
	selectOrganisations = `SELECT id, name, kind, active FROM organisation ORDER BY id`

	selectClients = `SELECT id, organisation, holder, role, permissions, created_by, secret, revoked
FROM client ORDER BY id`

	upsertOrganisation = `INSERT INTO organisation (id, name, kind, active) VALUES (?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, active = excluded.active`

	upsertClient = `INSERT INTO client (id, organisation, holder, role, permissions, created_by, secret, revoked)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET organisation = excluded.organisation, holder = excluded.holder,
role = excluded.role, permissions = excluded.permissions, created_by = excluded.created_by,
secret = excluded.secret, revoked = excluded.revoked`

	upsertPeriod = `INSERT INTO period (year, state) VALUES (?, ?)
ON CONFLICT (year) DO UPDATE SET state = excluded.state`
)

// membershipStore is the membership.Store.
type membershipStore struct{ db *database }

func (s membershipStore) Load(ctx context.Context) (state membership.State, err error) {
	err = s.db.reading(ctx, s.db.reader, func(tx *transaction) error {
		state, err = membershipTx{tx}.Load(ctx)
		return err
	})
	return state, err
}

func (s membershipStore) Atomically(ctx context.Context, f func(membership.Tx) error) error {
	return s.db.atomically(ctx, func(tx *transaction) error { return f(membershipTx{tx}) })
}

// membershipTx is the membership.Tx.
type membershipTx struct{ *transaction }

func (tx membershipTx) Load(context.Context) (s membership.State, err error) {
	if s.Organisations, err = collect(scanOrganisation)(tx.gorm.Raw(selectOrganisations).Rows()); err != nil {
		return membership.State{}, fmt.Errorf("read organisations: %w", err)
	}
	if s.Clients, err = collect(scanClient)(tx.gorm.Raw(selectClients).Rows()); err != nil {
		return membership.State{}, fmt.Errorf("read clients: %w", err)
	}
	if s.Periods, err = tx.periods(); err != nil {
		return membership.State{}, err
	}
	return s, nil
}

func (tx membershipTx) SaveOrganisation(_ context.Context, o access.Organisation) error {
	id, err := parseID(string(o.ID))
	if err != nil {
		return err
	}
	err = tx.gorm.Exec(upsertOrganisation, tx.dialect.bind(id), o.Name, string(o.Kind), o.Active).Error
	return saved(err, "an organisation")
}

func (tx membershipTx) SaveClient(_ context.Context, c access.Client) error {
	id, err := parseID(string(c.ID))
	if err != nil {
		return err
	}
	organisation, err := parseID(string(c.Organisation))
	if err != nil {
		return err
	}
	var by any // NULL for the first coordinator
	if c.CreatedBy != "" {
		creator, err := parseID(string(c.CreatedBy))
		if err != nil {
			return err
		}
		by = tx.dialect.bind(creator)
	}
	err = tx.gorm.Exec(upsertClient, tx.dialect.bind(id), tx.dialect.bind(organisation), string(c.Holder), string(c.Role),
		joinPermissions(c.Permissions), by, c.Secret, c.Revoked).Error
	return saved(err, "a client")
}

func (tx membershipTx) SavePeriod(_ context.Context, p record.Period) error {
	if err := tx.gorm.Exec(upsertPeriod, p.Year, string(p.State)).Error; err != nil || p.State != record.PeriodErased {
		return saved(err, "a period")
	}
	return tx.forgetYears([]int{p.Year})
}

func (tx membershipTx) Append(_ context.Context, entries []ledger.Entry) error {
	return tx.append(entries)
}

func saved(err error, what string) error {
	if err != nil {
		return fmt.Errorf("save %s: %w", what, classify(err))
	}
	return nil
}

func scanOrganisation(r row) (o access.Organisation, err error) {
	var id uuid.UUID
	err = r.Scan(&id, &o.Name, &o.Kind, &o.Active)
	o.ID = access.OrganisationID(id.String())
	return o, err
}

func scanClient(r row) (c access.Client, err error) {
	var id, organisation uuid.UUID
	var by uuid.NullUUID
	var permissions string
	err = r.Scan(&id, &organisation, &c.Holder, &c.Role, &permissions, &by, &c.Secret, &c.Revoked)
	c.ID, c.Organisation = access.ClientID(id.String()), access.OrganisationID(organisation.String())
	c.Permissions = splitPermissions(permissions)
	if by.Valid {
		c.CreatedBy = access.ClientID(by.UUID.String())
	}
	return c, err
}

func joinPermissions(list []access.Permission) string {
	words := make([]string, len(list))
	for i, p := range list {
		words[i] = string(p)
	}
	return strings.Join(words, " ")
}

func splitPermissions(s string) (list []access.Permission) {
	for word := range strings.FieldsSeq(s) {
		list = append(list, access.Permission(word))
	}
	return list
}
