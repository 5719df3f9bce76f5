package store

import (
	"context"
	"slices"
	"strings"
)

// postgresSettings break a promise when they are otherwise: the first three
// that an acknowledged record is on disk, the rest that no value of a record
// gets into the server's log (a broken constraint's detail repeats the row).
var postgresSettings = []setting{
	{"fsync", []string{"on"}},
	{"full_page_writes", []string{"on"}},
	{"synchronous_commit", []string{"on", "remote_apply"}},
	{"log_parameter_max_length", []string{"0"}},
	{"log_parameter_max_length_on_error", []string{"0"}},
	{"log_statement", []string{"none"}},
	{"log_error_verbosity", []string{"terse"}},
}

// checksummed finds what the disk has changed. A row's own sum does not see a
// row that is no longer found: a page's header, a pointer or an index changed,
// and every count is too small without a word.
var checksummed = setting{"data_checksums", []string{"on"}}

// expectations are what a schema must have to be safe.
type expectations struct {
	triggers []string
	forced   []string // tables under row security that binds their owner too
	policies []string // table.policy, and none besides: they would add to each other
}

var ledgerTriggers = []string{
	"ledger_entries_no_change", "ledger_entries_no_truncate",
	"ledger_head_no_delete", "ledger_head_no_truncate", "ledger_head_no_shrink",
}

var (
	recordsExpectations = expectations{
		triggers: slices.Concat(ledgerTriggers, []string{
			"draft_published_no_change", "draft_no_truncate", "draft_artefact_published_no_change", "draft_artefact_no_truncate",
			"draft_year_published_no_change", "draft_year_no_truncate",
		}),
		forced:   []string{"record", "record_history"},
		policies: []string{"record.own_organisation", "record_history.own_organisation", "record.closed_periods"},
	}
	releasesExpectations = expectations{triggers: slices.Concat(ledgerTriggers, []string{
		"release_no_change", "release_no_truncate", "release_numbered",
		"release_file_no_change", "release_file_no_truncate", "release_file_no_late",
		"withdrawal_no_change", "withdrawal_no_truncate", "checkpoint_no_change", "checkpoint_no_truncate",
	})}
)

const (
	selectSettings = `SELECT name, setting FROM pg_settings`

	selectTriggers = `SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = current_schema()::regnamespace AND NOT tgisinternal AND tgenabled IN ('O', 'A')`

	selectForced = `SELECT relname FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relrowsecurity AND relforcerowsecurity`

	selectPolicies = `SELECT tablename || '.' || policyname FROM pg_policies WHERE schemaname = current_schema()`

	// Whatever a login may become counts, not only what it is.
	selectPowers = `SELECT power FROM (
	SELECT 'a superuser' AS power FROM pg_roles WHERE rolsuper AND pg_has_role(current_user, oid, 'MEMBER')
	UNION ALL
	SELECT 'free of row security' FROM pg_roles WHERE rolbypassrls AND pg_has_role(current_user, oid, 'MEMBER')
	UNION ALL
	SELECT 'the owner of a table' FROM pg_class
	WHERE relnamespace = current_schema()::regnamespace AND pg_has_role(current_user, relowner, 'MEMBER')
	UNION ALL
	SELECT 'in the role ' || rolname FROM pg_roles
	WHERE rolname IN ('casestat_owner', 'casestat_intake', 'casestat_counter', 'casestat_public', 'casestat_publisher')
	AND pg_has_role(current_user, oid, 'MEMBER')
) AS powers GROUP BY power ORDER BY power`
)

// postgresSettings are those that this deployment must have.
func (c Config) postgresSettings() []setting {
	if c.StorageChecksums {
		return postgresSettings
	}
	return append(slices.Clip(postgresSettings), checksummed)
}

// checkPostgres looks with a login that will serve: much of this can be set
// for one login alone. role is the one it should be in.
func (d *database) checkPostgres(ctx context.Context, with leaser, want expectations, role string) (errs []error) {
	err := d.reading(ctx, with, func(tx *transaction) error {
		settings, err := tx.postgresSettings()
		if err != nil {
			return err
		}
		errs = checkSettings(d.config.postgresSettings(), settings)
		for _, one := range []struct {
			query statement
			check func(found []string) []error
		}{
			{selectTriggers, func(found []string) []error { return checkPresent("trigger", want.triggers, found) }},
			{selectForced, func(found []string) []error { return checkPresent("FORCE ROW LEVEL SECURITY on", want.forced, found) }},
			{selectPolicies, want.checkPolicies},
			{selectPowers, func(found []string) []error { return checkPowers(role, found) }},
		} {
			found, err := collect(scanName)(tx.gorm.Raw(string(one.query)).Rows())
			if err != nil {
				return err
			}
			errs = append(errs, one.check(found)...)
		}
		return nil
	})
	if err != nil {
		errs = append(errs, err)
	}
	return errs
}

func (tx *transaction) postgresSettings() (map[string]string, error) {
	type pair struct{ name, value string }
	pairs, err := collect(func(r row) (p pair, err error) {
		err = r.Scan(&p.name, &p.value)
		return p, err
	})(tx.gorm.Raw(selectSettings).Rows())
	found := make(map[string]string, len(pairs))
	for _, p := range pairs {
		found[p.name] = p.value
	}
	return found, err
}

func (e expectations) checkPolicies(found []string) []error {
	errs := checkPresent("policy", e.policies, found)
	for _, name := range found {
		if !slices.Contains(e.policies, name) {
			errs = append(errs, &UnsafeSetting{"policy " + name, "there", "dropped"})
		}
	}
	return errs
}

// checkPowers refuses a login that may do more than its role.
func checkPowers(role string, found []string) (errs []error) {
	want := "in the role " + role
	if !slices.Contains(found, want) {
		errs = append(errs, &UnsafeSetting{"the login", "not " + want, want})
	}
	others := slices.DeleteFunc(found, func(power string) bool { return power == want })
	if len(others) > 0 {
		errs = append(errs, &UnsafeSetting{"the login", strings.Join(others, ", "), want + " alone"})
	}
	return errs
}
