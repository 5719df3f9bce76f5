# make test    what a fresh machine needs to prove this tree: installs what is missing, then checks and tests everything
# make check   vet, formatting, static analysis
# make help    the other targets

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

FUZZTIME ?= 60s
FUZZINPUTS ?=
FUZZRECORD ?=
FUZZGOAL ?=
CYCLES ?= 500
BENCH ?= .
COUNT ?= 1000
SEED ?= 1
SEEDS ?= 2000
SAMPLES ?= 50000
HOURS ?= 1
ACCOUNTS ?= soak.jsonl
TEST_TIMEOUT ?= 20m
COMMIT ?= $(shell git describe --always --dirty --exclude '*' --abbrev=12 2>/dev/null)

tool := go tool -modfile=.tools/go.mod
go_files = $$(git ls-files --cached --others --exclude-standard '*.go' | grep -v '\.gen\.go$$')

# How often each fault is played by "make faults" and in a round of "make soak".
FAULTS ?= -cycles 500 -cuts 200 -cuts-postgres 30 -stops 30 -failovers 10 -waits 100 -fills 10 -holds 3 -slows 5 -floods 1 -responses 500 -drains 50 -flips 250 -flips-postgres 100 -flips-published 12 -duplicates 100000 -operations 100000 -migrations 20 -drills 3 -rotations 10 -restarts 10

# Packages in which goroutines meet; they run under the race detector where there is a C compiler, which it needs.
racing := ./pkg/access ./pkg/desk ./pkg/intake ./pkg/jwks ./pkg/membership

.PHONY: help
help: ## this list
	@sed -nE 's/^([a-z0-9-]+):[^#]*## (.*)/\1 \2/p' $(MAKEFILE_LIST) | while read -r t about; do printf '%-13s %s\n' "$$t" "$$about"; done

.PHONY: test
test: tools check ## everything: what is needed, the checks, all tests (nothing is skipped)
	@if [ "$$(go env CGO_ENABLED)" = 1 ] && command -v "$$(go env CC)" >/dev/null; then race=-race; \
	else race=; echo 'No C compiler: the race detector is left out.'; fi; \
	others=$$(comm -23 <(go list ./... | sort) <(go list $(racing) | sort)); \
	go run ./test/tally -strict $$race -vet=off -count=1 -timeout $(TEST_TIMEOUT) $(racing) -- -vet=off -count=1 -timeout $(TEST_TIMEOUT) $$others \
	-- -tags browser -vet=off -count=1 -timeout 30m ./test/browser

.PHONY: tools
tools: ## the Go modules, and what the tests run (PostgreSQL, curl, glpsol, LibreOffice, R, Chromium) where it is missing
	@go mod download
	@test/install-tools.sh
	@test/install-glpk.sh
	@test/install-clients.sh
	@test/clients/pxweb_install.sh
	@test/install-browser.sh
	@test/faults/install.sh

.PHONY: test-browser
test-browser: ## the pages in a real browser alone
	@test/install-browser.sh
	@go test -tags browser -count=1 -v ./test/browser

.PHONY: test-clients
test-clients: ## the readers not ours alone
	@test/install-clients.sh
	@test/clients/pxweb_install.sh
	@go test -count=1 -v ./test/clients

.PHONY: test-security
test-security: ## tools that are not ours (sqlmap, slowhttptest, sslscan, gosec, gitleaks, redocly) against the program and its sources
	@test/install-security.sh
	@go test -tags security -p 1 -count=1 -v -timeout 120m ./test/security ./test/supply

.PHONY: check
check: vet format lint ## vet, formatting, static analysis

.PHONY: vet
vet:
	@go vet ./...

.PHONY: format
format:
	@unformatted=$$($(tool) gofumpt -l $(go_files)); \
	if [ -n "$$unformatted" ]; then echo "Not formatted (make fmt mends it):"; echo "$$unformatted"; exit 1; fi

.PHONY: lint
lint:
	@$(tool) staticcheck ./...

.PHONY: fmt
fmt: ## format the sources
	@$(tool) gofumpt -w $(go_files)

.PHONY: generate
generate: ## the Go of the contract, the generated tables of docs/ and the golden files
	@for pkg in $$(git grep -l 'flag.Bool("update"' -- '*_test.go' | xargs -n1 dirname | sort -u); do go test -count=1 "./$$pkg" -update; done
	@go generate ./... # last: the contract is among what was written

.PHONY: demo
demo: ## the slide of figures from invented records, on a database that needs no installation
	@go run ./cmd/casestat demo

