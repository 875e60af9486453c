# Every target works on a fresh clone: what is missing is installed under target/
# or by rustup, or named together with the command that installs it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

WASM_TARGET := wasm32-wasip2
WASM_DIR := target/$(WASM_TARGET)/release
HANDSPUN := target/release/handspun
# The same, for a server.
DIST := target/dist/release/handspun

HURL_VERSION := 8.0.1
HURL := target/tools/hurl-$(HURL_VERSION)/bin/hurl

WASMTIME_VERSION := 48.0.8
WASMTIME := target/tools/wasmtime-$(WASMTIME_VERSION)/bin/wasmtime

# Flask to compare with, and what drives a browser, each in an environment of its own.
PARITY := target/parity-venv
BROWSER := target/browser-venv
BENCH := target/bench-venv

# Functions and the guests of the host's tests: all that is not native.
GUESTS := $(notdir $(patsubst %/Cargo.toml,%,$(wildcard \
	functions/*/Cargo.toml crates/host/tests/guests/*/Cargo.toml)))

# The release profile is made for wasm. The native build goes without LTO over all crates (`false` keeps the one within
# each crate, which `off` would not).
NATIVE := CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16

# In CI the lock file is right or the build fails; elsewhere a new function, say,
# gets its line in it.
LOCKED := $(if $(CI),--locked)

.PHONY: help up dev proxy new build functions host dist test test-rust test-one test-hurl test-docs test-new test-parity \
	test-interop test-proxies deploy-check test-spin test-browser test-firefox parity bench lint fmt clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

up: build secret-key ## build all and serve http://127.0.0.1:3000
	$(HANDSPUN) up

proxy: build forward-token ## build all and serve the forward proxy, http://127.0.0.1:8080
	$(HANDSPUN) up --from forward-proxy.toml --runtime-config-file forward-proxy.runtime.toml --listen 127.0.0.1:8080

dev: build secret-key ## the same while you work: build again what you change, and serve it at once
	$(HANDSPUN) watch

# Only a NAME on make's command line counts: `NAME` may be set in the environment, to the host's name for example.
new: export FUNCTION = $(if $(filter command,$(origin NAME)),$(NAME))
new: ## make a function, with its route and tests: make new NAME=hello
	@templates/new "$$FUNCTION"

