#!/usr/bin/env bash
# Builds the wheel, installs it into a virtual environment, and runs its tests and a type checker there.
#
# LUMISIFT names the program whose results the tests compare with; by default it is the program in the target folder,
# which is built if it is missing. CARGO_TARGET_DIR names the target folder; by default it is the program's.
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/../target}
target=$CARGO_TARGET_DIR

venv=${LUMISIFT_PYTHON_VENV:-$target/python-venv}
python=$venv/bin/python
[ -x "$python" ] || python3 -m venv "$venv"
"$python" -m pip install --quiet --disable-pip-version-check \
    "maturin>=1.9.4,<2" "mypy>=1.18" "numpy>=2" "pyarrow>=20" "pytest>=8"

# A program that `cargo test` built is used as it is: `cargo build` would compile libraries again, with other features.
export LUMISIFT=${LUMISIFT:-$target/debug/lumisift}
[ -x "$LUMISIFT" ] || cargo build --manifest-path ../Cargo.toml --locked \
    --no-default-features --features arrow,avif,heic,jxl,starter,video

cargo fmt --check
wheels=$target/wheels/python-tests
rm -rf "$wheels"
"$venv/bin/maturin" build --locked --profile dev --interpreter "$python" --out "$wheels"
"$python" -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps "$wheels"/*.whl

"$python" -m pytest --quiet -p no:cacheprovider
"$python" -m mypy --cache-dir "$target/mypy" tests
# The stubs and the module have the same names and arguments.
"$python" -m mypy.stubtest lumisift
