# The front door. `make run` needs Python 3.11 or newer and nothing else.
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
VENV := .venv
PY := $(VENV)/bin/python
INSTALL := $(PY) -m pip install --disable-pip-version-check -c constraints.txt

BENCHMARKS ?= trace_speed edit_to_painted sessions metric_to_painted live_chart stroke_to_painted insight train_vs_lesson floor click_to_batch

.PHONY: help run test lint bench clean

help:
	@echo "make run    start the app (installs it first, once)"
	@echo "make test   run every test; T=tests/unit picks some"
	@echo "make lint   ruff and mypy"
	@echo "make bench  the numbers in the README; BENCHMARKS='trace_speed insight' picks some"
	@echo "make clean  remove the virtual environment and caches"

run: $(VENV)/.installed
	@$(PY) scripts/run_app.py

test: $(VENV)/.installed-dev
	$(PY) -m pytest $(T)

lint: $(VENV)/.installed-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

bench: $(VENV)/.installed-dev
	@for name in $(BENCHMARKS); do echo "== $$name"; $(PY) -m benchmarks.$$name || failed=1; done; test -z "$$failed"

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(PY):
	@test -n "$(PYTHON)" || { echo "CNN Builder needs Python 3.11 or newer, and none was found on the PATH. \
	Install it, or name it: make run PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "The virtual environment could not be made. \
	On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

# The stamps are older than a requirement file exactly when something has to be installed.
$(VENV)/.installed: requirements.txt constraints.txt | $(PY)
	@echo "Installing the packages (once, a few minutes; about 2 GB on disk)"
	$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(INSTALL) -r requirements-dev.txt
	@touch $@
