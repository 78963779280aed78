# What a person does here. `make up` needs Python 3.11 or newer and nothing else.

CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11 python
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in $(CANDIDATES); do \
	"$$name" -c '$(NEW_ENOUGH)' 2>/dev/null && { echo "$$name"; break; }; done)
BIN := .venv/bin
STAMP := .venv/installed
CLIENTS := tests/clients/node_modules/.installed
WORKERS ?= 2
# A program starts from compiled files, and the tests start some hundred: they are kept.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: up test check lint proof bench load lock clean install clients playground
.DEFAULT_GOAL := up

up: install
	@$(BIN)/python -m cli.main up

test: install clients lint
	@echo "== pytest"
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal --durations 20 --cov --cov-report=

# What `make test` asks before its tests, and `make check` before those of the house.
lint: install
	@echo "== ruff check"
	@$(BIN)/ruff check .
	@echo "== ruff format"
	@$(BIN)/ruff format --check .
	@echo "== mypy"
	@$(BIN)/mypy
	@echo "== lint-imports"
	@$(BIN)/lint-imports
	@echo "== sqlfluff"
	@$(BIN)/sqlfluff lint db
	@echo "== hadolint"
	@$(BIN)/hadolint Dockerfile
	@echo "== zizmor"
	@$(BIN)/zizmor --offline --quiet --no-progress .github
	@echo "== check-jsonschema"
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/ci.yml

check: lint
	@echo "== house tests"
	@$(BIN)/pytest -q tests/house --durations 0

# What takes too long for every run: a hundred thousand bookings; all of the database on the oldest.
OLDEST ?= /usr/lib/postgresql/15/bin
proof: install
	@echo "== proof: the demo data at scale 100, the playground built anew"
	@$(BIN)/pytest -m proof --durations 3
	@echo "== proof: PostgreSQL in $(OLDEST)"
	@POSTGRES_BIN=$(OLDEST) $(BIN)/pytest -n $(WORKERS) --dist worksteal --durations 3 \
		tests/db tests/isolation tests/services tests/resolvers tests/cli/test_seed.py

# How fast, and beside what: figures of this machine into docs/performance.md.
SCALE ?= 100
REPORT ?= docs/performance.md
BENCH ?=
LOAD_SECONDS ?= 240
bench: install
	@$(BIN)/python -m bench.main --scale $(SCALE) --report $(REPORT) measure $(BENCH)

load: install
	@$(BIN)/python -m bench.main --scale $(SCALE) --report $(REPORT) load --seconds $(LOAD_SECONDS)

# Newer versions: add UPGRADE=--upgrade. The second holds what the image installs, the third builds it.
UPGRADE ?=
COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate
lock: install
	@$(COMPILE) $(UPGRADE) --extra dev --extra embedded -o requirements.lock pyproject.toml
	@$(COMPILE) -c requirements.lock -o requirements-runtime.lock pyproject.toml
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' \
		| $(COMPILE) -c requirements.lock -o requirements-build.lock -

# The browser page of /graphql, from playground/ into web/playground/built/; needs Node and npm.
playground:
	@npm --prefix playground ci --ignore-scripts --silent
	@npm --prefix playground run --silent build

clean:
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .import_linter_cache .grimp_cache
	@rm -f .coverage .coverage.*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c '$(NEW_ENOUGH)'; then \
		echo "tourbase needs Python 3.11 or newer: install one, or name it (make PYTHON=...)." >&2; \
		exit 1; fi
	@echo "== install ($$("$(PYTHON)" --version))"
	@[ -x $(BIN)/python ] || "$(PYTHON)" -m venv .venv
	@{ $(BIN)/python -m pip install -qq --disable-pip-version-check uv \
		&& VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements.lock \
		&& VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .; } \
	|| { echo "uv did not manage; pip does the same, more slowly." >&2; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock \
		&& $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; }
	@touch $@

# The outside clients that tests run, for Node; without it their tests are skipped, and say so.
clients: $(CLIENTS)

$(CLIENTS): tests/clients/package.json tests/clients/package-lock.json
	@if ! command -v npm >/dev/null || ! node -e 'process.exit(+(parseInt(process.versions.node) < 20))'; then \
		echo "!! WARNING: no Node 20 or newer with npm: the tests of outside clients are skipped." >&2; \
	else echo "== npm ci (Node $$(node --version))"; \
		{ (cd tests/clients && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error) \
			&& touch $@; } \
		|| echo "!! WARNING: npm ci failed: the tests of outside clients are skipped." >&2; fi
