#!/bin/sh
# Makes the logins of compose.yaml, each in one role of postgres/roles.sql. The
# PostgreSQL container runs this once, when its data folder is empty.
set -eu

login() { # NAME ROLE
	# The password travels by standard input, so that no list of processes shows it.
	{
		printf '\\set password %s\n' "$(cat "${SECRETS:-/run/secrets}/${1#casestat_}.password")"
		printf 'CREATE ROLE %s LOGIN PASSWORD :%s IN ROLE %s;\n' "$1" "'password'" "$2"
	} | psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB"
}

login casestat_migrate casestat_owner
login casestat_serve casestat_intake
login casestat_count casestat_counter
login casestat_publish casestat_publisher
login casestat_site casestat_public
