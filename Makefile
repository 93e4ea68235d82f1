# One command each: demo, test, check, bench. The environment is made when it is missing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
CODE := src sandbox/guest tests benchmarks

.PHONY: demo test check format bench build clean

demo: $(VENV)/.demo
	@$(BIN)/mcp-pyexec demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto $(PYTEST)

check: $(VENV)/.dev
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/structure

format: $(VENV)/.dev
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/run.py

build: $(VENV)/.dev
	$(BIN)/python -m build --wheel

clean:
	rm -rf $(VENV) dist demo-output .pytest_cache .mypy_cache .ruff_cache

$(VENV)/.demo: EXTRAS := duckdb
$(VENV)/.dev: EXTRAS := dev
$(VENV)/.demo $(VENV)/.dev: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "mcp-pyexec needs Python 3.11 or later. Run: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 2; }
ifneq ($(UV),)
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python -c constraints.txt -e '.[$(EXTRAS)]'
else
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV); this takes a minute the first time."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS)]'
endif
	@touch $@
