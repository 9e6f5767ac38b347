# Two commands matter: `make run` and `make test`. Each installs what it needs into .venv when missing.

VENV := .venv
BIN := $(VENV)/bin
# The first interpreter that is new enough.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
QUIET := -q --disable-pip-version-check
SECRETS := -u OPENROUTER_API_KEY -u TELEGRAM_BOT_TOKEN
PLACES := -u PARLEY_CONFIG -u PARLEY_STATE_DIR -u DATABASE_URL -u PORT -u WEBHOOK_URL

.PHONY: run test check bench picture format lock clean

run: $(VENV)/.run
	@$(BIN)/python -m bot start

# The browser tests need more than Python. Where there is no Chromium they are left out, loudly;
# CI installs it and leaves nothing out.
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser)
BROWSERLESS := $(if $(CI)$(CHROMIUM),,--ignore=tests/browser)
export CHROMIUM
# Most tests wait for processes rather than compute, so a few more than there are cores pay off.
JOBS ?= 3

test: $(VENV)/.dev
	@test -z "$(BROWSERLESS)" || echo "No Chromium here, so the browser tests are LEFT OUT (apt-get install chromium)."
	env $(SECRETS) $(PLACES) $(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(BROWSERLESS) $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python docs/module_map.py --check
	$(BIN)/python docs/config_page.py --check
	$(BIN)/python -m pytest tests/contract/test_house.py

bench: $(VENV)/.dev
	env $(SECRETS) $(PLACES) -u PYTHONDONTWRITEBYTECODE $(BIN)/python -W ignore -m bench $(ARGS)

picture: $(VENV)/.dev
	$(BIN)/python -m docs.picture

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.dev
	$(BIN)/pip freeze --exclude-editable > requirements.lock

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Parley needs Python 3.11 or newer; install it and try again."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python pyproject.toml requirements.lock
	$(BIN)/python -m pip install $(QUIET) -c requirements.lock -e ".[sandbox]"
	$(BIN)/python -m compileall -q bot
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml requirements.lock
	$(BIN)/python -m pip install $(QUIET) -c requirements.lock -e ".[sandbox,dev]"
	$(BIN)/python -m compileall -q bot
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) build dist *.egg-info
