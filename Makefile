# The front door. `make run` needs Python 3.11 or newer and nothing else.
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
VENV := .venv
PY := $(VENV)/bin/python
INSTALL := $(PY) -m pip install --disable-pip-version-check -c constraints.txt

# Test files that run at a time when every test is run; a part runs in one process.
WORKERS ?= 2
BENCHMARKS ?= trace_speed edit_to_painted sessions metric_to_painted live_chart stroke_to_painted offline_page insight train_vs_lesson floor click_to_batch streaming

.PHONY: help run test test-cluster lint bench pictures bad-inputs faults faults-cluster clean

help:
	@echo "make run    start the app (installs it first, once)"
	@echo "make test   run every test; T=tests/unit picks some"
	@echo "make test-cluster  the store's tests against PostgreSQL, runs on a Ray cluster, files in S3; all are started for them"
	@echo "make lint   ruff and mypy"
	@echo "make bench  the numbers in the README; BENCHMARKS='trace_speed insight' picks some"
	@echo "make pictures  the README's pictures, from the app as it is; CNN_BUILDER_DATA names a folder with MNIST"
	@echo "make bad-inputs  docs/bad-inputs.md, from a run of its tests"
	@echo "make faults  docs/faults.md, from a run of its tests; make faults-cluster runs those with PostgreSQL and Ray"
	@echo "make clean  remove the virtual environment and caches"

run: $(VENV)/.installed
	@$(PY) -m cnn_builder run

# The tests start some two hundred processes: each would compile the package anew.
test: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/.installed-dev
	$(PY) -m pytest $(or $(T),-n $(WORKERS))

# The suites that `make test` runs on this machine against SQLite, and what is PostgreSQL's and Ray's own.
STORE_TESTS := tests/cluster/test_postgresql_store.py tests/cluster/test_postgresql_outage.py \
	$(addprefix tests/unit/runs/test_,store.py store_changes.py sweep_store.py supervisor.py cluster_supervision.py)
LAUNCHED_TESTS := tests/process/test_launched_runs.py
RAY_TESTS := tests/cluster/test_ray_faults.py
S3_TESTS := tests/cluster/test_objects_in_s3.py tests/cluster/test_ray_artifacts.py

test-cluster: $(VENV)/.installed-cluster
	$(PY) -m scripts.postgres install
	$(PY) -m scripts.postgres run $(PY) -m pytest $(STORE_TESTS) $(LAUNCHED_TESTS)
	$(PY) -m scripts.postgres run $(PY) -m scripts.ray_nodes run $(PY) -m pytest $(LAUNCHED_TESTS) $(RAY_TESTS)
	$(PY) -m scripts.postgres run $(PY) -m scripts.object_store run $(PY) -m scripts.ray_nodes run \
		$(PY) -m pytest $(S3_TESTS)

lint: $(VENV)/.installed-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

bench: $(VENV)/.installed-dev
	@for name in $(BENCHMARKS); do echo "== $$name"; $(PY) -m benchmarks.$$name || failed=1; done; test -z "$$failed"

pictures: $(VENV)/.installed-dev
	$(PY) -m scripts.stills
	FILM=docs/images/build-train-draw.webp $(PY) -m pytest tests/browser/test_whole_job.py

bad-inputs: $(VENV)/.installed-dev
	$(PY) -m scripts.bad_inputs

faults: $(VENV)/.installed-dev
	$(PY) -m scripts.faults

faults-cluster: $(VENV)/.installed-cluster
	$(PY) -m scripts.postgres install
	$(PY) -m scripts.postgres run $(PY) -m scripts.ray_nodes run $(PY) -m scripts.faults tests/cluster

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis static

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

$(VENV)/.installed-cluster: requirements-cluster-dev.txt requirements-cluster.txt $(VENV)/.installed-dev
	$(INSTALL) -r requirements-cluster-dev.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(INSTALL) -r requirements-dev.txt
	@touch $@
