# Each rule is one visible command; nothing needs make.
bin := .venv/bin
again := --last-failed --last-failed-no-failures none
# What fails beside others is tried twice more alone: a real failure fails each time.
alone := $(bin)/pytest $(again) || { [ $$? = 1 ] && $(bin)/pytest $(again); }
# In the order of tests/conftest.py: what takes longest first.
by_file := --dist loadfile --no-loadscope-reorder
# Tests that run several processes at once.
several := tests/e2e tests/faults tests/real tests/serve
# Compiled once, by one process, and not again by each worker and each child of a test.
unexport PYTHONDONTWRITEBYTECODE
tried = $(bin)/pytest $(1) || { [ $$? = 1 ] && { $(alone); }; }

.PHONY: help setup tools demo test bench soak soak-wall lint types compiled screenshots

help: ## list what there is
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 20

setup: ## make .venv, once
	@.ci/setup

tools: setup ## install what a few tests talk to, where we may
	@.ci/setup tools

demo: setup ## open the dashboard on a lab: no cluster needed
	@$(bin)/taloscope demo

test: setup lint ## everything that CI checks
	@# One waits for the network, the others for the two processors.
	@$(MAKE) --no-print-directory -j 3 tools types compiled
	$(call tried,-n 4 $(by_file) $(patsubst %,--ignore %,$(several)))
	@# Four of these at once are more than two cores bear, and have deadlines.
	$(call tried,-n 3 $(by_file) $(several))

lint: setup ## style and import contracts
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/lint-imports

types: setup ## mypy --strict
	$(bin)/mypy

compiled: setup
	@$(bin)/pytest --collect-only -qq >/dev/null || $(bin)/pytest --collect-only -qq

bench: setup ## measure it in a pseudo-terminal, beside its neighbours
	$(bin)/python -m tests.bench.run
	$(bin)/python -m tests.bench.nodes
	$(bin)/python -m tests.bench.logs
	$(bin)/python -m tests.bench.flow
	$(bin)/python -m tests.bench.kernel
	$(bin)/python -m tests.bench.preview
	$(bin)/python -m tests.bench.scale
	$(bin)/python -m tests.bench.tape

ENTRIES ?= 1000000
soak: setup ## numbered entries through a Loki that misbehaves; ENTRIES=50000 is shorter
	@$(bin)/python -m tests.soak.run --entries $(ENTRIES)

HOURS ?= 24
soak-wall: setup ## the wall for a day of a fast lab; HOURS=2 is shorter
	@$(bin)/python -m tests.soak.days --wall --hours $(HOURS)

screenshots: setup ## draw screenshots/*.svg anew
	$(bin)/pytest tests/screenshots --write-screenshots
