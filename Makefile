# Everything starts here; a machine needs Python 3.11 or newer and make, nothing else.

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= 2
ARGS ?=

UV ?= $(shell command -v uv || echo $(BIN)/uv)
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header $(UPGRADE)
BUILD_REQUIRES = import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")

.DEFAULT_GOAL := help
.PHONY: help setup demo test bench check format coverage screenshots lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: $(READY) ## make .venv from the pinned requirements; quick when nothing has changed

demo: $(READY) ## show the whole mission on this machine (ARGS=--once ends after the tour, --story service-hall tells another)
	$(BIN)/authsvc demo $(ARGS)

test: $(READY) ## run every test (ARGS go to pytest, as in ARGS='-k ocsp')
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

bench: $(READY) ## measure beside the peers (ARGS="--quick --json FILE" takes five minutes)
	$(BIN)/python -m bench $(ARGS)

check: $(READY) ## formatting, lint, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_architecture.py

format: $(READY) ## put the formatting right, and what lint can mend by itself
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

coverage: $(READY) ## run every test and fail below the required branch coverage
	rm -f .coverage .coverage.*
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report= --cov-fail-under=0 $(ARGS)
	$(BIN)/coverage report

screenshots: $(READY) ## pictures of every page and view, in both languages, into screenshots/
	$(BIN)/python -m tests.journeys.screenshots $(ARGS)

lock: ## pin what pyproject.toml asks for anew (needs uv); UPGRADE=--upgrade takes newer versions
	@command -v $(UV) >/dev/null || { echo "uv is not here: install it, or say where: make lock UV=/path/to/uv"; exit 1; }
	$(COMPILE) --output-file requirements.txt pyproject.toml
	$(COMPILE) --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml
	$(COMPILE) --constraint requirements-dev.txt --output-file bench/requirements.txt bench/requirements.in
	$(PYTHON) -c '$(BUILD_REQUIRES)' | $(COMPILE) --constraint requirements-dev.txt --output-file requirements-build.txt -

$(READY): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "authsvc needs Python 3.11 or newer, and $(PYTHON) is `$(PYTHON) --version 2>/dev/null || echo missing`."; \
		echo "Name another one: make setup PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Setting up $(VENV) from the pinned requirements: half a minute the first time."
	@$(PYTHON) -m venv $(VENV) || { \
		echo "$(PYTHON) cannot make a virtual environment; on Debian its package python3-venv is missing."; exit 1; }
	@# The file names everything; pip 23 would look for newer versions of what carries an extra.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
