# Every target sets up what it needs: .venv is made from requirements.lock when it is missing or out of date.
PYTHON ?=
UV ?= uv
VENV := .venv
STAMP := $(VENV)/.installed
# whole runs (tests/conftest.py), and of the other tests those that say so: workers that import all take long
WHOLE_RUNS := $(addprefix tests/,cases crash demo flows hostile)
SLOW = $(WHOLE_RUNS) $(filter-out $(addsuffix /%,$(WHOLE_RUNS)),$(shell grep -rl 'mark\.slow' tests/*/ | sort))
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check -q

.PHONY: demo test test-slow lint types imports lock clean

demo: $(STAMP)
	$(VENV)/bin/psia demo block-printing --into build/block-printing --engine prefect

test: $(STAMP)
	$(VENV)/bin/pytest -n 2 --dist worksteal --durations=15

test-slow: $(STAMP)
	$(VENV)/bin/pytest -m slow -n 3 --dist worksteal --durations=15 $(SLOW)

lint: $(STAMP)
	$(VENV)/bin/ruff check .

types: $(STAMP)
	$(VENV)/bin/pyright

imports: $(STAMP)
	$(VENV)/bin/lint-imports

# The lock names all that is needed, so pip looks for nothing more: an older one asks in vain for the hash of
# sqlalchemy[asyncio], which the lock has as sqlalchemy.
$(STAMP): requirements.lock pyproject.toml
	@echo "Setting up $(VENV) from requirements.lock: the first time takes a few minutes."
	@if ! $(VENV)/bin/python -c '' 2>/dev/null; then \
		for python in $(or $(PYTHON),python3.11 python3); do \
			if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
				exec $$python -m venv --clear $(VENV); \
			fi; \
		done; \
		echo "psia needs Python 3.11 or newer, found neither as python3.11 nor as python3;" \
			"install it, or name it: make PYTHON=/path/to/python3" >&2; \
		exit 1; \
	fi
	@$(PIP) install --require-hashes --no-deps -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(PIP) check >/dev/null
	@touch $@

# Hashes of every file of a version and no addresses; one version of each package for all platforms and Pythons.
lock:
	@command -v $(UV) >/dev/null || { echo "make lock needs uv (pip install uv), or name it: make lock UV=..." >&2; exit 1; }
	$(UV) pip compile pyproject.toml --group dev --universal --fork-strategy fewest --python-version 3.11 \
		--generate-hashes --no-header --no-emit-index-url --no-emit-find-links --quiet \
		--output-file requirements.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
