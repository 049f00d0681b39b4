# Two commands for everybody, `make demo` and `make test`; the rest is for those who work on Flywheel.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.NOTPARALLEL:

# Where cargo builds, and the binary that comes out of it.
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
BIN := $(TARGET)/debug/flywheel

# Real data for the tests and benchmarks, where it lies beside the repository.
ifeq ($(origin FLYWHEEL_DATA),undefined)
  FLYWHEEL_DATA := $(if $(wildcard ../shared/data),$(abspath ../shared/data))
endif

ifneq ($(FLYWHEEL_DATA),)
test bench soak: export FLYWHEEL_DATA := $(FLYWHEEL_DATA)
endif

# The demo's dials: make demo PORT=9000 BROWSER=no, or ARGS="--port 9000 --no-browser".
PORT ?=
BROWSER ?=
ARGS ?=
DEMO_ARGS := $(if $(PORT),--port $(PORT)) $(if $(filter no false 0,$(BROWSER)),--no-browser) $(ARGS)

# The engine of the page; without it the binary says how to build the page.
NODE := $(shell command -v npm 2>/dev/null)
NPM := npm --no-audit --no-fund --no-update-notifier --loglevel=error
PAGE_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print 2>/dev/null)

# Cargo shows its progress to a person and keeps quiet in a log.
QUIET := $(shell test -t 2 || echo --quiet)

say = @printf '\n\033[1m== %s\033[0m\n' "$(1)"

.PHONY: help demo clean-demo build test test-tools test-code test-page bench soak fuzz lint check-gpu

help: ## lists what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

demo: build ## builds everything, trains a digit reader, deploys it and serves the page
	$(call say,The demo; stop it with Ctrl-C and start it again as you like)
	@"$(BIN)" demo $(DEMO_ARGS)

clean-demo: ## throws the demo's project away
	rm -rf flywheel-demo

# The page mostly waits for the network, so it is built beside the binary; the second call puts it in.
build: $(if $(NODE),,no-node)
	$(call say,The page and the binary; the first build takes a while)
	@mkdir -p "$(TARGET)"; $(MAKE) --no-print-directory page >"$(TARGET)/page.log" 2>&1 & page=$$!; \
	cargo build $(QUIET) --package flywheel-cli --bin flywheel; \
	wait $$page || { cat "$(TARGET)/page.log"; exit 1; }; \
	cargo build $(QUIET) --package flywheel-cli --bin flywheel

.PHONY: page
page: $(if $(NODE),web/dist/index.html)

.PHONY: no-node
no-node:
	$(call say,Node is not installed: the binary is built without the page, and says so when it serves)

web/node_modules/.package-lock.json: web/package-lock.json
	$(call say,The page's packages)
	@cd web && $(NPM) ci
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(PAGE_SOURCES)
	$(call say,The page)
	@cd web && $(NPM) run --silent build
	@touch $@

# Random cases are the same in every run of the tests; `make soak` draws new ones.
test: export PROPTEST_RNG_SEED ?= 20260101
test: export FLYWHEEL_BIN := $(BIN)
test: export FLYWHEEL_PYTHON := $(abspath .venv/bin/python)
test: export FLYWHEEL_MINILM := $(abspath .venv/encoder/minilm)
test: test-tools build test-code test-page ## installs what the tests need and is missing, and runs all of them
	$(call say,All tests passed)

test-tools:
	$(call say,What the tests need)
	@e2e/prepare.sh
ifeq ($(FLYWHEEL_DATA),)
	@echo "FLYWHEEL_DATA is not set and ../shared/data is absent: the tests on real data say that they are left out"
else
	@echo "real data: $(FLYWHEEL_DATA)"
endif

# nextest runs tests side by side; without it cargo's own runner does the same work.
test-code: build
	$(call say,Formatting)
	@cargo fmt --all --check
	$(call say,Tests in Rust and on the built binary)
	@if command -v cargo-nextest >/dev/null; then \
		cargo nextest run --workspace --no-fail-fast --cargo-quiet --status-level slow --final-status-level fail; \
		cargo test --workspace --doc --quiet; \
	else \
		cargo test --workspace --quiet --no-fail-fast; \
	fi

test-page: build
	$(call say,Tests of the page's code)
	@cd web && $(NPM) run --silent typecheck && $(NPM) run --silent check-api && $(NPM) test --silent
	$(call say,Tests on the page in Chromium)
	@cd e2e/page && $(NPM) test --silent

bench: export FLYWHEEL_BIN := $(BIN)
bench: build ## measures against Keras and PyTorch, and writes benchmarks/RESULTS.md
	$(call say,The peers)
	@e2e/prepare.sh peers
	$(call say,The benchmarks)
	@python3 benchmarks/bench.py $(ARGS)

# The seeds are in the output of a failure and in proptest's own files; the counts are here.
soak: export FLYWHEEL_BIN := $(BIN)
soak: export FLYWHEEL_SOAK := 1
soak: export PROPTEST_CASES ?= 20000
soak: build fuzz ## the long counts: random cases, kills and fuzzing
	$(call say,$(PROPTEST_CASES) random cases of every property)
	@cargo test --workspace --quiet --no-fail-fast

# Needs a nightly compiler and cargo-fuzz, and is the only thing that does.
FUZZ_SECS ?= 600
fuzz:
	@for target in $$(sed -n 's/^name = "\([a-z_]*\)"/\1/p' fuzz/Cargo.toml); do \
		printf '\n\033[1m== Fuzzing %s for $(FUZZ_SECS) seconds\033[0m\n' "$$target"; \
		cargo +nightly fuzz run "$$target" -- -max_total_time=$(FUZZ_SECS) -verbosity=0; \
	done

# Advisories need a database from the network: `cargo deny check advisories` by hand.
lint: ## rustfmt, clippy and, where it is installed, cargo-deny
	$(call say,rustfmt)
	@cargo fmt --all --check
	$(call say,clippy)
	@cargo clippy --workspace --all-targets --quiet -- --deny warnings
	$(call say,cargo-deny)
	@if command -v cargo-deny >/dev/null; then cargo deny --log-level warn check bans licenses sources; \
	else echo "cargo-deny is not installed: cargo install cargo-deny --locked"; fi

# Burn's CUDA compiler downloads LLVM while it builds; checking needs none, and DOCS_RS leaves it out.
check-gpu: ## compiles the engine for graphics processors, in a target directory of its own
	$(call say,The engine with cuda and wgpu)
	@DOCS_RS=1 cargo check --package flywheel-learn --features cuda,wgpu --target-dir "$(TARGET)/gpu"
