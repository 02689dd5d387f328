"""Filters pictures by labels with Ray Data and `lumisift worker`, and writes Parquet.

    python examples/ray_filter.py --out OUT --label cat --label dog SHARD...

SHARD is a Parquet file with a column `path` or `bytes` (others are carried along), a tar as img2dataset writes them, a list
of paths, or a folder of pictures, which is divided into lists. A pool of actors takes the shards, one each, through
`map_batches`: pictures go from the disk to the worker that encodes them, and never through Ray's object store. Each shard
gives one file in OUT, which appears under its name when it is whole; the manifest OUT/_manifest.jsonl says which are
finished. A second run goes on with the others, so each row of the input is in the output exactly once, whatever was killed
in between. A shard that cannot be processed does not stop the others; the run then ends with an error. So it does for a
shard that has changed since it was finished, such as the lists of a folder that has more files now. Needs ray[data].

On a cluster, all machines must see SHARD, OUT and the pictures under the same paths. Paths in lists and tables, and those of
models and of pictures in labels, must be absolute. With Ray before 2.57, the worker of a killed actor goes on until its
shard is finished, unless RAY_process_group_cleanup_enabled=true is set for `ray start`; this program sets it for a cluster
that it starts itself.
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
# Failed shards whose errors are printed.
SHOWN = 20


class Worker:
    """A Ray actor that runs one worker process at a time, on a single core."""

    def __init__(self, lumisift, out, options):
        self.command = [lumisift, "worker", "--out", out, "--format", "parquet", "--threads", "1", *options]
        self.out = pathlib.Path(out)

    def __call__(self, batch):
        return {"entry": [json.dumps(self.run(str(shard))) for shard in batch["shard"]]}

    def run(self, shard):
        """Process one shard and return its manifest entry, or its error. A worker that dies leaves no output file."""
        for _ in range(TRIES):
            # Before the worker reads it, so that a change during the run is noticed by the next one.
            version = version_of(shard)
            done = subprocess.run(
                [*self.command, "--input", shard],
                check=False,
                stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
            if done.returncode >= 0:
                break
        if done.returncode != 0:
            return {"shard": shard, "error": done.stderr.strip() or f"the worker ended with {done.returncode}"}
        path = self.out / output_name(shard)
        return {"shard": shard, "version": version, "file": path.name, "bytes": path.stat().st_size}


def output_name(shard):
    return f"{pathlib.Path(shard).stem}-00000-of-00001.parquet"


def version_of(shard):
    """Size and time of a shard, which tell whether it has changed. A worker also compares the rows."""
    try:
        found = os.stat(shard)
    except OSError:
        return None  # the worker says why
    return [found.st_size, found.st_mtime_ns]


def finished(manifest, out):
    """Return the unchanged shards of an earlier run whose output files still exist with their recorded sizes."""
    if not manifest.exists():
        return set()
    entries = []
    for line in manifest.read_text(encoding="utf-8").splitlines():
        try:
            entries.append(json.loads(line))
        except json.JSONDecodeError:
            continue  # truncated line: process its shard again

    def whole(entry):
        path = out / entry["file"]
        return path.exists() and path.stat().st_size == entry["bytes"] and version_of(entry["shard"]) == entry.get("version")

    return {entry["shard"] for entry in entries if whole(entry)}


def replace(path, content):
    """Write a file that is whole whenever it is there. A file with this content keeps its time."""
    if path.exists() and path.read_bytes() == content:
        return
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content)
    new.replace(path)


def lists_of(folder, out):
    """Split the files below a folder into lists, in a deterministic order. OUT may be inside the folder."""
    paths = (path for path in pathlib.Path(folder).rglob("*") if out not in path.parents and path.is_file())
    files = sorted(str(path) for path in paths)
    (out / "_lists").mkdir(exist_ok=True)
    for number, first in enumerate(range(0, len(files), LIST_ROWS)):
        path = out / "_lists" / f"{pathlib.Path(folder).name}-{number:05}.list"
        replace(path, b"".join(os.fsencode(file) + b"\0" for file in files[first : first + LIST_ROWS]))
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
    out = pathlib.Path(os.path.abspath(args.out))
    # Actors run in another folder. A bare name is looked up in each machine's PATH.
    lumisift = os.path.abspath(args.lumisift) if os.path.dirname(args.lumisift) else args.lumisift
    out.mkdir(parents=True, exist_ok=True)
    # Files of other options in the same folder would be read as results of these.
    options = ["--device", "cpu", f"--model={args.model}", *(f"--label={label}" for label in args.label)]
    asked = out / "_options.json"
    if asked.exists() and json.loads(asked.read_bytes()) != options:
        sys.exit(f"{out} has results of other options: name another folder with --out")
    replace(asked, json.dumps(options).encode())
    given = sorted({os.path.abspath(shard) for shard in args.shards})
    if len({pathlib.Path(shard).stem for shard in given}) < len(given):
        sys.exit("two shards have the same name: their results would have, too")
    shards = [part for shard in given for part in (lists_of(shard, out) if os.path.isdir(shard) else [shard])]
    if len({output_name(shard) for shard in shards}) < len(shards):
        sys.exit("two shards have the same name: their results would have, too")
    manifest = out / "_manifest.jsonl"
    done = finished(manifest, out)
    left = [shard for shard in shards if shard not in done]
    print(f"{len(shards) - len(left)} shards finished before, {len(left)} to do", flush=True)
    failed = []
    if left:
        os.environ.setdefault("RAY_process_group_cleanup_enabled", "true")
        ray.init()
        actors = args.actors or max(1, min(len(left), int(ray.cluster_resources()["CPU"])))
        # One block per shard, so that a failure costs one shard. Ray replaces dead actors and retries their shards.
        work = ray.data.from_items([{"shard": shard} for shard in left], override_num_blocks=len(left))
        work = work.map_batches(
            Worker,
            fn_constructor_args=(lumisift, str(out), options),
            batch_size=1,
            num_cpus=1,
            compute=ray.data.ActorPoolStrategy(size=actors, max_tasks_in_flight_per_actor=1),
        )
        with manifest.open("a", encoding="utf-8") as log:
            log.write("\n")  # ends a line that a killed run left
            for row in work.iter_rows():
                entry = json.loads(row["entry"])
                if "error" in entry:
                    failed.append(entry)
                    continue
                log.write(row["entry"] + "\n")
                log.flush()
    bad = {entry["shard"] for entry in failed}
    files = [out / output_name(shard) for shard in shards if shard not in bad]
    print(f"{sum(pq.read_metadata(file).num_rows for file in files)} rows in {len(files)} files")
    if failed:
        for entry in failed[:SHOWN]:
            print(f"{entry['shard']}: {entry['error']}", file=sys.stderr)
        sys.exit(f"{len(failed)} of {len(shards)} shards failed")


if __name__ == "__main__":
    main()
