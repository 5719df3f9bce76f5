-- +goose Up

-- A year whose records are over their time: nothing counts it any more, and its
-- records are being erased or are. SQLite cannot change a check, so the table is
-- made anew.
CREATE TABLE period_kept (
    year  INTEGER NOT NULL PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'correcting', 'erased'))
) STRICT, WITHOUT ROWID;

INSERT INTO period_kept (year, state) SELECT year, state FROM period;

DROP TABLE period;

ALTER TABLE period_kept RENAME TO period;
