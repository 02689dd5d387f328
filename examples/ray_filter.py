"""Filters pictures by labels with Ray Data and `lumisift worker`, and writes Parquet.

    python examples/ray_filter.py --out OUT --label cat --label dog SHARD...

SHARD is a Parquet file with a column `path` or `bytes` (others are carried along), or a tar as img2dataset writes
them. Each shard is one task and gives one file in OUT, which appears under its name when it is whole; the manifest
OUT/_manifest.jsonl says which are finished. A second run goes on with the others, so each row of the input is in the
output exactly once, whatever was killed in between. Needs ray and pyarrow.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

import ray


@ray.remote(num_cpus=1, max_retries=3)
def run_shard(shard, out, lumisift, options):
    """One shard in a process of its own: if it dies, nothing of it is there and Ray tries again."""
    command = [lumisift, "worker", "--input", shard, "--out", out, "--format", "parquet", "--threads", "1", *options]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{shard}: {done.stderr.strip()}")
    path = pathlib.Path(out) / f"{pathlib.Path(shard).stem}-00000-of-00001.parquet"
    return {"shard": shard, "file": path.name, "bytes": path.stat().st_size}


def finished(manifest, out):
    """The shards of an earlier run whose files are still there as they were written."""
    if not manifest.exists():
        return set()
    entries = []
    for line in manifest.read_text().splitlines():
        try:
            entries.append(json.loads(line))
        except json.JSONDecodeError:
            continue  # a line that was cut off: its shard is looked at again
    whole = lambda e: (out / e["file"]).exists() and (out / e["file"]).stat().st_size == e["bytes"]
    return {e["shard"] for e in entries if whole(e)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shards", nargs="+")
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--label", action="append", default=[])
    parser.add_argument("--model", default="starter")
    parser.add_argument("--lumisift", default="lumisift")
    args = parser.parse_args()
    shards = sorted({os.path.abspath(shard) for shard in args.shards})
    stems = {pathlib.Path(shard).stem for shard in shards}
    if len(stems) < len(shards):
        sys.exit("two shards have the same name: their results would have, too")
    out = args.out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    options = ["--device", "cpu", "--model", args.model]
    options += [word for label in args.label for word in ("--label", label)]
    # What an earlier run finished counts only if it asked for the same.
    key = json.dumps(options)
    asked = out / "_options.json"
    manifest = out / "_manifest.jsonl"
    if not asked.exists() or asked.read_text() != key:
        manifest.unlink(missing_ok=True)
        asked.write_text(key)
    done = finished(manifest, out)
    ray.init()
    left = [run_shard.remote(shard, str(out), args.lumisift, options) for shard in shards if shard not in done]
    print(f"{len(done)} shards finished before, {len(left)} to do")
    with manifest.open("a") as log:
        while left:
            [first], left = ray.wait(left)
            log.write(json.dumps(ray.get(first)) + "\n")
            log.flush()
    files = sorted(str(path) for path in out.glob("*.parquet"))
    print(f"{ray.data.read_parquet(files).count()} rows in {len(files)} files")


if __name__ == "__main__":
    main()
