package store

// The SQL of PostgreSQL's records and ledger. Every text is a constant; values
// are bound, never written into it.

const (
	enterOrganisation = `SELECT set_config('casestat.organisation', $1, true)`

	selectHeads = `SELECT organisation, record_id, version, tag, day, withdrawn, year, codebook, answers
FROM record WHERE organisation = $1 AND record_id = ANY ($2::uuid[])`

	insertRecords = `INSERT INTO record
(organisation, record_id, version, tag, day, withdrawn, year, codebook, answers)
SELECT $1::uuid, g.record_id, g.version, g.tag, g.day, false, g.year, g.codebook, g.answers
FROM ` + given

	supersedeRecords = `WITH g AS (SELECT * FROM ` + given + `),
kept AS (
	INSERT INTO record_history (organisation, record_id, version, tag, day, year, codebook, answers)
	SELECT r.organisation, r.record_id, r.version, r.tag, r.day, r.year, r.codebook, r.answers
	FROM record r JOIN g USING (record_id)
	WHERE r.organisation = $1::uuid AND NOT r.withdrawn AND r.version < g.version
)
UPDATE record r
SET version = g.version, tag = g.tag, day = g.day, year = g.year, codebook = g.codebook, answers = g.answers
FROM g
WHERE r.organisation = $1::uuid AND r.record_id = g.record_id AND NOT r.withdrawn AND r.version < g.version`

	given = `unnest($2::uuid[], $3::int[], $4::text[], $5::text[], $6::int[], $7::int[], $8::bytea[])
AS g (record_id, version, tag, day, year, codebook, answers)`

	selectYears = `SELECT year FROM record WHERE organisation = $1::uuid AND record_id = ANY ($2::uuid[]) AND NOT withdrawn
UNION SELECT year FROM record_history WHERE organisation = $1::uuid AND record_id = ANY ($2::uuid[])`

	withdrawRecords = `UPDATE record r
SET version = g.version, tag = g.tag, day = g.day, withdrawn = true, year = NULL, codebook = NULL, answers = NULL
FROM unnest($2::uuid[], $3::int[], $4::text[], $5::text[]) AS g (record_id, version, tag, day)
WHERE r.organisation = $1::uuid AND r.record_id = g.record_id AND NOT r.withdrawn AND r.version < g.version`

	withdrawHistory = `DELETE FROM record_history WHERE organisation = $1::uuid AND record_id = ANY ($2::uuid[])`

	selectHeadForUpdate = selectHead + ` FOR UPDATE`

	// A head that moved under its lock becomes NULL, which its column refuses.
	insertEntriesAndHead = `WITH entries AS (
	INSERT INTO ledger_entries (idx, body, link)
	SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[])
)
UPDATE ledger_head SET size = CASE WHEN size = $8 THEN $4::bigint END, root = $5, link = $6, edge = $7 WHERE id = 1`
)
