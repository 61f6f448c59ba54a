# Two commands: `make demo` and `make test`. Each prepares everything it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXTRAS := dev ml
READY := $(VENV)/.ready
MANAGE := $(BIN)/python manage.py
EMBEDDED := $(MANAGE) embedded run --ephemeral --

.DEFAULT_GOAL := help
.PHONY: help setup demo dev test check clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## create .venv and install the pinned packages (uv, else pip)

$(READY): pyproject.toml constraints.txt .ci/install
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh .ci/install $(EXTRAS)
	@touch $@

demo: setup ## play the demo on embedded services; ONCE=1 plays it once, checks it and exits
	@$(MANAGE) demo $(if $(filter-out 0 no false,$(ONCE)),--once)

dev: setup ## run web, worker and beat on embedded services
	@$(MANAGE) dev

test: setup ## run every test and print the branch coverage (at least 85 %)
	@$(BIN)/python -m pytest --cov --cov-report=term $(ARGS)

check: setup ## lint, types, import contracts, templates, migrations, production settings
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh .ci/check

clean: ## remove what can be made again; keeps the demo's data
	@rm -rf $(VENV) staticfiles htmlcov .coverage .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
