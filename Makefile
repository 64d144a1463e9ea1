# What can be done with this checkout; `make` alone lists it. See README for the two that matter first: run and test.
PYTHON ?= python3
PORT ?= 8000
KILLS ?= 100
DAYS ?= 20
FUZZ ?= 50
FOURS_HOME ?= $(CURDIR)/var
export FOURS_HOME PORT

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
FOURS := $(BIN)/fours

.DEFAULT_GOAL := help
.PHONY: help install dev run free-port test test-nobrowser reliability every-page lint screenshots lock clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | \
	while IFS='|' read -r name text; do printf '  make %-16s %s\n' "$$name" "$$text"; done

install: .venv/.run node_modules/.installed ## what running needs, into .venv and node_modules

dev: .venv/.dev node_modules/.installed ## what tests and checks need besides: pytest, ruff, mypy

run: free-port install ## database, demo data, server on PORT (8000), data in FOURS_HOME (var/)
	@echo "Preparing the database …"
	@$(FOURS) migrate --verbosity 0
	@$(FOURS) demo --if-empty
	@exec $(FOURS) serve --port $(PORT)

# Asked first: the first run takes minutes, and a taken port would be told at their end.
free-port:
	@$(PYTHON) -c 'import socket as s; p = s.socket(); p.setsockopt(s.SOL_SOCKET, s.SO_REUSEADDR, 1); p.bind(("127.0.0.1", $(PORT)))' 2>/dev/null \
	|| { echo "Port $(PORT) is taken or no port: choose another, make run PORT=8080" >&2; exit 1; }

test: .venv/.dev node_modules/.installed ## the whole suite, with PostgreSQL and Chromium
	@FOURS_CHROMIUM="$$(tools/chromium)" && export FOURS_CHROMIUM && $(BIN)/python -m pytest -n 2

test-nobrowser: .venv/.dev node_modules/.installed ## the suite without its browser tests
	@$(BIN)/python -m pytest -n 2 -m "not browser"

reliability: .venv/.dev node_modules/.installed ## kill -9 KILLS (100) times in the middle of work, DAYS (20) random days, FUZZ (50) requests for each operation
	@FOURS_KILLS="$(KILLS)" FOURS_RANDOM_DAYS="$(DAYS)" $(BIN)/python -m pytest tests/reliability --durations=0
	@FOURS_FUZZ="$(FUZZ)" $(BIN)/python -m pytest tests/api/test_fuzz.py --durations=0

every-page: .venv/.dev node_modules/.installed ## axe-core, light and dark, and page weight over every page; the suite reads a sample
	@FOURS_CHROMIUM="$$(tools/chromium)" && export FOURS_CHROMIUM && FOURS_EVERY_PAGE=1 $(BIN)/python -m pytest -s tests/browser/test_pages.py -k "axe or weighs"

lint: .venv/.dev node_modules/.installed ## style, types, layers, missing migrations, addresses
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy fours
	@$(BIN)/lint-imports
	@$(FOURS) manage makemigrations --check --dry-run
	@tools/no-registry-hosts

screenshots: .venv/.dev node_modules/.installed ## pictures of the screens with demo data, into docs/pictures
	@FOURS_CHROMIUM="$$(tools/chromium)" && export FOURS_CHROMIUM && $(BIN)/python tools/screenshots.py

lock: .venv/.dev ## choose newest versions anew and write their hashes
	@$(PIP) uv
	@for name in base dev node; do \
	    $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header \
	        requirements/$$name.in --output-file requirements/$$name.txt; \
	done
	@npm update --package-lock-only
	@tools/no-registry-hosts

clean: ## remove what was built; data in FOURS_HOME stays
	@rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	@find fours tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "FourS needs Python 3.11 or newer; say which: make PYTHON=python3.12 …")'
	@$(PYTHON) -m venv .venv

# The program runs from this checkout, so nothing has to be built: a path file and a starter are all it needs.
.venv/.run: .venv/bin/python requirements/base.txt
	@echo "Installing Python packages …"
	@$(PIP) --require-hashes -r requirements/base.txt
	@$(BIN)/python tools/link.py
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	@echo "Installing the packages of tests and checks …"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

node_modules/.installed: package-lock.json | .venv/.run
	@echo "Installing front-end packages …"
	@tools/npm ci --silent
	@touch $@
