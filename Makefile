# make demo    trains a learned scattering network on handwritten digits
# make test    runs every test but the slow ones
# make test-slow  runs the tests that take minutes
# make lint    checks style and types
# make docs    builds the documentation into docs/_build/html
# make bench   measures speed and memory on the CPU, in 15 minutes, for docs/performance.rst
#
# Each makes a virtual environment in .venv if there is none. PYTHON chooses the interpreter: make test PYTHON=python3.13

PYTHON ?= python3
BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --editable

.PHONY: demo test test-slow lint docs bench clean

demo: .venv/installed
	$(BIN)/python examples/cifar_train.py --dataset digits

# One thread in each worker: the workers share the cores. A file's tests stay together, so that they share what they prepare.
test: .venv/installed
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

test-slow: .venv/installed
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m slow tests

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy kymatio_learned tests benchmarks $(wildcard examples/*.py)

docs: .venv/installed-docs
	$(BIN)/python -m sphinx -W --keep-going -b html docs docs/_build/html

bench: .venv/installed
	$(BIN)/python benchmarks/cpu.py

clean:
	rm -rf docs/_build docs/gallery docs/generated .mypy_cache .pytest_cache .ruff_cache .hypothesis

# These stamps say that the environment holds what setup.cfg and pyproject.toml ask for.
.venv/installed: setup.cfg pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP_INSTALL) '.[train,test]'
	touch $@

.venv/installed-docs: .venv/installed
	$(PIP_INSTALL) '.[docs]'
	touch $@
