# A thin wrapper for developers; newcomers need only ./run and ./test.
.PHONY: help run test check bench soak format

help:  ## show these lines
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile

run:  ## start the demonstration
	./run

test:  ## all checks and all tests
	./test

check:  ## format, lint, types, imports, templates
	./test --checks

bench:  ## the figures the project promises
	.venv-test/bin/python tools/bench.py

soak:  ## the long tests: 200 kills over 300 letters on both databases, two years of the Monatsbrief
	.venv-test/bin/python tools/soak.py
	SIMULATE_ALL_MONTHS=1 ./test tests/services/test_simulation.py

format:  ## put code in order
	.venv-test/bin/ruff check --fix .
	.venv-test/bin/ruff format .
