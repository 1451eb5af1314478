# The verbs a developer types. `make run` and `make test` are all that a newcomer needs.
PORT ?= 8000
PYTHON ?= .venv/bin/python

# The demo club on this machine, unless the environment or .env says otherwise.
DEMO_DEFAULTS = grep -qs '^DEMO=' .env || export DEMO="$${DEMO-1}"; \
	grep -qs '^SITE_URL=' .env || export SITE_URL="$${SITE_URL-http://localhost:$(PORT)}";

CHECK_PORT = [ "$(PORT)" -ge 1 ] 2>/dev/null && [ "$(PORT)" -le 65535 ] || \
	{ echo "PORT must be a number between 1 and 65535, not \"$(PORT)\"." >&2; exit 1; }

.DEFAULT_GOAL := help
.PHONY: help run dev test lint lock shots bench servers rush seats imports light drill messages reset

help:  ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

run:  ## the site as it runs in production, on embedded defaults (PORT=8000)
	@$(CHECK_PORT)
	@.ci/venv requirements.txt
	@$(DEMO_DEFAULTS) exec $(PYTHON) manage.py serve --port $(PORT)

dev:  ## the reloading server with the debug toolbar (PORT=8000)
	@$(CHECK_PORT)
	@.ci/venv requirements.txt requirements-dev.txt
	@$(DEMO_DEFAULTS) export DEBUG=true DEBUG_TOOLBAR=true; exec $(PYTHON) manage.py serve --port $(PORT) --reload

test:  ## every test, browser included (ARGS="tests/events -x" for some)
	@.ci/venv requirements.txt requirements-dev.txt
	@$(PYTHON) -m pytest -n 3 --dist worksteal $(ARGS)

lint:  ## style, types, templates, migrations and translations
	@.ci/venv requirements.txt requirements-dev.txt
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@.venv/bin/djlint --quiet --lint templates
	@$(PYTHON) -m mypy .
	@$(PYTHON) manage.py makemigrations --check --dry-run
	@$(PYTHON) manage.py check
	@$(PYTHON) -m pytest tests/smclub/test_catalogue.py

shots:  ## every kind of page in Chromium, on one contact sheet: shots/index.html (ARGS="--only post --widths 360")
	@.ci/venv requirements.txt requirements-dev.txt
	@$(PYTHON) -m tests.shots $(ARGS)

bench:  ## what pages cost, as ratios to what Django can do here (needs wrk; ARGS="--server sync")
	@.ci/venv requirements.txt requirements-dev.txt
	@$(PYTHON) -m tests.bench $(ARGS)

servers:  ## our pages under each server that could serve them (needs wrk; granian where it is installed)
	@.ci/venv requirements.txt requirements-dev.txt
	@$(PYTHON) -m tests.bench.servers $(ARGS)

rush:  ## 500 people ask for 80 places within ten seconds, on the server of `make run` (ARGS="--database-url postgres://…")
	@.ci/venv requirements.txt requirements-dev.txt
	@$(PYTHON) -m tests.bench.rush $(ARGS)

seats:  ## the whole verb of registering, beside a bare booking (ARGS="--database-url postgres://…")
	@.ci/venv requirements.txt requirements-dev.txt
	@$(PYTHON) -m tests.bench.seats $(ARGS)

imports:  ## a file of 10,000 members and their dues, tried and written (ARGS="--database-url postgres://…")
	@.ci/venv requirements.txt requirements-dev.txt
	@$(PYTHON) -m tests.bench.imports $(ARGS)

light:  ## what Lighthouse says of ten kinds of page, on its telephone (needs npm and Chromium; ARGS="--only post")
	@.ci/venv requirements.txt requirements-dev.txt
	@$(PYTHON) -m tests.bench.light $(ARGS)

drill:  ## before a release: light, rush, and growth on PostgreSQL (ARGS="--database-url postgres://… --posts 10000")
	@.ci/venv requirements.txt requirements-dev.txt
	@$(PYTHON) -m tests.bench.drill $(ARGS)

messages:  ## gather the texts to translate, then compile the catalogue
	$(PYTHON) manage.py makemessages -l fr --no-wrap --no-location --no-obsolete --ignore=.venv --ignore=var --ignore=tests
	$(PYTHON) -m babel.messages.frontend compile -d smclub/locale -D django

lock:  ## resolve the dependencies again into both lock files (needs uv)
	uv pip compile --quiet --universal --python-version 3.13 --upgrade --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		--all-extras --group dev --group e2e pyproject.toml -o requirements-dev.txt
	uv pip compile --quiet --universal --python-version 3.13 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		--extra postgres --extra redis --extra s3 --extra mail --constraint requirements-dev.txt pyproject.toml -o requirements.txt

reset:  ## forget the demo club: database, cache, media and generated key
	rm -rf var
