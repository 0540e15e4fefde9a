# Two commands do all the set-up: `make report` and `make test`. `make help` lists the rest.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTHON ?= $(firstword $(foreach python,python3 python3.13 python3.12 python3.11,$(shell \
  $(python) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $(python))))

.PHONY: help setup report test quick check bench lab
.DEFAULT_GOAL := help

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

setup: $(READY) ## install everything into .venv; silent when up to date
	@:

report: $(READY) ## build the tables, run the notebooks, write reports/ and reports/index.html
	@$(BIN)/audit-lib run

test: $(READY) ## run the tests, and every committed report again (nbval)
	@$(BIN)/python -m pytest -q -n auto --dist loadgroup
	@JUPYTER_DEFAULT_PROVISIONER_NAME=audit-lib-warm $(BIN)/python -m pytest -q -n auto --dist loadscope --nbval reports

quick: $(READY) ## run the tests that need no batch, notebook or browser, within a minute
	@$(BIN)/python -m pytest -q -n auto -m "not slow"

check: $(READY) ## lint, format, types; dependencies agree in every file that names them
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_house.py

bench: $(READY) ## time batches beside what one would run instead; their work, growing ones, unchanged ones; nbval; file formats
	@$(BIN)/python benchmarks/peers.py
	@$(BIN)/python benchmarks/unchanged.py
	@$(BIN)/python benchmarks/work.py
	@$(BIN)/python benchmarks/growth.py
	@$(BIN)/python benchmarks/rerun.py
	@$(BIN)/python benchmarks/parsing.py

lab: $(READY) ## open JupyterLab on the notebooks
	@$(BIN)/jupyter lab notebooks

# Only Python's own venv is needed; the system's Python gets nothing.
$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: found no Python 3.11, 3.12 or 3.13; expected one on the PATH, or PYTHON=..." >&2; exit 2; }
	@echo "setting up $(VENV) (once, about two minutes)" >&2
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
