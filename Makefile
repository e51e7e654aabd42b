# The five commands of the project. `make run PORT=9000` takes another port; PYTHON=… another Python.
VENV ?= .venv
PORT ?= 8000
PYTHON_OF_VENV = $(VENV)/bin/python

.PHONY: run test lint bench release

run: $(VENV)/.ready
	@$(PYTHON_OF_VENV) tools/run.py $(PORT)

test: $(VENV)/.ready-dev
	@$(PYTHON_OF_VENV) tools/test.py $(TESTS)

lint: $(VENV)/.ready-dev
	@$(PYTHON_OF_VENV) tools/lint.py

bench: $(VENV)/.ready-dev
	@$(PYTHON_OF_VENV) tools/bench.py

release: $(VENV)/.ready-dev
	@$(PYTHON_OF_VENV) tools/release.py

$(VENV)/.ready: requirements.txt tools/venv.sh
	@tools/venv.sh $(VENV) requirements.txt
	@touch $@

$(VENV)/.ready-dev: requirements-dev.txt $(VENV)/.ready
	@tools/venv.sh $(VENV) requirements-dev.txt
	@touch $@
