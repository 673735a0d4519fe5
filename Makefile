# What people type. `make drill` shows everything on a fresh machine, `make test` proves it; both set up what is missing.
.POSIX:
.SUFFIXES:

SWIFT = swift
# One job a core is Swift's own choice; fewer on a shared machine: make JOBS=--jobs=1
JOBS =
LAB = /tmp/lifeboat-lab
BIN = .build/debug

.PHONY: build release drill test nightly format lint setup lab lab-down bench clean

build:
	$(SWIFT) build $(JOBS)

# One file that starts quickly and needs no Swift on the machine it runs on. It needs libyaml there; libcurl, libpq and
# ldns only for the steps that use them.
release: setup
	$(SWIFT) build $(JOBS) -c release -Xswiftc -static-stdlib --product lifeboat

drill: setup
	$(SWIFT) build $(JOBS) --product lifeboat
	$(SWIFT) build $(JOBS) --product lifeboat-lab
	Runbooks/drill $(BIN)

# Tests with real servers have the machine to themselves, one target after another; the rest runs together.
PURE_TESTS = '^(RunbookFormat|RunbookEngine|RunbookForecast|RunbookJournal|RunbookReport|RunbookSimulation|Tidy)Tests'
# Drills on a whole lab run apart from the other end-to-end tests: on a busy machine a drill loses more than its objective.
SERVER_TESTS = RunbookDriverTests RunbookActionsTests PostgresPluginTests DNSPluginTests HAProxyPluginTests \
  LabTests 'EndToEndTests\.(Failover|Site)Tests' '^EndToEndTests\.(?!(Failover|Site)Tests)'

test: setup lint
	$(SWIFT) build $(JOBS) --build-tests
	SWIFT='$(SWIFT)' Tests/run $(PURE_TESTS) $(SERVER_TESTS)

# A million simulated runs with faults by seed; `make test` makes two thousand of them.
nightly: setup
	$(SWIFT) build $(JOBS) --build-tests
	LIFEBOAT_SIMULATED_PLANS=50000 $(SWIFT) test --skip-build --filter '^RunbookSimulationTests'

format:
	$(SWIFT) format --in-place --recursive --parallel Sources Plugins Tests Package.swift

lint:
	$(SWIFT) format lint --strict --recursive --parallel Sources Plugins Tests Package.swift

setup:
	@.ci/setup

# Real servers to practise on; see `lifeboat-lab --help`.
lab:
	$(SWIFT) build $(JOBS) --product lifeboat-lab
	$(BIN)/lifeboat-lab up --dir $(LAB)

lab-down:
	$(BIN)/lifeboat-lab down --dir $(LAB)

bench: setup
	Benchmarks/run

clean:
	$(SWIFT) package clean
