# Everything a checkout needs, from nothing but Python >= 3.11 and make. Each target does the set-up it needs.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check format lock clean
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
# The first Python that is new enough; looked for only when a target needs it.
FIND_PYTHON = for python in python3.13 python3.12 python3.11 python3; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$python; exit 0; fi; done; \
	echo 'handoff needs Python 3.11 or newer, and none of python3.13, python3.12, python3.11, python3 is.' >&2; exit 1

help:
	@echo 'make setup   .venv with the handoff command, the Pulumi engine and the emulators'
	@echo 'make demo    the whole life cycle on the lab, into ./handoff-demo/'
	@echo 'make test    every test'
	@echo 'make check   lint, format, types, import rules'
	@echo 'make format  put the code into the house form'
	@echo 'make lock    resolve the dependencies anew into requirements.lock'
	@echo 'make clean   take the lab down and remove .venv and caches of this checkout'

setup: $(VENV)/.installed $(VENV)/.compiled $(VENV)/.lab

$(VENV)/.python:
	@python=$$($(FIND_PYTHON)) && echo "Making $(VENV) with $$($$python --version)" && \
	{ $$python -m venv $(VENV) || { echo "$$python cannot make a virtual environment; on Debian, install python3-venv." >&2; exit 1; }; }
	@touch $@

$(VENV)/.installed: $(VENV)/.python requirements.lock pyproject.toml .ci/uv.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/uv.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

# The provider SDKs are large: bytecode of just what the programs import, made once, saves each `pulumi up` many seconds.
# PYTHONDONTWRITEBYTECODE is set on many machines and would undo that.
$(VENV)/.compiled: $(VENV)/.installed $(wildcard stacks/*.py stacks/components/*/*.py policies/*/*.py)
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -c 'from pathlib import Path; from handoff.controls import catalogue; catalogue.load(Path("policies")); import handoff.cli._app, handoff.clouds.aws, handoff.clouds.azure, handoff.clouds.gcp, handoff.controls.pack, handoff.evidence.verify, handoff.lab.up, stacks.aws, stacks.azure, stacks.gcp, pulumi.policy, rich.table'
	@touch $@

$(VENV)/.lab: $(VENV)/.installed $(wildcard src/handoff/lab/engine/modfile/* src/handoff/lab/toolchain/*)
	$(BIN)/handoff lab install
	@touch $@

demo: setup
	$(BIN)/handoff demo

test: setup
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -p no:cacheprovider

check: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict src
	$(BIN)/lint-imports

format: $(VENV)/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.installed
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--all-extras --group dev pyproject.toml -o requirements.lock

clean:
	@if [ -x $(BIN)/handoff ]; then $(BIN)/handoff lab down; fi
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
