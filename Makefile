# Everything one does here is `make` and a word; `make help` tells the words. The work itself is in tools/.
PYTHON ?= python3
BIN := .venv/bin
# A file of tests stays with one worker, so that what it shares is made once, and the longest come first, as
# tests/conftest.py has it. PARALLEL= runs them one after another.
PARALLEL ?= --numprocesses=auto --dist=loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run test check bench assets translations pictures plans lock develop

help:  ## say what one can do here
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

run:  ## install, migrate, load the demo and serve it on http://127.0.0.1:8000 (PORT=8001 changes the port)
	@$(PYTHON) tools/start.py

test: develop  ## run all tests: rules, both databases, browser (ARGS="-k closure" chooses some)
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

check: develop  ## format, lint, types, layers, templates, tests with coverage: what must be green before a commit
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python -m pytest $(PARALLEL) --cov --cov-report=term:skip-covered --cov-fail-under=95 $(ARGS)

bench: develop  ## measure how fast everything is, with floors and shares (ARGS=--quick takes a minute; else ten)
	@PYTHONPATH=.:tools $(BIN)/python -m tests.bench $(ARGS)

assets:  ## fetch the locked front-end packages and build styles and icons
	@$(PYTHON) tools/assets.py

translations: develop  ## collect new messages into the catalogues and compile them
	@$(BIN)/python tools/translations.py

pictures: develop  ## take the pictures of the documentation anew, from the demo alliance
	@PYTHONPATH=. $(BIN)/python tools/pictures.py

plans: develop  ## write docs/query-plans.md anew: how both databases find what is asked for most
	@$(BIN)/python -m tests.growth.plans

lock: develop  ## write the newest allowed versions into requirements/*.txt and package-lock.json
	@$(PYTHON) tools/environment.py lock
	for list in run dev node lock; do $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
		--upgrade --quiet requirements/$$list.in --output-file requirements/$$list.txt || exit 1; done
	@$(PYTHON) tools/assets.py --lock

develop:
	@$(PYTHON) tools/develop.py
