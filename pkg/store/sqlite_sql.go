package store

// The SQL of SQLite's records and ledger. Every text is a constant; values
// are bound, never written into it.

const (
	headsStart = `WITH wanted (o, r) AS (VALUES `
	headsEnd   = `)
SELECT organisation, record_id, version, tag, day, withdrawn, year, codebook, answers
FROM wanted CROSS JOIN record ON organisation = o AND record_id = r`

	headsOf1  = headsStart + two1 + headsEnd
	headsOf5  = headsStart + two5 + headsEnd
	headsOf25 = headsStart + two25 + headsEnd
)

const (
	insertStart = `INSERT INTO record
(organisation, record_id, version, tag, day, withdrawn, year, codebook, answers) VALUES `

	insert1  = insertStart + record1
	insert5  = insertStart + record5
	insert25 = insertStart + record25
)

const (
	entriesStart = `INSERT INTO ledger_entries (idx, body, link) VALUES `

	entries1  = entriesStart + three1
	entries5  = entriesStart + three5
	entries25 = entriesStart + three25
)

const (
	keepVersion = `INSERT INTO record_history
(organisation, record_id, version, tag, day, year, codebook, answers)
SELECT organisation, record_id, version, tag, day, year, codebook, answers
FROM record WHERE organisation = ? AND record_id = ? AND withdrawn = 0`

	replaceVersion = `UPDATE record
SET version = ?, tag = ?, day = ?, year = ?, codebook = ?, answers = ?
WHERE organisation = ? AND record_id = ? AND withdrawn = 0 AND version < ?`

	yearsOf = `SELECT year FROM record WHERE organisation = ? AND record_id = ? AND withdrawn = 0
UNION SELECT year FROM record_history WHERE organisation = ? AND record_id = ?`

	eraseCurrent = `UPDATE record
SET version = ?, tag = ?, day = ?, withdrawn = 1, year = NULL, codebook = NULL, answers = NULL
WHERE organisation = ? AND record_id = ? AND withdrawn = 0 AND version < ?`

	eraseHistory = `DELETE FROM record_history WHERE organisation = ? AND record_id = ?`
)

// Placeholders of one, five and twenty-five rows. The space is needed: gorm
// takes bytes bound directly after a parenthesis for a list of numbers.
const (
	two1     = `( ?, ?)`
	two5     = two1 + `, ` + two1 + `, ` + two1 + `, ` + two1 + `, ` + two1
	two25    = two5 + `, ` + two5 + `, ` + two5 + `, ` + two5 + `, ` + two5
	three1   = `( ?, ?, ?)`
	three5   = three1 + `, ` + three1 + `, ` + three1 + `, ` + three1 + `, ` + three1
	three25  = three5 + `, ` + three5 + `, ` + three5 + `, ` + three5 + `, ` + three5
	record1  = `( ?, ?, ?, ?, ?, 0, ?, ?, ?)`
	record5  = record1 + `, ` + record1 + `, ` + record1 + `, ` + record1 + `, ` + record1
	record25 = record5 + `, ` + record5 + `, ` + record5 + `, ` + record5 + `, ` + record5
)
