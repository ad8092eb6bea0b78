# Tao. `make run` opens the instrument, `make test` runs the tests; both set everything up first.
# TORCH=cpu or TORCH=cuda chooses the build of PyTorch, PYTHON=/path/to/python3.12 the Python to set up with.
VENV := .venv
VENV_PYTHON := $(VENV)/bin/python
.PHONY: run test quick lint bench clean set-up-again

run: $(VENV)/.run-ready            ## open Tao with the demo loop playing (AUDIO=jack|portaudio|null chooses the backend; EMPTY=1: without the loop)
	@$(VENV_PYTHON) tao_live.py $(if $(AUDIO),--audio $(AUDIO)) $(if $(EMPTY),--empty)

test: $(VENV)/.test-ready          ## run all tests, on a private JACK server (ARGS="-k name" is passed to pytest)
ifeq ($(ARGS),)
	@OMP_NUM_THREADS=1 $(VENV_PYTHON) -m pytest -m "not server" -n auto --maxprocesses 4 --dist worksteal; first=$$?; \
		$(VENV_PYTHON) -m pytest -m server && exit $$first
else
	@$(VENV_PYTHON) -m pytest $(ARGS)
endif

quick: $(VENV)/.test-ready         ## run the fast tests only: no JACK server, nothing slow
	@$(VENV_PYTHON) -m pytest -m "not server and not slow" --hypothesis-profile=quick -n auto --maxprocesses 4 $(ARGS)

lint: $(VENV)/.test-ready          ## check style and types
	@$(VENV)/bin/ruff check . && $(VENV)/bin/mypy

bench: $(VENV)/.test-ready         ## measure every figure in the README (NAME=callback for one of them)
	@$(VENV_PYTHON) -m benchmarks $(NAME)

$(VENV)/.run-ready: pyproject.toml scripts/setup.sh scripts/check_imports.py $(if $(TORCH),set-up-again)
	@sh scripts/setup.sh run $(VENV)

$(VENV)/.test-ready: pyproject.toml scripts/setup.sh scripts/check_imports.py $(if $(TORCH),set-up-again)
	@sh scripts/setup.sh test $(VENV)

clean:                             ## delete the virtual environment
	rm -rf $(VENV)
