#!/bin/sh
# Makes sure that the browser tests find what they run: Chromium, Node, and the
# packages of test/browser. The tests never skip: without them they fail and
# say how to get them; this is the how.
set -eu
cd "$(dirname "$0")/browser"

chromium="${CASESTAT_CHROMIUM:-/usr/bin/chromium}"
node="${CASESTAT_NODE:-node}"

missing=
command -v "$chromium" >/dev/null 2>&1 || missing="$missing chromium"
command -v "$node" >/dev/null 2>&1 || missing="$missing nodejs"
command -v npm >/dev/null 2>&1 || missing="$missing npm"
if [ -n "$missing" ]; then
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
		echo "Missing:$missing. As root on Debian: apt-get install$missing; elsewhere install Chromium and Node 20 or later, and name them in CASESTAT_CHROMIUM and CASESTAT_NODE." >&2
		exit 1
	fi
	echo "Installing Debian's$missing" >&2
	export DEBIAN_FRONTEND=noninteractive
	# shellcheck disable=SC2086 # several names
	apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing fonts-liberation >&2
fi

# What the lock file names, and nothing that runs at installation.
if ! cmp -s package-lock.json node_modules/.casestat-lock.json 2>/dev/null; then
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
	cp package-lock.json node_modules/.casestat-lock.json
fi
