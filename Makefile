# Three commands matter: `make demo`, `make test`, and `make quick` while you work. Each sets up what it needs, and announces each step.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help venv debian machine testing check quick test long slow models collections versions site demo bench chaos team clean
BIN := .venv/bin

help:  ## show this help
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 14

venv:  ## make .venv with the locked packages and orch itself
	@setup/venv.sh

debian:  ## install the missing Debian packages of setup/debian-packages.txt
	@setup/debian.sh

machine: venv  ## set up what real hosts on this machine need, or say what is missing
	@setup/machine.sh

# Servers that tests start (make test), and what only make slow and make models need, are no part of what a demonstration installs.
testing: venv  ## the same, and install the Debian packages that only tests need
	@setup/machine.sh --tests --models

check: venv  ## run ruff, mypy and the import contracts
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

# The tests that find most in the least time: no sleeps, no hosts, no Ansible.
QUICK := tests/architecture tests/domain tests/engine tests/journals tests/policy tests/adapters/report
quick: check  ## run the checks and the fast tests: under 90 seconds on two cores
	@$(BIN)/python -m pytest -q -m "not slow and not long" -n 2 --dist worksteal $(QUICK)

# Without real hosts the other tests still run; in CI that would hide the half that matters.
# The checks use one core, and a fresh machine needs half a minute to set up hosts: both at once.
test: venv  ## set up, then run all checks and tests except the long and the slow ones
	@setup/machine.sh --tests & hosts=$$!; checked=0; \
	$(BIN)/python setup/versions.py --slice & others=$$!; \
	$(MAKE) --no-print-directory check || checked=$$?; \
	wait $$others || true; \
	wait $$hosts || [ "$${CI:-}" != true ]; \
	exit $$checked
	@$(BIN)/python -m pytest -m "not slow and not long" -n 4 --dist loadfile --no-loadscope-reorder --durations=15 --durations-min=1

long: venv  ## run the tests that take whole deployments or many kills, as CI does after make test
	@setup/machine.sh --tests || [ "$${CI:-}" != true ]
	@$(BIN)/python -m pytest -m "long and not slow" -n 4 --dist loadfile --no-loadscope-reorder --durations=15 --durations-min=1

# Series of ansible-core that no Python of this machine fits are named and left out: make versions VERSIONS="2.16 2.21".
VERSIONS ?=
versions: testing  ## run suites of runs and inspections under each series of ansible-core from 2.16 to 2.22
	@$(BIN)/python setup/versions.py $(VERSIONS) || true
	@$(BIN)/python -m tests.versions $(VERSIONS)

site: venv  ## build the pages of docs/ as a site in site/, and check its links
	@setup/site.sh

# On hosts of its own, one example after the other: some three minutes each.
models: testing  ## deploy, break, back out and rehearse the example of each model on real hosts
	@$(BIN)/python -m pytest tests/models --durations=10 --durations-min=1

collections: venv  ## make .venv-collections, with the connections and lookups that tests of hosts without ssh use
	@$(BIN)/python setup/community.py

slow: venv  ## run the slow tests that make test skips: each task of the example, the lab at size, runs in containers
	@setup/machine.sh --tests --models || [ "$${CI:-}" != true ]
	@$(BIN)/python setup/community.py || [ "$${CI:-}" != true ]
	@$(BIN)/python -m pytest -m slow --ignore tests/models --durations=15 --durations-min=1

# A night's run: make chaos SEEDS=100000 KILLS=2000 REAL=150
SEEDS ?= 20000
KILLS ?= 500
REAL ?= 30
SEED ?= 0
chaos: machine  ## inject thousands of faults, simulated and real; SEEDS=, KILLS=, REAL= say how many, SEED= the first
	@$(BIN)/python -m tests.chaos all --seeds $(SEEDS) --count $(KILLS) --rollouts $(REAL) --seed $(SEED) --json chaos.json

RUNS ?= 48
team: testing  ## kill, freeze and cut off the parts of a team while they deploy; RUNS= says how many deployments, SEED= the first round
	@$(BIN)/python -m tests.chaos team --runs $(RUNS) --seed $(SEED) --json team.json

demo: machine  ## show a good release, a bad one that is backed out, and both records, on real hosts
	@$(BIN)/orch demo

# Long: about an hour. BENCH names parts and options, such as BENCH="reaction" or BENCH="compare --rounds 1 --hosts 3".
bench: machine  ## compare orch with bare Ansible, mitogen, pyinfra and plain ssh on lab hosts; see docs/bench.md
	@setup/bench.sh
	@$(BIN)/python -m bench $(BENCH)

clean:  ## remove .venv and caches
	@rm -rf .venv .venv-bench .venv-versions .venv-collections .venv-site site .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
