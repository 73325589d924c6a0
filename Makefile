# `make run` starts the app, `make test` checks it; both set up what they need. Details: README.md.

PYTHONS := python3.13 python3.12 python3.11 python3 python
# The first Python that is 3.11 to 3.13; PYTHON=... on the command line overrides the search.
PYTHON ?= $(shell for p in $(PYTHONS); do $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && { command -v $$p; break; }; done)
VENV := .venv
SERVE := .venv-serve
BIN := $(VENV)/bin
PORT ?= 8501

.PHONY: run serve test lint bench results hub-rows samples clean python fuzz load faults classroom strangers audit lan platforms installed screenshots reference licences lock

run: $(VENV)/.installed
	$(BIN)/streamlit run streamlit_app.py --server.port $(PORT)

serve: $(SERVE)/.installed
	$(SERVE)/bin/streamlit run streamlit_app.py --server.port $(PORT)

# A class trains, so its server's environment has TensorFlow (in processes of its own); visitors of a room only look and listen.
lan: $(if $(CLASS),$(VENV),$(SERVE))/.installed
	$(if $(CLASS),$(VENV),$(SERVE))/bin/python -m pages.server.lan --port $(PORT) $(if $(CLASS),--class $(CLASS))

test: $(VENV)/.installed-dev
	-$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --ignore tests/features/test_store.py
	# Its processes are spawned from pytest's own, which has no main file under xdist.
	$(BIN)/python -m pytest tests/features/test_store.py

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# docs/reference/index.html, of the docstrings; what they refer to and is not there fails it, on every run: hence the fresh environment.
reference: $(VENV)/.installed-dev
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --fresh-env --quiet docs/sphinx docs/reference

bench: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks

results: $(VENV)/.installed
	$(BIN)/python -m scripts.make_results
	$(BIN)/python -m scripts.readme_figures

# Other pretrained encoders, where the Hugging Face Hub can be reached: PyTorch (4 GB) into an environment of its own, then hours of work.
HUB := .venv-hub
hub-rows: python
	$(call venv,$(HUB))
	$(HUB)/bin/python -m pip install -q --disable-pip-version-check -r hub-rows.lock
	$(HUB)/bin/python -m pip install -q --disable-pip-version-check --no-deps .
	$(HUB)/bin/python -m scripts.hub_rows $(if $(DATA),--data "$(DATA)")

samples: $(VENV)/.installed
	$(BIN)/python -m scripts.make_samples

platforms: $(VENV)/.installed-dev
	$(BIN)/python -m scripts.check_platforms

installed: $(VENV)/.installed
	$(BIN)/python -m scripts.check_install

screenshots: $(VENV)/.installed-dev
	$(BIN)/python -m scripts.screenshots

licences: $(VENV)/.installed-dev
	$(BIN)/python -m scripts.licences

clean:
	rm -rf $(VENV) $(SERVE) $(HUB) .pytest_cache .mypy_cache .ruff_cache .hypothesis docs/reference

python:
	@test -n "$(PYTHON)" || { echo "No fitting Python was found. Install Python 3.11, 3.12 or 3.13 (https://www.python.org/downloads/), or name one: make run PYTHON=/path/to/python3.12"; exit 1; }

$(VENV)/.installed: requirements.txt requirements-serve.txt constraints.txt | python
	@echo "Setting up $(VENV) with $(PYTHON): 0.9 GB is downloaded, once."
	$(call venv,$(VENV))
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt -c constraints.txt
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@touch $@

$(SERVE)/.installed: requirements-serve.lock | python
	@echo "Setting up $(SERVE) with $(PYTHON), without TensorFlow: 0.3 GB is downloaded, once."
	$(call venv,$(SERVE))
	$(SERVE)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-serve.lock
	@touch $@

define venv
@test -x $(1)/bin/python || "$(PYTHON)" -m venv $(1) || { echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(1); exit 1; }
endef

# What the app holds: each is bounded to ten minutes and prints what was tried, survived and lost.
fuzz load faults classroom strangers: $(VENV)/.installed-dev
	$(BIN)/python -m trials.$@

# Known vulnerabilities of the pinned packages, over the network; a package that cannot be audited fails it.
audit: $(VENV)/.installed-dev
	$(BIN)/pip-audit --strict --no-deps --disable-pip -r constraints.txt

# The serve set with the hash of every file of every system, of requirements-serve.txt and constraints.txt; and what `make hub-rows` installs.
lock: $(VENV)/.installed-dev
	$(BIN)/uv pip compile pyproject.toml --extra train --extra transformers -c constraints.txt --universal --python-version 3.11 --no-annotate \
		--no-header --quiet -o hub-rows.lock
	$(BIN)/uv pip compile requirements-serve.txt -c constraints.txt --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header --quiet -o requirements-serve.lock
