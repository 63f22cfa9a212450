# Two commands: `make demo` and `make test`. Each sets up what it needs, once, in .venv.

# PYTHON and VENV may be said: make PYTHON=python3.13 VENV=.venv-3.13 test
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -q install -c constraints.txt
SCRATCH := .cache/check.db

.DEFAULT_GOAL := help
.PHONY: help demo test check format bench clean

help: ## what can be done here
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## chat with the bot on a phone in the browser
	@$(BIN)/python -m bot demo

test: $(VENV)/.test ## all tests, on SQLite and PostgreSQL
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(TESTS)

check: $(VENV)/.test ## style, types, layers, migrations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@mkdir -p $(dir $(SCRATCH)) && rm -f $(SCRATCH)
	@$(BIN)/alembic -q -x url=sqlite:///$(SCRATCH) upgrade head
	@$(BIN)/alembic -q -x url=sqlite:///$(SCRATCH) check

format: $(VENV)/.test ## tidy the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.test ## measure the bot under load
	@$(BIN)/python -m tests.bench

clean: ## remove the virtual environment and everything made by the tools
	@rm -rf $(VENV) .cache .demo .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# Made only where pyproject.toml or constraints.txt changed, so that a second start does not wait for pip.
$(VENV)/.runtime: pyproject.toml constraints.txt | $(VENV)/.made
	@echo "Installing what the bot needs (once)"
	@$(PIP) -e .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/.made
	@echo "Installing what the bot and its tests need (once)"
	@$(PIP) -e '.[test]'
	@touch $(VENV)/.runtime $@

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
$(VENV)/.made:
	@for python in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
		"$$python" -c '$(NEW_ENOUGH)' 2>/dev/null && break; python=; \
	done; \
	test -n "$$python" || { echo "$(or $(PYTHON),No Python here) is not Python 3.11 or newer. Say which: make PYTHON=/path/to/python3"; exit 1; }; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$$python has no venv. On Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }; \
	echo "Making $(VENV) with $$("$$python" -V)" && "$$python" -m venv --clear $(VENV)
	@touch $@
