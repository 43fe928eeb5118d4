# The targets build their own environment, .venv, from pinned and hashed requirements.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint trust bench screenshots clean lock

run: .venv/run.stamp  ## start the portal with its demo: http://localhost:8000
	@exec $(BIN)/python -m courseportal.run

test: .venv/dev.stamp  ## everything that CI checks
	@exec $(BIN)/python -m tests.run

lint: .venv/dev.stamp  ## style, types, import contracts, migrations, translations
	@exec $(BIN)/python -m tests.lint

trust bench screenshots: .venv/dev.stamp
	@exec $(BIN)/python -m benchmarks.$@

lock: .venv/dev.stamp  ## write the pinned requirements anew from pyproject.toml
	@$(BIN)/uv pip compile $(LOCK) pyproject.toml -o requirements/run.txt
	@$(BIN)/uv pip compile $(LOCK) pyproject.toml --group dev -o requirements/dev.txt
LOCK := --universal --python-version 3.11 --generate-hashes --no-header --quiet

clean:  ## forget the environment and what tests left; the data folder stays
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis staticfiles test-results
	find . -name __pycache__ -prune -exec rm -rf {} +

.venv/uv.stamp: requirements/uv.txt
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/run.stamp: .venv/uv.stamp requirements/run.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements/run.txt
	@touch $@

.venv/dev.stamp: .venv/uv.stamp requirements/dev.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements/dev.txt
	@touch .venv/run.stamp $@
