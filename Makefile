# Three commands matter: `make demo`, `make test`, and `make quick` while you work. Each does its own set-up and says what it does before it does it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help venv debian machine check quick test slow demo bench chaos clean
BIN := .venv/bin

help:  ## these lines
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 14

venv:  ## .venv with the locked packages and orch itself
	@setup/venv.sh

debian:  ## the Debian packages of setup/debian-packages.txt that are missing
	@setup/debian.sh

machine: venv  ## what real hosts on this machine need; says what is missing
	@setup/machine.sh

check: venv  ## ruff, mypy and the import contracts
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

# The tests that need least for what they find; no sleeps, no hosts, no Ansible.
QUICK := tests/architecture tests/domain tests/engine tests/journals tests/policy tests/adapters/report
quick: check  ## check, then the fast tests: under 90 seconds on two cores
	@$(BIN)/python -m pytest -q -m "not slow" -n 2 --dist worksteal $(QUICK)

# Without real hosts the other tests still run; in CI that would hide the half that matters.
test: venv  ## everything: set-up, check, then the tests
	@setup/machine.sh || [ "$${CI:-}" != true ]
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest -m "not slow" -n 3 --dist loadfile --no-loadscope-reorder --durations=15 --durations-min=1

slow: venv  ## the tests that take minutes and that make test leaves out: each task of the example, the lab at size
	@setup/machine.sh || [ "$${CI:-}" != true ]
	@$(BIN)/python -m pytest -m slow --durations=15 --durations-min=1

# A night's run: make chaos SEEDS=100000 KILLS=2000 REAL=150
SEEDS ?= 20000
KILLS ?= 500
REAL ?= 30
SEED ?= 0
chaos: machine  ## faults by the thousand, simulated and real, with tables; SEEDS=, KILLS=, REAL=, SEED= say how many
	@$(BIN)/python -m tests.chaos all --seeds $(SEEDS) --count $(KILLS) --rollouts $(REAL) --seed $(SEED) --json chaos.json

demo: machine  ## real hosts, a good release, a bad one backed out, both records
	@setup/demo.sh

# Long: about an hour. BENCH names parts and options, such as BENCH="reaction" or BENCH="compare --rounds 1 --hosts 3".
bench: machine  ## orch beside bare Ansible, mitogen, pyinfra and plain ssh, on lab hosts; see docs/bench.md
	@setup/bench.sh
	@$(BIN)/python -m bench $(BENCH)

clean:  ## removes .venv and caches
	@rm -rf .venv .venv-bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
