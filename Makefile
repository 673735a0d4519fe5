# What people type. `make` alone builds; `make check` is what a change must pass.
.POSIX:
.SUFFIXES:

SWIFT = swift
# One job a core is Swift's own choice; fewer on a shared machine: make JOBS=--jobs=1
JOBS =
LAB = /tmp/lifeboat-lab

.PHONY: build release test check format lint setup lab lab-down clean

build:
	$(SWIFT) build $(JOBS)

release:
	$(SWIFT) build $(JOBS) -c release --product lifeboat

test:
	$(SWIFT) test $(JOBS)

check: lint
	$(SWIFT) build $(JOBS) --build-tests
	$(SWIFT) test $(JOBS) --skip-build

format:
	$(SWIFT) format --in-place --recursive --parallel Sources Plugins Tests Package.swift

lint:
	$(SWIFT) format lint --strict --recursive --parallel Sources Plugins Tests Package.swift

setup:
	.ci/setup

# Real servers to practise on; see `lifeboat-lab --help`.
lab:
	$(SWIFT) build $(JOBS) --product lifeboat-lab
	.build/debug/lifeboat-lab up --dir $(LAB)

lab-down:
	.build/debug/lifeboat-lab down --dir $(LAB)

clean:
	$(SWIFT) package clean
