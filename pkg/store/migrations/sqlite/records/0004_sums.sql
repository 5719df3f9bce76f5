-- +goose Up

-- Behind the answers of each record stand four bytes, a checksum of what it
-- counts as. Records from before have zeros there, which say that nobody knows.
UPDATE record SET answers = CAST(answers || x'00000000' AS BLOB) WHERE answers IS NOT NULL;
UPDATE record_history SET answers = CAST(answers || x'00000000' AS BLOB);
