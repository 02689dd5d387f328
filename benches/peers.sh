#!/usr/bin/env bash
# Measures Lumisift and the usual Python tools on this machine, one after the other, in DIR (2 GB; created if it
# does not exist). Needs Python with venv, and PyPI for torch, transformers and onnxruntime.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(realpath -m "${1:?usage: benches/peers.sh DIR}")
python=$dir/venv/bin/python
if [ ! -x "$python" ]; then
    mkdir -p "$dir"
    python3 -m venv "$dir/venv"
    "$dir/venv/bin/pip" install --quiet torch transformers onnx onnxruntime pillow numpy safetensors
fi
[ -d "$dir/model" ] || "$python" benches/peers.py model "$dir/model"
[ -d "$dir/photos" ] || "$python" benches/peers.py photos "$dir/photos" 48

echo "== image tower, pictures a second"
LUMISIFT_BENCH_MODEL=$dir/model cargo bench --bench tower 2>/dev/null | grep -E '^tower|time|thrpt'
"$python" benches/peers.py encode "$dir/model" 2>/dev/null

echo "== decoding, one core"
LUMISIFT_BENCH_PHOTOS=$dir/photos cargo bench --bench decode 2>/dev/null | grep -E '^decode|time'

echo "== one table"
cargo build --release --quiet
# The first run compares the model's precisions, so that the runs for the table need not do it.
target/release/lumisift models verify "$dir/model"
"$python" benches/peers.py table "$dir" "$dir/model" "$dir/photos" 2>/dev/null
rm -rf "$dir/store"

echo "== ranking in eight bits"
"$python" benches/peers.py ranking "$dir" "$dir/model" "$dir/photos" 2>/dev/null

echo "== agreement with the reference, cosine"
target/release/lumisift --model "$dir/model" --precision f32 --store "$dir/store" embed "$dir/photos" --out "$dir/ours.safetensors"
"$python" benches/peers.py embed "$dir/model" "$dir/photos" "$dir/reference"
"$python" - "$dir" <<'PY'
import sys
import numpy as np
from safetensors.numpy import load_file
ours = load_file(f"{sys.argv[1]}/ours.safetensors")["embeddings"]
cosines = (ours * np.load(f"{sys.argv[1]}/reference.npy")).sum(1)
print(f"{len(cosines)} photos: lowest {cosines.min():.5f}, mean {cosines.mean():.5f}")
PY
