-- The roles and schemas of casestat, made once by a database superuser:
--
--     createdb casestat
--     psql --dbname=casestat --set=ON_ERROR_STOP=1 --file=roles.sql
--
-- Running it again changes nothing that is there; run it before migrating to a
-- version with more roles. The roles cannot log in. Make a login for
-- each process and put it into one of them; give no login two:
--
--     CREATE ROLE casestat_migrator   LOGIN PASSWORD '...' IN ROLE casestat_owner;
--     CREATE ROLE casestat_serve      LOGIN PASSWORD '...' IN ROLE casestat_intake;
--     CREATE ROLE casestat_count      LOGIN PASSWORD '...' IN ROLE casestat_counter;
--     CREATE ROLE casestat_publish    LOGIN PASSWORD '...' IN ROLE casestat_publisher;
--     CREATE ROLE casestat_site       LOGIN PASSWORD '...' IN ROLE casestat_public;
--     CREATE ROLE casestat_copy       LOGIN PASSWORD '...' IN ROLE casestat_backup BYPASSRLS;
--
-- The last one reads everything and writes nothing. Its BYPASSRLS is what makes
-- a copy whole; the role itself cannot pass it on.
--
-- A login of the service that is a superuser, may bypass row security, or belongs to
-- casestat_owner is refused when the service starts.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['casestat_owner', 'casestat_intake', 'casestat_counter', 'casestat_public', 'casestat_publisher', 'casestat_backup'] LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', wanted);
        END IF;
    END LOOP;
END
$$;

COMMENT ON ROLE casestat_owner IS 'casestat: owns the tables; for migrations alone';
COMMENT ON ROLE casestat_intake IS 'casestat: takes records in, under row level security, and keeps drafts';
COMMENT ON ROLE casestat_counter IS 'casestat: reads records of closed periods, without which ones they are';
COMMENT ON ROLE casestat_public IS 'casestat: reads releases, and has no way to the records';
COMMENT ON ROLE casestat_backup IS 'casestat: reads everything, for copies';
COMMENT ON ROLE casestat_publisher IS 'casestat: adds releases, changes none, and has no way to the records';

-- Nobody gets in who was not let in.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO casestat_owner, casestat_intake, casestat_counter, casestat_public, '
        'casestat_publisher, casestat_backup', current_database());
END
$$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- An acknowledged record is on disk, and no value of one is in the server's
-- log: a statement's parameters and a broken constraint's detail would hold it.
DO $$
DECLARE
    safe text;
BEGIN
    FOREACH safe IN ARRAY ARRAY[
        'synchronous_commit = on', 'log_parameter_max_length = 0', 'log_parameter_max_length_on_error = 0',
        'log_statement = none', 'log_error_verbosity = terse'] LOOP
        EXECUTE format('ALTER DATABASE %I SET %s', current_database(), safe);
    END LOOP;
END
$$;

-- What came in and what went out have nothing in common but the database.
CREATE SCHEMA IF NOT EXISTS records AUTHORIZATION casestat_owner;
CREATE SCHEMA IF NOT EXISTS releases AUTHORIZATION casestat_owner;
REVOKE ALL ON SCHEMA records, releases FROM PUBLIC;
GRANT USAGE ON SCHEMA records TO casestat_intake, casestat_counter;
GRANT USAGE ON SCHEMA releases TO casestat_public, casestat_publisher;

-- Copies are of all tables, of those that are there and of those to come.
GRANT USAGE ON SCHEMA records, releases TO casestat_backup;
GRANT SELECT ON ALL TABLES IN SCHEMA records, releases TO casestat_backup;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA records, releases TO casestat_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE casestat_owner IN SCHEMA records, releases GRANT SELECT ON TABLES TO casestat_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE casestat_owner IN SCHEMA records, releases GRANT SELECT ON SEQUENCES TO casestat_backup;
