# Needs Python 3.10 or newer and make. All else is installed into this folder or your cache folder.
# Another Python: make PYTHON=python3.12 test

# The Python of the virtual environment if there is one, so that `make` keeps the version that was chosen first.
PYTHON ?= $(or $(wildcard .venv/bin/python),python3)
BIN := .venv/bin
# Runs a command with the virtual environment and the Pulumi CLI, and with all files of Pulumi inside this folder.
RUN := $(PYTHON) tools/bootstrap.py run --
# Every Pulumi program is a `__main__`, and mypy checks only one module of a name at a time.
PROGRAMS := __main__.py $(patsubst %/,%,$(dir $(wildcard examples/*/__main__.py)))

.DEFAULT_GOAL := help
.PHONY: help setup venv demo demo-serve demo-destroy test test-quick test-long test-all coverage lint format bench clean

# More workers than cores, since a test on the engine waits for a third of its time.
CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
WORKERS ?= $(shell expr 2 '*' $(CORES))
PYTEST := $(RUN) python -m pytest -q -n $(WORKERS) --maxprocesses 16 --dist loadgroup
LEVELS := unit process simulator cli engine browser examples resilience

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

setup: ## install the virtual environment and the Pulumi CLI (other targets do so too)
	@$(PYTHON) tools/bootstrap.py setup

venv: ## install the virtual environment only
	@$(PYTHON) tools/bootstrap.py venv

demo: setup ## run a real `pulumi up` of the quickstart against a Weld on this machine
	@$(RUN) python tools/demo.py up

demo-serve: setup ## keep the Weld of the demo running, to look around in it
	@$(RUN) python tools/demo.py serve

demo-destroy: setup ## remove everything that the demo made
	@$(RUN) python tools/demo.py destroy

test: setup ## run linters, type checks and the quick tests in parallel
	@$(MAKE) --no-print-directory -j 2 lint test-quick
	@echo "All passed. \`make test-all\` also runs the tests marked long: variants, matrices and random programs."

test-quick: setup
	$(PYTEST) -m "not long"

test-long: setup
	$(PYTEST) -m long

test-all: test test-long coverage ## run all tests, also the long ones, and coverage (about half an hour on two cores)

# Only the levels below the engine, since measuring makes everything half as fast.
coverage: export COVERAGE_FILE := $(CURDIR)/.coverage-data/part
coverage: setup
	rm -rf .coverage-data
	$(subst -m pytest,-m coverage run -m pytest,$(PYTEST)) -m "not long" tests/unit tests/process tests/simulator tests/cli tests/resilience
	$(BIN)/coverage combine -q .coverage-data
	$(BIN)/coverage report

$(LEVELS:%=test-%): test-%: setup ## test-unit, test-engine, …: the quick tests of one folder of tests/
	$(PYTEST) -m "not long" tests/$*

lint: venv ## run ruff, mypy and import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m tools.arguments --check
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy weld_pulumi tests tools
	@for program in $(PROGRAMS); do echo "$(BIN)/mypy $$program"; $(BIN)/mypy "$$program" || exit 1; done

format: venv ## format the code
	$(BIN)/python -m tools.arguments
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measure what the provider costs (tools/bench/README.md); results in bench-results/
	$(RUN) python -m tools.bench

clean: ## remove environment, demo and caches from this folder (the Pulumi CLI in your cache folder stays)
	rm -rf .venv .coverage-data .pulumi-local Pulumi.demo.yaml build dist bench-results .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
