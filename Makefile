# Everything a contributor needs. `make demo` and `make test` work in a fresh clone; `make help` lists the rest.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do $$p -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && echo $$p && break; done)
VENV   := .venv
BIN    := $(VENV)/bin
# uv takes a third of the time; pip does where uv cannot.
NEEDS  := -c constraints.txt -e '.[dev,postgres]' -e examples/shop
PIP    := $(BIN)/python -m pip install -q --disable-pip-version-check
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Each of the many processes of the tests would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo express work-order check test unit defects bench screenshots systems format clean

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.ready: pyproject.toml constraints.txt examples/shop/pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Seamline needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) -c constraints.txt uv && $(BIN)/uv pip install -q --python $(VENV) --compile-bytecode $(NEEDS) || $(PIP) $(NEEDS)
	@touch $@

demo: $(VENV)/.ready ## the main job on the correct shop: 0 findings, four artifacts
	@$(BIN)/seamline run --project examples/shop; code=$$?; \
	echo "Look at it: examples/shop/integration/report.html"; exit $$code

work-order: $(VENV)/.ready ## carry out the work order on the shop; its outcome is kept in examples/work-order
	cp examples/work-order/order.md examples/work-order/P04-S15-T03.md
	$(BIN)/seamline task examples/work-order/P04-S15-T03.md --project examples/shop --root examples/work-order --state examples/work-order/state.json

express: $(VENV)/.ready ## the same on a service in Node: Express, pg, knex
	cd examples/express-notes && npm install --no-fund --no-audit --silent
	$(BIN)/seamline run --project examples/express-notes

check: $(VENV)/.ready ## format, lint, types, import contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy & (cd examples/shop && mypy); of_shop=$$?; wait $$! && exit $$of_shop
	$(BIN)/lint-imports

unit: $(VENV)/.ready ## the tests
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder -q

test: check unit demo ## all that CI needs

defects: $(VENV)/.ready ## every known defect of the shop is found, the correct shop is clean [ONLY=name,…]
	$(BIN)/python bench/defects.py $(if $(ONLY),--only $(ONLY))

bench: $(VENV)/.ready ## the budgets, side by side in one run [ONLY=name,…]
	$(BIN)/python bench/run.py $(if $(ONLY),--only $(ONLY))

systems: $(VENV)/.ready ## third-party systems, installed outside the tree [ONLY=name,…]
	$(BIN)/python bench/systems.py $(if $(ONLY),--only $(ONLY))

screenshots: $(VENV)/.ready ## the pictures of report.html in docs/images, from a run of the shop [EVENTS=file]
	$(BIN)/python docs/screenshots.py $(if $(EVENTS),--events $(EVENTS))

format: $(VENV)/.ready ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove what make made
	rm -rf $(VENV) .bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
