# The same targets for people, the README and continuous integration.
#   make run     a working demonstration at http://127.0.0.1:8000 (PORT=… for another port), with a worker
#   make test    all tests, browser journeys included (ARGS="-k dose" for some)
#   make soak    whole matrices where the tests take a selection: an hour
#   make hazards each control of docs/hazards.yaml is taken away in a copy, and its tests must fail: half an hour
#                (ARGS="H07 H12" for some, ARGS="-j 2" for two at a time)
#   make check   formatting, types, import contracts, migrations, templates
#   make lint    the shipped guidelines themselves
#   make bench   measurements
#   make lock    exact versions from pyproject.toml into requirements.lock

PYTHON ?= python3
PORT ?= 8000
ARGS ?=
export PORT

BIN := .venv/bin
LIBRARIES := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
FONTS := fonts-noto-core fonts-sil-charis
TEST_PROGRAMS := chromium poppler-utils:pdftoppm
BENCH_PROGRAMS := wrk

.PHONY: run test soak hazards check lint bench lock setup setup-test

run: setup
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py createcachetable
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0
	@$(BIN)/python manage.py quickstart
	@LOG_FORMAT="$${LOG_FORMAT:-text}" exec scripts/serve --bind 127.0.0.1:$(PORT) --workers 2 --no-control-socket

test: setup-test
	$(BIN)/pytest -n 2 --dist worksteal --durations 20 -m "not soak and not alone" $(ARGS)
	$(BIN)/pytest -n 0 -m "alone and not soak" $(ARGS) || [ $$? -eq 5 ]  # 5: ARGS chose none of these

soak: setup-test
	$(BIN)/pytest -n 2 --dist worksteal --durations 20 -m soak $(ARGS)

hazards: setup-test
	$(BIN)/python -m tests.hazards $(ARGS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py check
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/pytest -q tests/config/test_templates.py

lint: setup
	@for file in $$(grep -l '^slug:' guidelines/content/*.yaml); do \
		echo "$$file"; $(BIN)/python manage.py lint_guideline "$$file" || exit 1; done

bench: setup-test
	@scripts/system-packages $(BENCH_PROGRAMS)
	$(BIN)/pytest tests/benchmarks -s -m benchmark -o addopts="--strict-markers --strict-config" $(ARGS)

# Settings of this machine (folders of wheels, mirrors) must not end up in the file.
lock:
	$(PYTHON) -m venv .data/lock-venv
	.data/lock-venv/bin/python -m pip install --quiet uv
	env -u PIP_FIND_LINKS -u UV_FIND_LINKS .data/lock-venv/bin/uv pip compile --quiet --no-config --universal \
		--python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group dev pyproject.toml --output-file requirements.lock $(ARGS)

setup: .venv/.installed
	@scripts/system-packages $(LIBRARIES) --optional $(FONTS)

setup-test: setup
	@scripts/system-packages $(TEST_PROGRAMS)

.venv/.installed: requirements.lock
	@test ! -L .venv || { echo "The folder .venv is a link: making it anew would empty what others use. Remove the link first."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "Stepwise needs Python 3.11, 3.12 or 3.13; name it with PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || scripts/system-packages python3-venv
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@
