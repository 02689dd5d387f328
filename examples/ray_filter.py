"""Filters pictures by labels with Ray Data and `lumisift worker`, and writes Parquet.

    python examples/ray_filter.py --out OUT --label cat --label dog SHARD...

SHARD is a Parquet file with a column `path` or `bytes` (others are carried along), a tar as img2dataset writes them, a list
of paths, or a folder of pictures, which is divided into lists. A pool of actors takes the shards, one each, through
`map_batches`: pictures go from the disk to the worker that encodes them, and never through Ray's object store. Each shard
gives one file in OUT, which appears under its name when it is whole; the manifest OUT/_manifest.jsonl says which are
finished. A second run goes on with the others, so each row of the input is in the output exactly once, whatever was killed
in between. Needs ray[data].
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

import pyarrow.parquet as pq
import ray

# Attempts per shard if its worker is killed, for example by the out-of-memory killer.
TRIES = 3
# Images per list when a folder is split into lists.
LIST_ROWS = 10_000


class Worker:
    """A Ray actor that runs one worker process at a time, on a single core."""

    def __init__(self, lumisift, out, options):
        self.command = [lumisift, "worker", "--out", out, "--format", "parquet", "--threads", "1", *options]
        self.out = pathlib.Path(out)

    def __call__(self, batch):
        return {"entry": [json.dumps(self.run(shard)) for shard in batch["shard"]]}

    def run(self, shard):
        """Process one shard and return its manifest entry. A worker that dies leaves no output file."""
        for _ in range(TRIES):
            done = subprocess.run([*self.command, "--input", shard], stderr=subprocess.PIPE, text=True)
            if done.returncode >= 0:
                break
        if done.returncode != 0:
            raise RuntimeError(f"{shard}: {done.stderr.strip() or f'the worker ended with {done.returncode}'}")
        path = self.out / f"{pathlib.Path(shard).stem}-00000-of-00001.parquet"
        return {"shard": shard, "file": path.name, "bytes": path.stat().st_size}


def finished(manifest, out):
    """Return the shards of an earlier run whose output files still exist with their recorded sizes."""
    if not manifest.exists():
        return set()
    entries = []
    for line in manifest.read_text().splitlines():
        try:
            entries.append(json.loads(line))
        except json.JSONDecodeError:
            continue  # truncated line: process its shard again
    whole = lambda e: (out / e["file"]).exists() and (out / e["file"]).stat().st_size == e["bytes"]
    return {e["shard"] for e in entries if whole(e)}


def lists_of(folder, out):
    """Split the files below a folder into lists, in a deterministic order."""
    files = sorted(str(path) for path in pathlib.Path(folder).rglob("*") if path.is_file())
    (out / "_lists").mkdir(exist_ok=True)
    for number, first in enumerate(range(0, len(files), LIST_ROWS)):
        path = out / "_lists" / f"{pathlib.Path(folder).name}-{number:05}.list"
        path.write_bytes(b"".join(os.fsencode(file) + b"\0" for file in files[first : first + LIST_ROWS]))
        yield str(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shards", nargs="+")
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--label", action="append", default=[])
    parser.add_argument("--model", default="starter")
    parser.add_argument("--lumisift", default="lumisift")
    parser.add_argument("--actors", type=int, help="workers at a time (default: one for each core of the cluster)")
    args = parser.parse_args()
    out = args.out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    given = sorted({os.path.abspath(shard) for shard in args.shards})
    shards = [part for shard in given for part in (lists_of(shard, out) if os.path.isdir(shard) else [shard])]
    if len({pathlib.Path(shard).stem for shard in shards}) < len(shards):
        sys.exit("two shards have the same name: their results would have, too")
    options = ["--device", "cpu", "--model", args.model]
    options += [word for label in args.label for word in ("--label", label)]
    # Reuse the shards of an earlier run only if its options were the same.
    key = json.dumps(options)
    asked = out / "_options.json"
    manifest = out / "_manifest.jsonl"
    if not asked.exists() or asked.read_text() != key:
        manifest.unlink(missing_ok=True)
        asked.write_text(key)
    done = finished(manifest, out)
    left = [shard for shard in shards if shard not in done]
    print(f"{len(done)} shards finished before, {len(left)} to do", flush=True)
    ray.init()
    if left:
        actors = args.actors or max(1, min(len(left), int(ray.cluster_resources()["CPU"])))
        # One block per shard, so that a failure costs one shard. Ray replaces dead actors and retries their shards.
        work = ray.data.from_items([{"shard": shard} for shard in left], override_num_blocks=len(left))
        work = work.map_batches(
            Worker,
            fn_constructor_args=(args.lumisift, str(out), options),
            batch_size=1,
            num_cpus=1,
            compute=ray.data.ActorPoolStrategy(size=actors, max_tasks_in_flight_per_actor=1),
        )
        with manifest.open("a") as log:
            for row in work.iter_rows():
                log.write(row["entry"] + "\n")
                log.flush()
    stems = {pathlib.Path(shard).stem for shard in shards}
    files = sorted(str(out / f"{stem}-00000-of-00001.parquet") for stem in stems)
    print(f"{sum(pq.read_metadata(file).num_rows for file in files)} rows in {len(files)} files")


if __name__ == "__main__":
    main()
