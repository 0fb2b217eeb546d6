# Two commands matter: `make run` and `make test`. Both set everything up by themselves.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PORT   ?= 8501
export PRELUDE_HOME ?= $(CURDIR)/.prelude
export TOKENIZERS_PARALLELISM = false
export OMP_NUM_THREADS = 1

.PHONY: run test lint types bench setup browser clean

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

run: setup
	$(BIN)/python -m agent.bootstrap
	$(BIN)/streamlit run streamlit_app.py --server.port $(PORT)

test: setup browser
	$(BIN)/python -m pytest -n 2

# Debian's Chromium where it is or can be installed; elsewhere Playwright's own download.
browser: setup
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; \
	else \
		$(BIN)/python -m playwright install chromium; \
	fi

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m tests.benchmarks

clean:
	rm -rf $(VENV) .prelude .pytest_cache .mypy_cache .ruff_cache .hypothesis
