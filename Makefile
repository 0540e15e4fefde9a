# `make report` and `make test` set up everything that they need. `make help` lists all commands.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV := $(VENV)/.ready-dev
PYTHON ?= $(firstword $(foreach python,python3 python3.13 python3.12 python3.11,$(shell \
  $(python) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $(python))))
# Bytecode is kept even where the environment says not to: many processes import the same modules. Other plug-ins that
# are installed take a second to load.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q
TESTS := $(PYTEST) -p no:nbval -p no:anyio -p no:typeguard
LOCK := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
  --no-header --no-annotate --no-emit-index-url

.PHONY: help setup report lab test .tests .reports fuzz quick check bench mutants coverage lock clean
.DEFAULT_GOAL := help

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

setup: $(READY) ## install what reports need into .venv; silent when up to date
	@:

report: $(READY) ## build the tables, run the notebooks, write reports/ and reports/index.html
	@$(BIN)/audit-lib run

lab: $(READY) ## write working copies to explore/ and open JupyterLab; LAB_ARGS="--no-browser --port 8889" passes options to it
	@$(BIN)/audit-lib explore
	@$(BIN)/jupyter lab $(LAB_ARGS)

test: $(DEV) ## run all tests, and every committed report again: English by nbval, Chinese byte by byte
	@$(MAKE) --no-print-directory -j2 .tests .reports

# One process more than there are processors, and the one of nbval: some tests wait, and nbval waits half of its time.
.tests:
	@$(TESTS) -n $$(($$(getconf _NPROCESSORS_ONLN) + 1))

.reports:
	@JUPYTER_DEFAULT_PROVISIONER_NAME=audit-lib-warm $(PYTEST) --nbval reports --ignore=reports/zh notebooks/_example.ipynb

fuzz: $(DEV) ## read 80,000 random and damaged files, others each day; FUZZ_SEED=... for those of another run
	@FUZZ_INPUTS=80000 FUZZ_SEED=$${FUZZ_SEED:-$$(date +%Y%m%d)} $(BIN)/python -m pytest -q -n auto tests/test_fuzz.py

quick: $(DEV) ## run the tests that take no processes, no browser and no whole batches
	@$(TESTS) -n auto -m "not slow"

check: $(DEV) ## check style, format, types, the order of the folders, and the declared dependencies
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/deptry src benchmarks
	@$(BIN)/python -m pytest -q tests/test_house.py

bench: $(DEV) ## measure batches, single reports, growth, unchanged batches, nbval and file formats
	@$(BIN)/python benchmarks/peers.py
	@$(BIN)/python benchmarks/unchanged.py
	@$(BIN)/python benchmarks/work.py
	@$(BIN)/python benchmarks/growth.py
	@$(BIN)/python benchmarks/rerun.py
	@$(BIN)/python benchmarks/parsing.py

mutants: $(DEV) ## change one place at a time and list the changes that no test notices; FILES="path ..." for some files
	@$(BIN)/python benchmarks/mutants.py $(FILES)

coverage: $(DEV) ## print which lines and branches the fast tests run
	@FUZZ_INPUTS=400 $(BIN)/python -m coverage run -m pytest -q -n auto -m "not slow"
	@$(BIN)/python -m coverage combine --quiet
	@$(BIN)/python -m coverage report --skip-covered

lock: ## write both lock files again from pyproject.toml; needs uv
	@$(LOCK) --group install -o requirements.lock
	@$(LOCK) --group install --group dev -c requirements.lock -o requirements-dev.lock

clean: ## remove .venv, caches and rendered pages; keep what is committed, exported or explored
	@rm -rf $(VENV) $(VENV)-* .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
	@find src tests benchmarks -name __pycache__ -prune -exec rm -rf {} +
	@find reports \( -name '*.html' -o -name '*.failed.*' \) -exec rm -f {} +
	@find reports -name .manifest -prune -exec rm -rf {} +

# Only Python's own venv is needed, and nothing is installed outside .venv.
$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: found no Python 3.11, 3.12 or 3.13; expected one on the PATH, or PYTHON=..." >&2; exit 2; }
	@.ci/setup $(PYTHON)

$(DEV): requirements-dev.lock | $(READY)
	@.ci/setup
