# Tao. `make run` opens the instrument, `make test` runs the tests; both set everything up first.
VENV := .venv
PYTHON := $(VENV)/bin/python
.PHONY: run test lint bench clean

run: $(VENV)/.run-ready            ## open Tao with the demo loop playing (AUDIO=jack|portaudio|null picks the device)
	@$(PYTHON) tao_live.py $(if $(AUDIO),--audio $(AUDIO))

test: $(VENV)/.test-ready          ## run every test, against a private JACK server of its own
	@$(PYTHON) -m pytest $(ARGS)

lint: $(VENV)/.test-ready          ## style and types
	@$(VENV)/bin/ruff check . && $(VENV)/bin/mypy

bench: $(VENV)/.test-ready         ## every figure of the README (NAME=... for one)
	@$(PYTHON) -m benchmarks $(NAME)

$(VENV)/.run-ready: pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh run $(VENV)

$(VENV)/.test-ready: pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh test $(VENV)

clean:                             ## forget the virtual environment
	rm -rf $(VENV)
