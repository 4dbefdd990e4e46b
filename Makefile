# Two commands do everything on a fresh machine with Python 3.11+, pip and make: `make demo`, `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: setup demo test check format bench docs clean help

help:           ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 16

setup: $(READY) ## virtual environment with everything a developer needs

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "expected Python 3.11 or newer; say which one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $(READY)

demo: $(READY)  ## train on the bundled electricity demand, print the comparison, write the report
	$(BIN)/hiddenstate demo demand --out build/demo --force

test: $(READY)  ## every test
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: $(READY) ## formatting, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(READY) ## format and repair what can be repaired
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## speed, beside torch in the same run
	$(BIN)/python benchmarks/training_speed.py
	$(BIN)/python benchmarks/streaming.py
	$(BIN)/python benchmarks/c_speed.py
	$(BIN)/python benchmarks/parity.py --seeds 1 --steps 100000

clean:          ## remove what was made
	rm -rf build dist $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
