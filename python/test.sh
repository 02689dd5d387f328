#!/usr/bin/env bash
# Lints the package, builds its wheel, installs it into a virtual environment, and runs its tests and a type checker
# there.
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
PYO3_PYTHON=$python cargo clippy --locked -- --deny warnings
wheels=$target/wheels/python-tests
rm -rf "$wheels"
"$venv/bin/maturin" build --locked --profile dev --interpreter "$python" --out "$wheels"
"$python" -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps "$wheels"/*.whl

# The wheel contains the texts of the licences. They are symbolic links, which Git may check out as text with a path.
"$python" - "$wheels"/*.whl <<'END'
import pathlib, sys, zipfile

wheel = zipfile.ZipFile(sys.argv[1])
for name in ("LICENSE-APACHE", "LICENSE-MIT", "THIRD_PARTY.md"):
    found = [wheel.read(path) for path in wheel.namelist() if path.endswith(f".dist-info/licenses/{name}")]
    assert found == [pathlib.Path("..", name).read_bytes()], f"{name} is missing from the wheel, or is not its text"
END

"$python" -m pytest --quiet -p no:cacheprovider
"$python" -m mypy --cache-dir "$target/mypy" tests
# The stubs and the module have the same names and arguments. The extension inside the package needs no stubs of its own.
"$python" -m mypy.stubtest lumisift --allowlist <(echo 'lumisift\.lumisift')
