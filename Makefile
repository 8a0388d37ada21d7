# Every target sets up what it needs by itself, on a fresh Debian 12 or 13 (x86-64) or Raspberry Pi OS trixie that has
# git, make, python3, and root or sudo. A second run starts within seconds.
.DEFAULT_GOAL := help
.PHONY: help demo test lint bench screenshots docs
SHELL := /bin/sh
export PATH := $(PATH):$(CURDIR)/.cache/uv/bin
RUN := uv run --no-sync
ARGS ?=

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 20

demo: ## a call on this machine: distributor, agent's page and terminal (ARGS="--headless --calls 3 --report FILE")
	@image-build/set-up run
	@$(RUN) kiosk demo $(ARGS)

test: ## every test, and the core complete by branch (ARGS="-k name" runs some, without that)
	@image-build/set-up test
	@$(RUN) pytest $(if $(ARGS),$(ARGS),--cov)

lint: ## format, style and types
	@image-build/set-up lint
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy
	@shellcheck image-build/set-up .ci/run

bench: ## every benchmark, and docs/benchmarks.md from them (ARGS="--quick", ARGS="encoder loss")
	@image-build/set-up test
	@$(RUN) python tests/bench/all.py $(ARGS)

screenshots: ## every screen in every size, and the agent's page, in docs/screenshots
	@image-build/set-up test
	@$(RUN) python -m kiosk.ui.screenshots docs/screenshots
	@$(RUN) python tests/console/take_screenshots.py docs/screenshots

docs: ## what in docs/ is made from the code
	@image-build/set-up run
	@$(RUN) kiosk schema > docs/protocol.schema.json
	@$(RUN) python -m kiosk.call.diagram > docs/call-states.md
	@$(RUN) kiosk check-config --describe > docs/configuration.md
