#!/bin/sh
# Makes sure that the tests find the programs with which statisticians and data
# portals read the service: R with httr and jsonlite, and for node the parsers
# of RDF. python3, node and jsonstat-toolkit are install-clients.sh's.
set -eu
cd "$(dirname "$0")/../.."

folder='.cache/clients-rdf'
rdfxml='rdfxml-streaming-parser'
rdfxml_version='3.3.0'
jsonld_version='9.0.0'

have_r() { command -v Rscript >/dev/null 2>&1 && Rscript -e 'stopifnot(requireNamespace("httr"), requireNamespace("jsonlite"))' >/dev/null 2>&1; }
have_rdf() { [ -f "$folder/node_modules/$rdfxml/package.json" ] && [ -f "$folder/node_modules/jsonld/package.json" ]; }

if ! have_r && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "Missing: installing Debian's R" >&2
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq && apt-get install -y -qq --no-install-recommends r-base-core r-cran-httr r-cran-jsonlite >&2 || true
fi
if ! have_rdf && command -v npm >/dev/null 2>&1; then
	mkdir -p "$folder"
	npm install --prefix "$folder" --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error \
		"$rdfxml@$rdfxml_version" "jsonld@$jsonld_version" >&2 || true
fi

have_r && have_rdf && exit 0
cat >&2 <<'MESSAGE'
Not all programs were found with which statisticians and data portals read the service, and they could not be installed. Get them and try again:
  - as root on Debian or Ubuntu: apt-get install r-base-core r-cran-httr r-cran-jsonlite
  - elsewhere: install R 4.2 or later, and in R: install.packages(c("httr", "jsonlite"))
  - npm install --prefix .cache/clients-rdf --no-save rdfxml-streaming-parser@3.3.0 jsonld@9.0.0
MESSAGE
exit 1
