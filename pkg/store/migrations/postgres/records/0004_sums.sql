-- +goose Up

-- Behind the answers of each record stand four bytes, a checksum of what it
-- counts as. Records from before have zeros there, which say that nobody knows.
-- The owner sees records only while row security does not bind it.
ALTER TABLE record NO FORCE ROW LEVEL SECURITY;
ALTER TABLE record_history NO FORCE ROW LEVEL SECURITY;
UPDATE record SET answers = answers || '\x00000000'::bytea WHERE answers IS NOT NULL;
UPDATE record_history SET answers = answers || '\x00000000'::bytea;
ALTER TABLE record FORCE ROW LEVEL SECURITY;
ALTER TABLE record_history FORCE ROW LEVEL SECURITY;
