# `make run` starts the studio, `make test` proves it. PORT, DATA_DIR and PYTHON are read from the environment
# or given after the target: make run PORT=8001
.PHONY: run test test-fast check bench soak demo lock screenshots app dev

run: app  ## everything in one command; Ctrl-C ends it
	@exec .venv/bin/python -m studio.core.supervisor --end-with-parent

test: dev  ## everything, with a real Redis, PostgreSQL and Chromium
	@exec .venv/bin/python -m scripts.test

test-fast: dev  ## what Python alone can prove, within a minute
	@exec .venv/bin/python -m scripts.test --fast

check: dev  ## formats, types, imports, templates, migrations
	@exec .venv/bin/python -m scripts.test --check

soak: dev  ## the long rounds of the same proofs
	@exec .venv/bin/python -m scripts.test --soak

bench: dev  ## goal, ours, floor, ratio; ROW=2b for one row
	@exec .venv/bin/python -m tests.bench $(ROW)

demo: dev  ## a studio whose vendors are all simulated here, with a page to make each of them fail
	@exec .venv/bin/python -m scripts.demo

screenshots: dev  ## the README's pictures, taken from a running studio
	@exec .venv/bin/python -m scripts.screenshots

lock: dev  ## the hashed locks, for every platform and without an index host
	@exec sh scripts/lock.sh

app dev:
	@sh scripts/venv.sh $@
