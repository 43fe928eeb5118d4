# Each target builds what it needs: the environment .venv, from pinned and hashed requirements.
PYTHON ?= python3
BIN := .venv/bin
TEST_PROCESSES ?= 3
# Checks read the settings; they leave the user's data folder alone.
ASIDE := PORTAL_DATA_DIR=.venv/aside DATABASE_URL= CELERY_BROKER_URL=
LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet

.PHONY: tests run run-production test lint browser trust bench screenshots messages clean lock

run: .venv/run.stamp  ## start the portal with its demo: http://localhost:8000
	@PORTAL_ENV=$${PORTAL_ENV:-demo} exec $(BIN)/python manage.py serve

# With servers given by DATABASE_URL and CELERY_BROKER_URL it needs what the image has, else packages with servers, too.
run-production: .venv/$(if $(and $(DATABASE_URL),$(CELERY_BROKER_URL)),production,dev).stamp  ## the processes of docker-compose.yml without containers; needs SECRET_KEY
	@exec $(BIN)/python -m courseportal.production

# Types are checked by one process for a minute: beside the tests, not before them.
test: browser  ## everything that CI checks, on a PostgreSQL, a Redis and a worker of its own
	@$(MAKE) --no-print-directory --jobs=2 lint tests

tests: .venv/dev.stamp browser
	PORTAL_TEST_DB=sqlite $(BIN)/python -m pytest -n $(TEST_PROCESSES)
	$(BIN)/python -m pytest -n $(TEST_PROCESSES)

lint: .venv/dev.stamp  ## style, types, import contracts, migrations
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/lint-imports --no-logo
	$(ASIDE) $(BIN)/mypy --no-error-summary
	$(ASIDE) $(BIN)/python manage.py makemigrations --check --dry-run --verbosity 0

browser: .venv/dev.stamp
	@$(BIN)/python -m tests.browser.install

trust: browser  ## what takes longer than the tests may, into docs/trust.md; LONG=1 as hard as that page claims
	@exec $(BIN)/python -m benchmarks.trust --output docs/trust.md $(if $(LONG),--long) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only "$(ONLY)")

bench: .venv/dev.stamp  ## the figures of docs/performance.md
	@exec $(BIN)/python -m benchmarks.bench

screenshots: browser  ## the pictures of the README and of the mails, in docs/pictures
	@exec $(BIN)/python -m benchmarks.screenshots

messages: .venv/dev.stamp  ## bring the Russian catalogue up to date; new texts come in empty
	@$(ASIDE) $(BIN)/python -m tests.catalogue

clean:  ## forget the environment and what tests left; the data folder stays
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -prune -exec rm -rf {} +

lock: .venv/dev.stamp  ## pin the requirements anew, from pyproject.toml
	$(LOCK) pyproject.toml -o requirements/run.txt
	$(LOCK) pyproject.toml --extra production -o requirements/production.txt
	$(LOCK) pyproject.toml --extra production --group dev -o requirements/dev.txt

.venv/uv.stamp: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, and $(PYTHON) is older. Name another: make PYTHON=python3.12"; exit 1; }
	@echo "Making the environment .venv"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/run.stamp: .venv/uv.stamp requirements/run.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements/run.txt
	@touch $@

.venv/dev.stamp: .venv/uv.stamp requirements/dev.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements/dev.txt
	@touch .venv/run.stamp .venv/production.stamp $@

.venv/production.stamp: .venv/uv.stamp requirements/production.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements/production.txt
	@touch .venv/run.stamp $@
