#!/usr/bin/env bash
# Tests Ray and Spark on this machine: makes shards of small real pictures, runs the examples over them with a worker killed
# during the run, and compares rows and rates with one process of `lumisift worker`. Dependencies are installed into a virtual
# environment; Spark needs Java.
#
#   benches/scale/run.sh [PICTURES] [SHARDS] [FOLDER_OF_PHOTOS...]
#
# LUMISIFT names an existing build of the program. It and the folders of photos are absolute paths.
set -euo pipefail
cd "$(dirname "$0")/../.."
pictures=${1:-24000} shards=${2:-24}
shift $(($# < 2 ? $# : 2))
target=${CARGO_TARGET_DIR:-$PWD/target}
command -v java >/dev/null || { echo "Spark needs Java: install a runtime such as openjdk-17-jre-headless" >&2; exit 1; }

venv=${LUMISIFT_SCALE_VENV:-$target/scale-venv}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "ray[data]" pyspark pyarrow pillow

if [ -z "${LUMISIFT:-}" ]; then
    cargo build --release --locked --quiet
    LUMISIFT=$target/release/lumisift
fi

data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
"$venv/bin/python" benches/scale/make_shards.py --out "$data" --pictures "$pictures" --shards "$shards" assets/samples "$@"
need=0.9
# A run over so few pictures ends before its rate can be measured.
[ "$pictures" -ge 10000 ] || need=0
"$venv/bin/python" benches/scale/compare.py --data "$data" --lumisift "$LUMISIFT" --need "$need"
