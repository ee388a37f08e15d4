# Needs Python 3.10 or newer and make; all else is made in this folder or in your cache folder.
# Another Python: make PYTHON=python3.12 test

# The Python of the virtual environment where there is one: a bare `make` keeps to the version that was chosen first.
PYTHON ?= $(or $(wildcard .venv/bin/python),python3)
BIN := .venv/bin
# Runs a command with the virtual environment and the Pulumi CLI, and with Pulumi kept inside this folder.
RUN := $(PYTHON) tools/bootstrap.py run --
# Every Pulumi program is a `__main__`, and mypy can look at only one of that name at a time.
PROGRAMS := __main__.py $(patsubst %/,%,$(dir $(wildcard examples/*/__main__.py)))

.DEFAULT_GOAL := help
.PHONY: help setup venv demo demo-serve demo-destroy test test-quick test-long test-all coverage lint format bench clean

# More workers than cores: a test on the engine waits for a third of its time.
CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
WORKERS ?= $(shell expr 2 '*' $(CORES))
PYTEST := $(RUN) python -m pytest -q -n $(WORKERS) --maxprocesses 16 --dist loadgroup
LEVELS := unit process simulator cli engine browser examples resilience

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

setup: ## the virtual environment and the Pulumi CLI (done by the others too)
	@$(PYTHON) tools/bootstrap.py setup

venv: ## the virtual environment alone
	@$(PYTHON) tools/bootstrap.py venv

demo: setup ## a real `pulumi up` of the quickstart, on a Weld that runs on this machine
	@$(RUN) python tools/demo.py up

demo-serve: setup ## keep the demo's Weld running, to look around in it
	@$(RUN) python tools/demo.py serve

demo-destroy: setup ## remove all that the demo made
	@$(RUN) python tools/demo.py destroy

test: setup ## lint, types and the tests that take seconds, side by side
	@$(MAKE) --no-print-directory -j 2 lint test-quick
	@echo "All passed. Left to \`make test-all\`: the tests marked long, which are variants, matrices and random programs."

test-quick: setup
	$(PYTEST) -m "not long"

test-long: setup
	$(PYTEST) -m long

test-all: test test-long coverage ## every test, the long matrices too (about half an hour on two cores), and coverage

# Of the levels below the engine, with the plugin processes of tests/process: measuring makes everything half as fast.
coverage: export COVERAGE_FILE := $(CURDIR)/.coverage-data/part
coverage: setup
	rm -rf .coverage-data
	$(subst -m pytest,-m coverage run -m pytest,$(PYTEST)) -m "not long" tests/unit tests/process tests/simulator tests/cli tests/resilience
	$(BIN)/coverage combine -q .coverage-data
	$(BIN)/coverage report

$(LEVELS:%=test-%): test-%: setup ## test-unit, test-engine, …: the quick tests of one folder of tests/
	$(PYTEST) -m "not long" tests/$*

lint: venv ## ruff, mypy and import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m tools.arguments --check
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy weld_pulumi tests tools
	@for program in $(PROGRAMS); do echo "$(BIN)/mypy $$program"; $(BIN)/mypy "$$program" || exit 1; done

format: venv ## bring the code into its form
	$(BIN)/python -m tools.arguments
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measure what the provider costs (tools/bench/README.md); results in bench-results/
	$(RUN) python -m tools.bench

clean: ## remove what was made here: environment, demo, caches (the Pulumi CLI in your cache folder stays)
	rm -rf .venv .coverage-data .pulumi-local Pulumi.demo.yaml build dist bench-results .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
