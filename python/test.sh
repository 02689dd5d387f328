#!/usr/bin/env bash
# Builds the wheel and runs its tests and a type checker in a virtual environment.
#
# LUMISIFT names a program that is built already, with which results are compared; CARGO_TARGET_DIR a folder for artefacts,
# which is shared with the program's.
set -euo pipefail
cd "$(dirname "$0")"
target=${CARGO_TARGET_DIR:-$PWD/../target}
export CARGO_TARGET_DIR=$target

venv=${LUMISIFT_PYTHON_VENV:-$target/python-venv}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "maturin>=1.9,<2" "mypy>=1.18" "numpy>=2" "pytest>=8"

# What `cargo test` has built is taken as it is: `cargo build` would compile dependencies again, with other features.
export LUMISIFT=${LUMISIFT:-$target/debug/lumisift}
[ -x "$LUMISIFT" ] || (cd .. && cargo build --quiet)

cargo fmt --check
wheels=$target/wheels/python-tests
rm -rf "$wheels"
"$venv/bin/maturin" build --locked --profile dev --quiet --interpreter "$venv/bin/python" --out "$wheels"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps "$wheels"/*.whl

"$venv/bin/python" -m pytest --quiet -p no:cacheprovider
"$venv/bin/python" -m mypy --strict --cache-dir "$target/mypy" tests
# The stubs name what the module exports, with the same arguments.
"$venv/bin/python" -m mypy.stubtest lumisift