.PHONY: bench
bench: tools ## every benchmark, one package after another, in one run (BENCH=regexp picks)
	@go test -p 1 -run '^$$' -bench '$(BENCH)' -benchmem -timeout 120m ./... | grep -v 'no test files'

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME each (60s), or FUZZINPUTS inputs each; FUZZRECORD adds up in a file, until it holds FUZZGOAL inputs
	@go run ./test/fuzzing -time $(FUZZTIME) $(if $(FUZZINPUTS),-inputs $(FUZZINPUTS)) $(if $(FUZZRECORD),-record '$(FUZZRECORD)') $(if $(FUZZGOAL),-goal $(FUZZGOAL)) ./...

.PHONY: fuzz-contract
fuzz-contract: ## COUNT (1000) requests from the contract to each operation, valid and wrong, and as many sequences against the model; SEED (1) picks which
	@go test ./test/contract -run '^TestContract_(EveryOperation|Sequences)$$' -count 1 -v -timeout 600m -args -requests $(COUNT) -seed $(SEED) -rapid.checks $(COUNT) \
	| grep -vE '^( *--- PASS|=== RUN) '

.PHONY: timing
timing: ## can secrets, clients or records be told apart by time? SAMPLES (50000) calls of each kind, Welch's t; on a quiet machine
	@go test -p 1 ./pkg/access ./pkg/server -run '^$$' -bench '^BenchmarkT36$$' -benchtime 1x -timeout 600m -args -samples $(SAMPLES)

.PHONY: faults
faults: tools simulate ## every goal of the short runs (docs/security-figures.md), in about an hour: simulation, faults against the real program, probes, forged tokens, tampering, canaries, times, floods, fuzzing
	@go test ./test/faults -run '^TestF' -count 1 -v -timeout 120m -args $(FAULTS)
	@go test ./pkg/server -run '^TestT2_G6' -count 1 -v -timeout 60m -args -probes 200000
	@go test ./pkg/access -run '^TestT8_g7' -count 1 -v -timeout 60m -args -mutations 100000
	@go test ./pkg/ledger -run '^TestT39' -count 1 -v
	@go test ./pkg/server ./pkg/store ./pkg/backup -run '^TestT3[25]' -count 1 -timeout 60m
	@go test ./test/contrasts -count 1
	@go test ./pkg/server -run '^TestG10' -count 1 -v -timeout 60m -args -overload 60s
	@$(MAKE) --no-print-directory timing
	@counted=$$(mktemp) && trap 'rm -f "$$counted"' EXIT && go run ./test/fuzzing -time 15s -record "$$counted" -goal 5000000 ./...

.PHONY: soak
soak: tools ## the same for HOURS (1), with other moments each round; adds up in the file ACCOUNTS (soak.jsonl) over as many runs as you like
	@touch '$(ACCOUNTS)'; until=$$(($$(date +%s) + $(HOURS) * 3600)); status=0; \
	while [ "$$(date +%s)" -lt "$$until" ]; do \
		go test ./test/faults -run '^TestF' -count 1 -v -timeout 600m -args $(FAULTS) -seed "$$(date +%s)" -record "$$(realpath '$(ACCOUNTS)')" || status=1; \
		go run ./test/faults/sum '$(ACCOUNTS)'; \
	done; exit $$status

.PHONY: simulate
simulate: ## the core over the real store from one seed, SEEDS (2000) of them from SEED (1) on: clock, faults and crashes beside a model; a failure prints how to play it again
	@go test ./test/simulation -run '^TestG16_Simulation$$' -count 1 -v -timeout 6000m -args -seeds $(SEEDS) -seed $(SEED) | grep -vE '^( *--- PASS|=== )'

.PHONY: kill9
kill9: tools ## kill the service under load, CYCLES (500) times on each database: nothing acknowledged may be lost or doubled
	@go test ./test/faults -run '^TestF1_Kill9$$' -count 1 -v -timeout 120m -args -cycles $(CYCLES)

.PHONY: build
build: ## the program: bin/casestat, byte for byte the same for everybody who builds this commit with the same Go
	@mkdir -p bin && CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags='-s -w -X main.commit=$(COMMIT)' -o bin/casestat ./cmd/casestat
	@sha256sum bin/casestat

.PHONY: sbom
sbom: build ## what the program is made of, with versions, hashes and licences: bin/casestat.cdx.json (CycloneDX)
	@go run ./test/supply/sbom bin/casestat >bin/casestat.cdx.json

.PHONY: clean
clean: ## what the targets above leave behind
	@rm -rf bin casestat casestat-data casestat-demo node_modules test/browser/node_modules
	@find . -name '*.test' -o -name '*.prof' | xargs -r rm -f
