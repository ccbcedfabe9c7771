# Set-up and the everyday commands. `make` alone lists them.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
JOBS ?= 2
MODEL ?= smollm2-135m
# One thread a process: tests and workers already share the cores.
export OMP_NUM_THREADS ?= 1
export HF_HUB_OFFLINE := 1

.DEFAULT_GOAL := help
.PHONY: help eval test test-slow test-adapters lint format types bench clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "logicbench needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

# torch comes first and alone: what depends on it would otherwise choose another build of it.
$(VENV)/.torch: constraints.txt | $(BIN)/python
	$(PIP) --upgrade pip
	$(PIP) torch
	@touch $@

$(VENV)/.hf: pyproject.toml constraints.txt $(VENV)/.torch
	$(PIP) --editable '.[hf]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt $(VENV)/.torch
	$(PIP) --editable '.[dev,hf]'
	@touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(PIP) --editable '.[bench]'
	@touch $@

eval: $(VENV)/.hf  ## evaluate a small real model on SAT problems; prints a table and the report's path
	OMP_NUM_THREADS=$(JOBS) $(BIN)/logicbench eval --model $(MODEL) \
	  --tasks sat:decide@math --tasks sat:decide@story --tasks sat:assign@math --tasks sat:assign@dimacs \
	  --limit 12 --max-tokens 256 --output runs/make-eval-$(notdir $(MODEL))

test: $(VENV)/.dev  ## install everything and run the tests
	$(BIN)/python -m pytest -n $(JOBS) -m 'not slow and not gpu and not model'

test-slow: $(VENV)/.dev  ## the tests that take minutes or download a model
	$(BIN)/python -m pytest -n $(JOBS) -m 'slow or model'

# One environment an adapter: their pins contradict each other. ADAPTER_needs names what goes in besides logicbench.
ADAPTERS := inspect lm_eval reasoning_gym satquest trl verifiers verifiers_v1
ADAPTER_ROOT ?= .venv-adapters
inspect_needs := inspect-ai
lm_eval_needs := lm_eval accelerate transformers
reasoning_gym_needs := reasoning-gym
satquest_needs := satquest
trl_needs := trl
verifiers_needs := verifiers==0.1.14
verifiers_v1_needs := verifiers==0.4.0

$(ADAPTER_ROOT)/%/.installed: constraints-adapters.txt pyproject.toml
	$(PYTHON) -m venv $(@D)
	@case $* in trl|lm_eval) $(@D)/bin/python -m pip --disable-pip-version-check install -q -c constraints-adapters.txt torch;; esac
	$(@D)/bin/python -m pip --disable-pip-version-check install -q -c constraints-adapters.txt $($*_needs) pytest hypothesis pyarrow
	$(@D)/bin/python -m pip --disable-pip-version-check install -q -c constraints-adapters.txt --editable .
	@touch $@

test-adapters: $(ADAPTERS:%=$(ADAPTER_ROOT)/%/.installed)  ## test against the real trainers and evaluation tools
	@for name in $(ADAPTERS); do \
	  $(ADAPTER_ROOT)/$$name/bin/python -m pytest -q -p no:cacheprovider tests/adapters/test_$$name.py \
	    tests/adapters/test_rl_docs.py || exit 1; \
	done

lint: $(VENV)/.dev  ## ruff (rules and format) and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict

format: $(VENV)/.dev  ## rewrite the code in the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.bench  ## rates of generation and verification beside other packages
	$(BIN)/python benchmarks/versus_satquest.py

clean:  ## remove caches and the virtual environment
	rm -rf $(VENV) $(ADAPTER_ROOT) .pytest_cache .mypy_cache .ruff_cache .hypothesis
