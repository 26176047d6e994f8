# Everything a person or a machine does with this repository, from a machine that has only make and Python 3.11 to 3.13.
# Works from any directory: make -C path/to/cxdash demo

ROOT    := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
SHELL   := /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV     ?= $(ROOT)/.venv
PORT     ?= 8501
HEADLESS ?=
EXAMPLE  ?=
DATA     ?=
STUDY    ?=
WORKERS  ?= auto
ARGS     ?=

BIN := $(VENV)/bin
PY  := $(BIN)/python
UV  := $(PY) -m uv
# uv uses the Python it is given and fetches none. Nothing here reports to anybody.
export UV_PYTHON_DOWNLOADS = never
export UV_NO_PROGRESS = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export GX_ANALYTICS_ENABLED = false
export STREAMLIT_BROWSER_GATHER_USAGE_STATS = false

# A development installation contains the runtime one, so whoever has it keeps it: `make demo` never removes pytest.
RUNTIME := $(VENV)/.installed-runtime
DEV     := $(VENV)/.installed-dev
READY   := $(if $(wildcard $(DEV) $(BIN)/pytest),$(DEV),$(RUNTIME))

on = $(filter-out 0 no false off,$(1))

##@ Run
demo: $(READY) ## Open the demo company in the browser (PORT=8501 HEADLESS=1 EXAMPLE=sfo DATA=path/to/data)
	@cd '$(ROOT)' && exec $(BIN)/cxdash demo --port $(PORT) $(if $(call on,$(HEADLESS)),--headless) \
	  $(if $(EXAMPLE),--example '$(EXAMPLE)') $(if $(DATA),--data '$(DATA)') $(ARGS)

install: $(READY) ## Make .venv with what cxdash needs to run (instant when nothing changed)

##@ Work on it
install-dev: $(DEV) ## The same, with everything tests and checks need

test: $(DEV) ## Ruff, mypy, import contracts, pytest: all of them, and what failed or could not run at the end
	@cd '$(ROOT)' || exit 1; failed=''; skipped=''; marks='not slow and not bench'; \
	$(need_parts); \
	run() { name=$$1; shift; printf '\n== %s\n' "$$name"; "$$@" || failed="$$failed  $$name\n"; }; \
	run 'ruff check'          $(PY) -m ruff check --output-format concise .; \
	run 'ruff format --check' $(PY) -m ruff format --check --output-format concise .; \
	run 'mypy --strict'       $(PY) -m mypy; \
	run 'import contracts'    $(BIN)/lint-imports; \
	run 'pytest'              $(PY) -m pytest -n $(WORKERS) --maxprocesses 4 --dist loadfile -m "$$marks" $(ARGS); \
	printf '\n'; \
	if [ -n "$$failed" ];  then printf "FAILED:\n$$failed"; fi; \
	if [ -n "$$skipped" ]; then printf "COULD NOT RUN (counts as a failure):\n$$skipped"; fi; \
	if [ -n "$$failed$$skipped" ]; then exit 1; fi; \
	printf 'Everything ran and passed.\n'

test-slow: $(DEV) ## The long tests: crashes, scale, the demo company's planted truth
	@cd '$(ROOT)' || exit 1; skipped=''; marks='slow and not bench'; $(need_parts); \
	$(PY) -m pytest -m "$$marks" $(ARGS); status=$$?; \
	if [ -n "$$skipped" ]; then printf "COULD NOT RUN (counts as a failure):\n$$skipped"; exit 1; fi; exit $$status

simulate: $(DEV) ## Simulate how often intervals hold the truth and write cxdash/statistics/COVERAGE.md (STUDY=name prints one)
	@cd '$(ROOT)' && $(PY) -m tests.simulations.write $(STUDY)

reference: $(DEV) ## Write the index of the statistics (cxdash/statistics/README.md) from its docstrings
	@cd '$(ROOT)' && $(PY) -m tests.statistics.reference

bench: $(DEV) ## Measure against yardsticks; each benchmark prints one table
	@cd '$(ROOT)' && $(PY) -m pytest -m bench -s -o faulthandler_timeout=3600 $(ARGS)

fmt: $(DEV) ## Put code into the house style
	@cd '$(ROOT)' && $(PY) -m ruff check --fix-only --quiet . && $(PY) -m ruff format .

messages: $(DEV) ## Collect every sentence for translators (cxdash/language/locales/cxdash.pot)
	@cd '$(ROOT)' && $(VENV)/bin/pybabel -q extract -k N_ -k plural:1,2 --no-location --omit-header --sort-output \
	  -o cxdash/language/locales/cxdash.pot cxdash

