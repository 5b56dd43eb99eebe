# The two commands that do all the set-up are `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PORT ?= 8080
export MODELYARD_HOME ?= .modelyard

.PHONY: help demo test check format bench tables texts lock clean

help: ## list what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Modelyard needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## train, gate, release, serve and ask two models; ONCE=1 ends after the answers
	$(BIN)/modelyard demo --port $(PORT) $(if $(ONCE),--once)

test: $(READY) ## the whole test suite, on two processes of one thread each
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 2 --dist loadfile

check: $(READY) ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## what Modelyard claims of its speed
	$(BIN)/python benchmarks/serve_overhead.py
	$(BIN)/python benchmarks/explain.py

tables: $(READY) ## what auto reaches on tables beside its rivals (hours); ARGS="--seeds 1 --data hmda" for less
	$(BIN)/python benchmarks/tables.py $(ARGS)

texts: $(READY) ## what text models reach and how fast they learn (hours); ARGS="--parts quality --data en --seeds 0" for less
	$(BIN)/python benchmarks/text.py $(ARGS)

lock: ## write requirements.lock anew from pyproject.toml
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --upgrade pip setuptools
	build/lock/bin/python -m pip install --quiet torch==2.13.0
	build/lock/bin/python -m pip install --quiet --editable '.[train,data,samples,dev]'
	( sed -n '/^#/p' requirements.lock; build/lock/bin/python -m pip freeze --exclude-editable --all \
	  | grep -v '^pip==' | sed 's/+cpu$$//' ) > build/requirements.lock && mv build/requirements.lock requirements.lock
	rm -rf build/lock

clean: ## remove what the commands made
	rm -rf $(VENV) .modelyard build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
