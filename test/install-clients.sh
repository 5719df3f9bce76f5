#!/bin/sh
# Makes sure that the tests find the programs with which they read what is
# published, as those do who get it: python3 with pandas, node with
# jsonstat-toolkit, LibreOffice Calc, and poppler's pdfinfo and pdftotext. The
# suite never skips: without them its tests fail and say how to get them; this
# is the how.
#
# jsonstat-toolkit goes into .cache/clients, a folder of its own: npm takes away
# what else is in the folder that it installs into.
set -eu
cd "$(dirname "$0")/.."

toolkit_version='2.2.2'
folder='.cache/clients'

from_debian() {
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
	echo "Missing: installing Debian's $*" >&2
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >&2
}

have() { command -v "$1" >/dev/null 2>&1; }

# The python3 that is first on the PATH need not be the one that Debian's pandas
# belongs to; the tests look in both places.
have_pandas() {
	for python in python3 /usr/bin/python3; do
		"$python" -c 'import pandas' >/dev/null 2>&1 && return 0
	done
	return 1
}
have_poppler() { have pdfinfo && have pdftotext; }

have python3 || from_debian python3 || true
have_pandas || from_debian python3-pandas || true
have_poppler || from_debian poppler-utils || true
{ have node && have npm; } || from_debian nodejs npm || true
have soffice || from_debian libreoffice-calc || true

if have npm && [ ! -f "$folder/node_modules/jsonstat-toolkit/package.json" ]; then
	mkdir -p "$folder"
	npm install --prefix "$folder" --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error \
		"jsonstat-toolkit@$toolkit_version" >&2 || true
fi

have python3 && have_pandas && have_poppler && have node && have soffice && [ -f "$folder/node_modules/jsonstat-toolkit/package.json" ] && exit 0
cat >&2 <<'MESSAGE'
Not all programs were found with which the tests read what is published, and they could not be installed. Get them and try again:
  - as root on Debian or Ubuntu: apt-get install python3 python3-pandas nodejs npm libreoffice-calc poppler-utils
  - elsewhere: install Python 3.11 with pandas 1.5, Node.js 18, LibreOffice 7 and poppler 22 or later and put python3, node, soffice, pdfinfo and pdftotext on the PATH
  - npm install --prefix .cache/clients --no-save jsonstat-toolkit@2.2.2
MESSAGE
exit 1
