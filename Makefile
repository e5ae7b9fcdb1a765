# Everything runs in .venv, which needs Python 3.11 or newer and nothing else. Nothing is built:
# the command .venv/bin/exchange runs what lies in this folder, from whichever folder it is called.
PYTHON ?= python3
PORT ?= 8000
DO := .venv/bin/exchange
NEEDED := import sys; sys.exit(sys.version_info < (3, 11) and "Learning Exchange needs Python 3.11 or newer: make PYTHON=python3.11")
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: install demo test run check fmt bench shots lock

install: .venv/for-use  ## what it is made of, and the command .venv/bin/exchange

demo: .venv/for-use  ## a demonstration with an invented network
	@$(DO) demo --port $(PORT)

test: .venv/for-work browser  ## all tests, on SQLite and PostgreSQL and in a browser
	@.venv/bin/python -m tests.run

run: .venv/for-use  ## the server, on the database of the settings
	@$(DO) migrate && $(DO) serve --port $(PORT)

check: .venv/for-work  ## what needs no database: lint, contracts, types
	@.venv/bin/python -m tests.run check

fmt: .venv/for-work  ## bring the code into shape
	@.venv/bin/ruff check --fix . && .venv/bin/ruff format .

bench: .venv/for-work  ## the measurements the README quotes
	@kept=0; for one in bench/[a-z]*.py; do echo "== $$one"; .venv/bin/python $$one || kept=1; done; exit $$kept

shots: .venv/for-work browser  ## photographs of every page
	@.venv/bin/python -m tests.shots

lock: .venv/for-lock  ## both lock files anew, with hashes and without the name of a registry
	@for one in "" -dev; do .venv/for-lock.d/bin/pip-compile --quiet --upgrade --strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links --no-header $${one:+--extra dev -c requirements.lock} -o requirements$$one.lock pyproject.toml; done

.venv/bin/python:
	@$(PYTHON) -c '$(NEEDED)' && $(PYTHON) -m venv .venv

# -P: a folder named exchange where one happens to stand is not ours.
.venv/bin/exchange: Makefile | .venv/bin/python
	@printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s/.venv/bin/python" -P -m exchange "$$@"\n' "$(CURDIR)" "$(CURDIR)" > $@ && chmod +x $@

.venv/for-use: requirements.lock | .venv/bin/exchange
	@echo "Fetching what Learning Exchange is made of ..." && .venv/bin/pip install --quiet --require-hashes -r $< && touch $@

.venv/for-work: requirements-dev.lock | .venv/bin/exchange
	@echo "Fetching what the work needs ..." && .venv/bin/pip install --quiet --require-hashes -r $< && touch $@ .venv/for-use

.venv/for-lock: | .venv/bin/python
	@$(PYTHON) -m venv .venv/for-lock.d && .venv/for-lock.d/bin/pip install --quiet pip-tools && touch $@

.PHONY: browser
browser:  # only where we may: root on Debian
	@if ! test -x "$${EXCHANGE_CHROMIUM:-/usr/bin/chromium}" && test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then (apt-get update && apt-get install -y chromium fonts-noto-core) || echo "Chromium could not be installed and is missing; what needs a browser will say so."; fi
