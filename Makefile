# Needs Python 3.10 or newer and make. Everything else is installed into this folder or your cache folder.
# To use another Python: make PYTHON=python3.12 test

# The Python of an existing virtual environment, so that `make` keeps the version that was chosen first.
PYTHON ?= $(or $(wildcard .venv/bin/python),python3)
BIN := .venv/bin
# Runs a command with the virtual environment and the Pulumi CLI; Pulumi keeps its files inside this folder.
RUN := $(PYTHON) tools/bootstrap.py run --
# Every Pulumi program is a module `__main__`, and mypy checks only one module of a name at a time.
PROGRAMS := __main__.py $(patsubst %/,%,$(dir $(wildcard examples/*/__main__.py examples/*/*/__main__.py templates/*/__main__.py)))

.DEFAULT_GOAL := help
.PHONY: help setup venv demo demo-serve demo-destroy test test-quick test-long test-all coverage lint format bench docs docs-serve release-check clean

# More workers than cores: a test on the engine spends a third of its time waiting.
CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
WORKERS ?= $(shell expr 2 '*' $(CORES))
PYTEST := $(RUN) python -m pytest -q -n $(WORKERS) --maxprocesses 16 --dist loadgroup
# Coverage is measured in the levels below the engine. Measuring doubles the time, so the random programs of
# tests/resilience are left out: they add 0.2 per cent.
MEASURED := unit process simulator cli
LEVELS := $(MEASURED) engine browser examples docs resilience

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

setup: ## create the virtual environment, get the Pulumi CLI (other targets do this too)
	@$(PYTHON) tools/bootstrap.py setup

venv: ## create the virtual environment only
	@$(PYTHON) tools/bootstrap.py venv

demo: setup ## run the quickstart with a real `pulumi up` against a simulated Weld
	@$(RUN) python tools/demo.py up

demo-serve: setup ## keep the demo's simulated Weld running, to look around in it
	@$(RUN) python tools/demo.py serve

demo-destroy: setup ## remove everything that the demo created
	@$(RUN) python tools/demo.py destroy

test: setup ## run lint and the quick tests in parallel
	@$(MAKE) --no-print-directory -j 2 lint test-quick
	@echo "All passed. \`make test-all\` also runs the tests marked long: variants, matrices and random programs."

test-quick: setup
	$(PYTEST) -m "not long"

test-long: setup
	$(PYTEST) -m long

test-all: setup ## run lint and every test, with coverage (about half an hour on two cores)
	@$(MAKE) --no-print-directory -j 2 lint coverage
	$(PYTEST) -m "not long" $(patsubst %,tests/%,$(filter-out $(MEASURED),$(LEVELS)))
	@$(MAKE) --no-print-directory test-long

# The plugin processes of tests/process are measured too.
coverage: export COVERAGE_FILE := $(CURDIR)/.coverage-data/part
coverage: setup ## run the quick tests below the engine and measure what they cover
	rm -rf .coverage-data
	$(subst -m pytest,-m coverage run -m pytest,$(PYTEST)) -m "not long" $(MEASURED:%=tests/%)
	$(BIN)/coverage combine -q .coverage-data
	$(BIN)/coverage report

$(LEVELS:%=test-%): test-%: setup ## test-unit, test-engine, …: run the quick tests of one folder of tests/
	$(PYTEST) -m "not long" tests/$*

# The workflow files of this repository, and those that users copy.
WORKFLOWS := $(wildcard .github/workflows/*.yml examples/*/.github/workflows/*.yml examples/*/variants/*/*.yml)

lint: venv ## run ruff, mypy, import-linter and zizmor, and check generated parts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m tools.arguments --check
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy weld_pulumi tests tools
	@for program in $(PROGRAMS); do echo "$(BIN)/mypy $$program"; $(BIN)/mypy "$$program" || exit 1; done
	$(BIN)/zizmor --offline --quiet --persona pedantic .github/dependabot.yml $(WORKFLOWS)
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS)
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/bug.yml .github/ISSUE_TEMPLATE/idea.yml

# Not part of `make lint`, since no package registry for Python has it: it is compiled the first time.
.PHONY: actionlint
actionlint: ## check the expressions in workflow files too (needs Go)
	go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 -shellcheck= -pyflakes= $(WORKFLOWS)

format: venv ## format the code, and write what follows from the schemas
	$(BIN)/python -m tools.arguments
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: venv ## build the documentation site into build/docs, without network; a warning is an error
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --fresh-env --quiet --doctree-dir build/doctrees docs build/docs
	@echo "The site is in build/docs; \`make docs-serve\` shows it."

docs-serve: docs ## build the documentation site, and serve it on http://127.0.0.1:8000
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory build/docs 8000

bench: setup ## measure the cost of the provider (tools/bench/README.md)
	$(RUN) python -m tools.bench

release-check: setup ## build the release twice, look into it, and try it in clean environments (tools/release)
	@$(RUN) python -m tools.release

clean: ## remove the virtual environment, the demo and caches (not the Pulumi CLI in your cache folder)
	rm -rf .venv .coverage-data .pulumi-local Pulumi.demo.yaml build dist bench-results .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
