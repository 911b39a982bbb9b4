# `make help` lists the targets. Two are enough: `make run` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# A wheel index beside the default one, for example a nearer mirror: make run WHEEL_INDEX=https://…
PIP_INDEX := $(if $(WHEEL_INDEX),--extra-index-url $(WHEEL_INDEX))
MODEL := instance/models/multilingual-e5-small/model.safetensors

.PHONY: help run setup data test quick check format eval bench faults lock messages clean browser

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' Makefile

run: setup ## everything: environment, model, database, corpus, demonstration data, site on http://127.0.0.1:8000
	@exec $(BIN)/python -m core.serve

setup: .venv/.run ## only the environment (.venv, from the lock file)

data: setup ## only the data: model, database, corpus, demonstration data, index
	@$(BIN)/flask --app app data

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it with PYTHON=…")'
	@$(PYTHON) -m venv .venv || { echo "python3-venv is needed (Debian: apt-get install python3-venv)" >&2; exit 1; }

.venv/.run: requirements.lock | .venv/bin/python
	@echo "· 安装依赖（首次约两分钟）"
	@$(BIN)/pip install --quiet --disable-pip-version-check $(PIP_INDEX) -r requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.run
	@echo "· 安装开发依赖"
	@$(BIN)/pip install --quiet --disable-pip-version-check $(PIP_INDEX) -r requirements-dev.lock
	@touch $@

test: check browser $(MODEL) ## everything that checks the project, real browser included
	@$(BIN)/pytest -n 2 --dist loadfile -m "not browser"
	@$(BIN)/pytest -m browser  # one site serves them all

quick: .venv/.dev ## the inner loop: rules and other plain functions, and all of ONLY=tests/some/part
	@$(BIN)/pytest -n 2 --dist loadfile -m "not browser and not model and not site" --ignore=tests/faults
	@[ -z "$(ONLY)" ] || $(BIN)/pytest -n 2 --dist loadfile -m "not browser and not model" $(ONLY)

check: .venv/.dev ## ruff, mypy, import contracts, templates, migrations
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --quiet --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/djlint templates --lint --quiet
	@instance=$$(mktemp -d) && export INSTANCE=$$instance EMBEDDING_MODEL=fake && \
	  $(BIN)/flask --app app db upgrade >$$instance/log 2>&1 && $(BIN)/flask --app app db check || { cat $$instance/log; exit 1; }

format: .venv/.dev ## let the tools format code and imports
	@$(BIN)/ruff check --quiet --fix-only; $(BIN)/ruff format --quiet

browser: .venv/.dev
	@command -v chromium chromium-browser google-chrome >/dev/null || \
	if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; \
	else echo "browser tests need Chromium: apt-get install chromium fonts-noto-cjk" >&2; [ -z "$$CI" ]; fi

$(MODEL): .venv/.run
	@$(BIN)/flask --app app retrieval prepare
	@touch $@

eval: setup $(MODEL) ## measure the assistant, similar scenarios and matching on labelled sets
	@instance=$$(mktemp -d) && INSTANCE=$$instance DEMO_DATA=0 EMBEDDING_MODEL=$(CURDIR)/$(dir $(MODEL)) && export INSTANCE DEMO_DATA EMBEDDING_MODEL && \
	  $(BIN)/flask --app app data && \
	  $(BIN)/flask --app app assistant evaluate && \
	  $(BIN)/flask --app app catalog similar-evaluate && \
	  $(BIN)/flask --app app marketplace evaluate

bench: .venv/.dev $(MODEL) ## each hot path against the bare engine, with ratios
	@for script in bench/bench_*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

faults: .venv/.dev ## long load and kill runs
	@$(BIN)/pytest tests/faults

lock: .venv/.dev ## renew the lock files from pyproject.toml
	@OPTIONS="--quiet --upgrade --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --no-annotate --no-header" && \
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"], sep="\n")' | $(BIN)/pip-compile $$OPTIONS -o requirements.lock - && \
	sed -i 's/^\(torch==[0-9.]*\)+.*/\1/' requirements.lock && \
	{ $(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"], sep="\n")'; echo "-c $(CURDIR)/requirements.lock"; } | $(BIN)/pip-compile $$OPTIONS -o requirements-dev.lock -

messages: .venv/.dev ## renew translations/messages.pot from code and templates
	@$(BIN)/pybabel extract --quiet -F babel.cfg -k _ -k lazy_gettext -o translations/messages.pot .

clean: ## remove caches (not the data)
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache; find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