lock: $(DEV) ## Resolve pyproject.toml again and rewrite both locks (UPGRADE=1 moves what is already locked)
	@cd '$(ROOT)' && $(compile) --group install -o requirements.lock pyproject.toml
	@cd '$(ROOT)' && $(compile) --group install --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

clean: ## Remove .venv and caches; var/ (warehouse, editions) stays
	rm -rf '$(VENV)' '$(ROOT)'/.mypy_cache '$(ROOT)'/.ruff_cache '$(ROOT)'/.pytest_cache '$(ROOT)'/.import_linter_cache \
	  '$(ROOT)'/.hypothesis '$(ROOT)'/build '$(ROOT)'/dist
	@find '$(ROOT)' -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' '$(ROOT)/Makefile'
	@printf '\nARGS="…" is handed on, e.g. make test ARGS="tests/answers -x"\n'

.PHONY: demo install install-dev test test-slow simulate reference bench fmt messages lock clean help

# ---------------------------------------------------------------- how things are installed

# --universal: one lock for every system and for Python 3.11 to 3.13. It names no host: wheels come from wherever pip and uv are
# told to look, and the hashes decide whether they are the right ones.
compile = UV_CUSTOM_COMPILE_COMMAND='make lock' $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)

$(RUNTIME): $(ROOT)/requirements.lock $(ROOT)/pyproject.toml $(PY)
	@$(call sync,requirements.lock)
	@touch '$@'

$(DEV): $(ROOT)/requirements-dev.lock $(ROOT)/pyproject.toml $(PY)
	@$(call sync,requirements-dev.lock)
	@touch '$@' '$(RUNTIME)'

# 1. uv itself, by hash, from the lock. 2. Exactly the lock (what is not in it goes). 3. cxdash, editable, built by the hashed
# hatchling. A pip that is told of a mirror uv does not know may still succeed where uv cannot: hence the second try.
define sync
cd '$(ROOT)' && printf 'Installing %s …\n' '$(1)' && \
{ $(PY) -c 'import uv' 2>/dev/null || { \
    awk '/^[^ #]/ {keep = /^uv==/} keep' $(1) > '$(VENV)/uv.lock' && \
    $(PY) -m pip install --quiet --require-hashes --no-deps -r '$(VENV)/uv.lock'; }; } && \
{ $(UV) pip sync --quiet --python $(PY) --require-hashes --compile-bytecode $(1) || { \
    printf 'uv could not install the lock; trying pip with the same hashes.\n' && \
    $(PY) -m pip install --quiet --require-hashes --no-deps -r $(1); }; } && \
$(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation --offline --editable .
endef

$(PY):
	@python=''; \
	for candidate in '$(PYTHON)' python3.11 python3.12 python3.13 python3 python; do \
	  [ -n "$$candidate" ] && "$$candidate" -c \
	    'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	    && { python=$$candidate; break; }; \
	done; \
	[ -n "$$python" ] || { \
	  printf 'cxdash needs Python 3.11, 3.12 or 3.13, and none was found. Name one: make install PYTHON=/path/to/python3.11\n' >&2; \
	  exit 1; }; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || { $(call apt,python3-venv); } || { \
	  printf '%s has no venv module. On Debian: apt-get install python3-venv\n' "$$python" >&2; exit 1; }; \
	"$$python" -m venv --clear '$(VENV)'

# Debian packages, where this user may install them. Says nothing when it works.
apt = command -v apt-get >/dev/null && as='' && { [ "$$(id -u)" = 0 ] || { as='sudo -n' && sudo -n true 2>/dev/null; }; } && \
  printf 'Installing Debian packages: %s\n' "$(1)" && $$as apt-get update -qq </dev/null >/dev/null && \
  $$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) </dev/null >/dev/null

# Sets $$skipped and narrows $$marks when a part the tests need is absent and cannot be installed here.
define need_parts
has_postgres() { [ -n "$$CXDASH_TEST_POSTGRES_URL" ] || command -v initdb >/dev/null || \
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }; \
has_chromium() { command -v chromium >/dev/null; }; \
wanted=''; has_postgres || wanted="$$wanted postgresql"; has_chromium || wanted="$$wanted chromium fonts-liberation"; \
if [ -n "$$wanted" ]; then { $(call apt,$$wanted); } || printf 'Could not install:%s\n' "$$wanted"; fi; \
has_postgres || { marks="$$marks and not postgres"; \
  skipped="$$skipped  tests marked postgres: no PostgreSQL server programs (apt-get install postgresql)\n"; }; \
has_chromium || { marks="$$marks and not browser"; \
  skipped="$$skipped  tests marked browser: no Chromium (apt-get install chromium)\n"; }
endef
