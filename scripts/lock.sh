#!/bin/sh
# Writes the hashed locks anew: for every platform, without an index host, the tests on the application's pins.
set -eu
cd "$(dirname "$0")/../requirements"
uv="../.venv/bin/uv pip compile --quiet --generate-hashes --universal --python-version 3.12 --no-emit-index-url"
$uv "$@" -o app.txt app.in
$uv "$@" --no-annotate -c app.txt -o dev.txt dev.in
# The peer of `make bench` has pins of its own: it never shares an environment with the studio.
$uv "$@" --no-annotate -o bench.txt bench.in