# What sessions are signed with, and what the forward proxy wants from its clients: made once, kept from
# others, read by the runtime as by Spin. A value in the environment takes precedence.
.PHONY: secret-key forward-token
secret-key: secret = SECRET_KEY
forward-token: secret = FORWARD_TOKEN
secret-key forward-token:
	@grep -qs '^SPIN_VARIABLE_$(secret)=' .env || { \
		umask 077; \
		value=$$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n'); \
		echo "SPIN_VARIABLE_$(secret)=$$value" >> .env; \
		chmod 600 .env; \
		echo "Wrote a new SPIN_VARIABLE_$(secret) to .env"; \
	}

build: functions host ## build the components and the program handspun

functions: target-installed
	cargo build $(LOCKED) --release --target $(WASM_TARGET) $(addprefix -p ,$(GUESTS))

host: cc-installed
	$(NATIVE) cargo build $(LOCKED) --release -p handspun

# LTO over all crates and one codegen unit: a seventh to a fifth less computing for a request, and some minutes more to
# build it, each time.
dist: functions cc-installed ## build the components, and the program for a server: target/dist/release/handspun
	cargo build $(LOCKED) --release --target-dir target/dist -p handspun

test: test-rust test-hurl test-docs test-new test-parity test-interop test-proxies deploy-check test-browser ## build and run all tests

# More than there are cores, as many of the host's tests wait.
HOST_TEST_THREADS := 4

# The guests are built first, so that the tests find them fresh. The host's tests are on their own: together with kit's
# features, cargo would build a second wasmtime. Its unit tests are a second build of the whole crate, so that one is not
# optimized.
test-rust: functions cc-installed
	$(NATIVE) cargo test $(LOCKED) --release -p handspun --lib --config profile.release.package.handspun.opt-level=0
	$(NATIVE) cargo test $(LOCKED) --release -p handspun --test integration -- --test-threads=$(HOST_TEST_THREADS)
	$(NATIVE) cargo test $(LOCKED) --release -p handspun --doc
	$(NATIVE) cargo test $(LOCKED) --release --workspace --exclude handspun --exclude bench-bare --exclude bench-native \
		--features flask-formats/password,flask-formats/session
	cargo publish --quiet --dry-run --allow-dirty -p flask-formats
	cargo publish --quiet --dry-run --allow-dirty --no-verify -p handspun

test-one: cc-installed ## run the Rust tests with NAME in their name: make test-one PACKAGE=words NAME=search
	$(NATIVE) cargo test $(LOCKED) --release -p $(PACKAGE) -- $(if $(filter command,$(origin NAME)),$(NAME))

test-hurl: build $(HURL)
	tests/run-hurl $(HANDSPUN) $(HURL)

# The commands of README.md and docs/*.md, and what they print.
test-docs: build
	@tests/need-packages docs
	python3 -B tests/docs/test_docs.py
	HANDSPUN=$(HANDSPUN) python3 -B tests/docs/run
	$(NATIVE) python3 -B tests/docs/application

# What `make new` makes: built and tested in a copy of this folder, with the same target/.
test-new: build $(HURL) $(PARITY)
	HANDSPUN=$(HANDSPUN) HURL=$(HURL) $(PARITY)/bin/python -B -m pytest tests/new

# -B: no compiled Python among the sources.
pytest = HANDSPUN=$(HANDSPUN) target/$1-venv/bin/python -B -m pytest tests/$1

test-parity: build test-client $(PARITY)
	env -u PARITY_SEED $(call pytest,parity)

# Our sessions and passwords with those of Flask and Werkzeug, through the examples of formats.
test-interop: cc-installed $(PARITY)
	$(NATIVE) cargo build $(LOCKED) --release -p flask-formats --examples --all-features
	$(PARITY)/bin/python -B -m pytest tests/interop

# The proxies between real clients and real servers, nginx among them.
test-proxies: build $(PARITY)
	@tests/need-packages proxies
	HANDSPUN=$(HANDSPUN) $(PARITY)/bin/python -B -m pytest tests/proxies

# What is in deploy/: manifests, runtime configurations, the unit of systemd, and nginx in front.
deploy-check: build akamai.toml ## check that what deploy/ has fits the application
	@tests/need-packages deploy
	HANDSPUN=$(HANDSPUN) python3 -B tests/deploy/test_deploy.py

# The manifest without what Akamai Functions lacks.
akamai.toml: spin.toml deploy/manifest
	deploy/manifest akamai > $@

# Not a part of `make test`, as no package registry has spin.
test-spin: spin-installed functions $(HURL) ## run the hurl files and a stress of uploads under Spin
	@tests/need-packages docs
	tests/run-hurl "$$(command -v spin)" $(HURL)
	HANDSPUN="$$(command -v spin)" python3 -B tests/spin/uploads.py

# The host's test client, as a program for the parity suite.
.PHONY: test-client
test-client: cc-installed
	$(NATIVE) cargo build $(LOCKED) --release -p handspun --example client

parity: build test-client $(PARITY) ## compare with real Flask, with fresh cases or those of PARITY_SEED=N
	PARITY_SEED=$(or $(PARITY_SEED),fresh) $(call pytest,parity)

# Without the browsers, and where they cannot be installed, this is skipped; in CI that is an error.
test-browser: build
	@if tests/need-packages browser; then \
		$(MAKE) run-test-browser; \
	elif [ -n "$(CI)" ]; then \
		exit 1; \
	else \
		echo "skipped: the tests in a browser"; \
	fi

# Each worker has a browser and a server of its own, so there is one for each core.
.PHONY: run-test-browser
run-test-browser: $(BROWSER)
	$(call pytest,browser) -n auto --maxprocesses 4

# Not a part of `make test` yet: on a busy machine Playwright now and then loses a navigation of Firefox's.
test-firefox: build $(BROWSER) ## run some of the browser tests in Firefox
	tests/need-packages firefox
	$(call pytest,browser) -n auto --maxprocesses 4 --engine firefox -m smoke

# How often it is measured: `make bench ROUNDS=1` takes five minutes.
ROUNDS := 3

bench: dist bench-peers test-client ## compare with Flask, a native server and wasmtime: make bench ROUNDS=1
	status=0; \
	run() { HANDSPUN=$(DIST) WASMTIME=$(WASMTIME) $(BENCH)/bin/python -B -m "$$@" || status=1; }; \
	run bench.compare --rounds $(ROUNDS) --out bench/results; \
	run bench.growth.logins --rounds $$((10 * $(ROUNDS))) --out bench/results/logins.md; \
	run bench.growth.uploads --rounds $$((30 * $(ROUNDS))) --out bench/results/uploads.md; \
	run bench.growth.words --rounds $$((20 * $(ROUNDS))) --out bench/results/words.md; \
	run bench.proxies --rounds $(ROUNDS) --out bench/results/proxies.md; \
	run bench.test_client --rounds $(ROUNDS) --out bench/results/test_client.md; \
	exit $$status

.PHONY: bench-peers
bench-peers: cc-installed target-installed $(BENCH) $(WASMTIME)
	@tests/need-packages bench
	$(NATIVE) cargo build $(LOCKED) --release -p bench-native
	cargo build $(LOCKED) --release --target $(WASM_TARGET) -p bench-bare

lint: cc-installed ## check format, clippy and the documents, in both languages
	@tests/need-packages docs
	python3 -B tests/docs/same
	git ls-files '*.py' | xargs python3 -B -c 'import ast, sys; [ast.parse(open(f, "rb").read(), f) for f in sys.argv[1:]]'
	cargo fmt --all --check
	$(NATIVE) cargo clippy $(LOCKED) --release --workspace --all-targets -- -D warnings
	$(NATIVE) RUSTDOCFLAGS="-D warnings" cargo doc $(LOCKED) --release --no-deps -p kit -p site -p handspun \
		-p flask-formats --features flask-formats/password,flask-formats/session,kit/testing

fmt: ## format the code
	cargo fmt --all

clean: ## delete what was built, tools included
	cargo clean

# --- What the targets above need ---------------------------------------------

.PHONY: target-installed cc-installed spin-installed

target-installed:
	@rustc --print target-libdir --target $(WASM_TARGET) | xargs test -d \
		|| rustup target add $(WASM_TARGET) \
		|| { echo "Missing: Rust's target $(WASM_TARGET). Install it with: rustup target add $(WASM_TARGET)" >&2; exit 1; }

cc-installed:
	@command -v cc >/dev/null \
		|| { echo "Missing: a C compiler. Install one, on Debian with: apt-get install gcc" >&2; exit 1; }

spin-installed:
	@version=$$({ spin --version 2>/dev/null || true; } | sed -n 's/^spin \([0-9.]*\).*/\1/p'); \
	[ -n "$$version" ] && [ "$$(printf '%s\n' 4.1 "$$version" | sort -V | head -n 1)" = 4.1 ] || { \
		echo "Missing: the program spin, 4.1 or newer$${version:+, not $$version}. https://spinframework.dev/install says how to install it." >&2; \
		exit 1; \
	}

$(HURL): | hurl-libraries
	cargo install --locked hurl --version $(HURL_VERSION) \
		--root $(dir $(patsubst %/,%,$(dir $@))) --target-dir target/tools/build
	rm -rf target/tools/build

# What of it serves components.
$(WASMTIME): | cc-installed
	cargo install --locked wasmtime-cli --version $(WASMTIME_VERSION) --no-default-features \
		--features run,serve,component-model,component-model-async,cranelift,pooling-allocator,parallel-compilation,cache \
		--root $(dir $(patsubst %/,%,$(dir $@))) --target-dir target/tools/build
	rm -rf target/tools/build

# hurl speaks HTTP through libcurl and reads HTML with libxml2.
.PHONY: hurl-libraries
hurl-libraries:
	@tests/need-packages hurl

# Made anew when the requirements change.
$(PARITY) $(BROWSER): target/%-venv: tests/%/requirements.txt
$(BENCH): target/%-venv: %/requirements.txt
$(PARITY) $(BROWSER) $(BENCH):
	@tests/need-packages python
	rm -rf $@
	python3 -m venv $@
	$@/bin/pip install --quiet --disable-pip-version-check -r $< || { rm -rf $@; exit 1; }
	touch $@
