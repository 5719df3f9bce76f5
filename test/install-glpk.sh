#!/bin/sh
# Makes sure that the tests find glpsol, an outside solver with which the
# auditor's bounds are compared. The suite never skips: without it a test fails
# and says how to get it; this is the how.
set -eu

command -v glpsol >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "glpsol is missing: installing Debian's glpk-utils" >&2
	export DEBIAN_FRONTEND=noninteractive
	{ apt-get update -qq && apt-get install -y -qq --no-install-recommends glpk-utils >&2; } || true
fi
command -v glpsol >/dev/null 2>&1 && exit 0
cat >&2 <<'MESSAGE'
glpsol (GLPK 4.65 or later) was not found, and could not be installed. Get it and try again:
  - as root on Debian or Ubuntu: apt-get install glpk-utils
  - elsewhere: install GLPK and put glpsol on the PATH
MESSAGE
exit 1
