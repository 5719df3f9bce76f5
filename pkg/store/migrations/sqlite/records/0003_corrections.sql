-- +goose Up

-- A closed year whose records are being corrected takes records again, and
-- nothing is counted of it: statements count closed years alone. SQLite cannot
-- change a check, so the table is made anew.
CREATE TABLE period_corrected (
    year  INTEGER NOT NULL PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'correcting'))
) STRICT, WITHOUT ROWID;

INSERT INTO period_corrected (year, state) SELECT year, state FROM period;

DROP TABLE period;

ALTER TABLE period_corrected RENAME TO period;
