#!/bin/sh
# Makes sure that the security tests find the tools that they run: sqlmap,
# slowhttptest and sslscan from Debian, gosec and gitleaks from the Go module
# proxy, redocly from npm. The tests never skip: without them they fail and say
# how to get them; this is the how.
set -eu
cd "$(dirname "$0")/.."

gosec='github.com/securego/gosec/v2/cmd/gosec@v2.22.10'
gitleaks='github.com/zricethezav/gitleaks/v8@v8.30.1'
redocly='@redocly/cli@2.4.0'
folder="$PWD/.cache/security"

missing=
for program in sqlmap slowhttptest sslscan; do
	command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
command -v npm >/dev/null 2>&1 || missing="$missing nodejs npm"
if [ -n "$missing" ]; then
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
		echo "Missing:$missing. As root on Debian: apt-get install$missing; elsewhere install them and put them on the PATH." >&2
		exit 1
	fi
	echo "Installing Debian's$missing" >&2
	export DEBIAN_FRONTEND=noninteractive
	# shellcheck disable=SC2086 # several names
	apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >&2
fi

mkdir -p "$folder/bin"

# goTool installs a program from the Go module proxy unless that version is there.
goTool() {
	program="$folder/bin/$1" version="${2##*@}"
	go version -m "$program" 2>/dev/null | grep -qE "^[[:space:]]*mod[[:space:]].*[[:space:]]${version}([[:space:]]|\$)" || GOBIN="$folder/bin" go install "$2"
}
goTool gosec "$gosec"
goTool gitleaks "$gitleaks"
[ "$("$folder/node_modules/.bin/redocly" --version 2>/dev/null)" = "${redocly##*@}" ] ||
	npm install --prefix "$folder" --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error "$redocly" >&2
