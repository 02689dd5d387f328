"""Compares the examples for Ray and Spark with one process of `lumisift worker`, also with a worker killed during the run.

    python benches/scale/compare.py --data DIR --lumisift PROGRAM [--need 0.9] [ray] [spark]

DIR is the output of make_shards.py. Each engine runs twice: once undisturbed, to measure its rate, and once with a worker
killed by SIGKILL after the first shards (with Ray, an actor is killed as well). The rows must equal those of one process,
with none missing and none twice, and no worker may be left. The killed run is then started again, and must find all shards
finished and start no worker. The rates are pictures per second from the start of the command to its end, and from the start
of its first worker, which leaves out the engine's own start time.
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "examples"
LABELS = ["cat", "motorcycle", "flower, plant"]
COMPARED = ["embedding", "match", "best", "probability", "width", "height", "blake3", "error"]
CORES = "2"
# Seconds for workers to end after their engine.
END_WITHIN = 15


def processes(word):
    """The processes of this machine whose command line contains a word, with their command lines."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if word in line and int(entry.name) != os.getpid():
                found.append((int(entry.name), line))
    return found


def parent(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


class Run:
    """One engine over the shards."""

    def __init__(self, engine, data, out, program, log):
        self.engine, self.out, self.program, self.log = engine, out, program, log
        labels = [word for label in LABELS for word in ("--label", label)]
        common = ["--out", str(out), "--lumisift", program, *labels]
        if engine == "ray":
            command = [sys.executable, str(EXAMPLES / "ray_filter.py"), "--actors", CORES, *common]
            self.command = command + sorted(str(path) for path in (data / "tar").glob("*.tar"))
        else:
            submit = str(pathlib.Path(sys.executable).with_name("spark-submit"))
            command = [submit, "--master", f"local[{CORES},4]", str(EXAMPLES / "spark_filter.py"), *common]
            self.command = command + sorted(str(path) for path in (data / "parquet").glob("*.parquet"))

    def workers(self):
        """The worker processes, without those that started the engine with the program's name."""
        return [pid for pid, line in processes(self.program) if line.startswith(f"{self.program} worker")]

    def finished(self):
        if self.engine == "ray":
            return len(list(self.out.glob("*.parquet")))
        return len(list(self.out.glob("*/_SUCCESS")))

    def start(self):
        environment = dict(os.environ, RAY_USAGE_STATS_ENABLED="0", PYSPARK_PYTHON=sys.executable)
        with self.log.open("ab") as log:
            return subprocess.Popen(self.command, stdout=log, stderr=log, env=environment)

    def to_end(self, kill):
        """Runs it. Returns the total seconds, and those since its first worker."""
        began = time.monotonic()
        first, killed = None, not kill
        with self.start() as engine:
            while engine.poll() is None:
                if first is None and self.workers():
                    first = time.monotonic()
                if not killed and self.finished() >= 2:
                    killed = self.kill_one()
                time.sleep(0.05)
        end = time.monotonic()
        self.check(engine.returncode)
        if not killed:
            sys.exit(f"{self.engine} ended before a worker could be killed: take more pictures")
        return end - began, end - (first or began)

    def again(self):
        """Runs it once more. Everything is finished, so no file may be written."""
        before = self.files()
        with self.start() as engine:
            while engine.poll() is None:
                if self.workers():
                    engine.terminate()
                    sys.exit(f"{self.engine} started a worker although all shards are finished")
                time.sleep(0.05)
        self.check(engine.returncode)
        if self.files() != before:
            sys.exit(f"{self.engine} wrote shards again that were finished")

    def files(self):
        return {path: path.stat().st_mtime_ns for path in self.out.rglob("*.parquet")}

    def check(self, code):
        """The engine has succeeded, and its workers have ended."""
        if code != 0:
            sys.exit(f"{self.engine} ended with {code}: see {self.log}")
        latest = time.monotonic() + END_WITHIN
        while left := self.workers():
            if time.monotonic() > latest:
                sys.exit(f"{self.engine} has ended, and left the workers {left}")
            time.sleep(0.05)

    def kill_one(self):
        """Kills a busy worker, and the actor of another one. Returns whether there was one."""
        workers = self.workers()
        if len(workers) < (2 if self.engine == "ray" else 1):
            return False
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            # Found before anything is killed: the parent of an orphan is another process.
            actor = parent(workers[1]) if self.engine == "ray" else None
            os.kill(workers[0], signal.SIGKILL)
            print(f"{self.engine}: killed the worker {workers[0]}")
            if actor is not None:
                os.kill(actor, signal.SIGKILL)
                print(f"{self.engine}: killed the actor {actor}")
            return True
        return False


def rows_of(files):
    """All rows by key; stops at a duplicate."""
    rows = {}
    for file in files:
        table = pq.read_table(file, columns=["key", *COMPARED])
        for row in table.to_pylist():
            key = row.pop("key")
            if key in rows:
                sys.exit(f"{file}: the row {key} is there twice")
            rows[key] = row
    return rows


def compare(name, rows, expected):
    lost, more = expected.keys() - rows.keys(), rows.keys() - expected.keys()
    if lost or more:
        sys.exit(f"{name}: {len(lost)} rows are lost, {len(more)} are nobody's")
    other = [key for key, row in rows.items() if row != expected[key]]
    if other:
        sys.exit(f"{name}: {len(other)} rows differ, such as {other[0]}")
    errors = sum(row["error"] is not None for row in rows.values())
    print(f"{name}: the same {len(rows)} rows as one process, {errors} of them with an error")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engines", nargs="*", default=["ray", "spark"])
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--lumisift", required=True, type=pathlib.Path)
    parser.add_argument("--need", type=float, default=0.0, help="least part of one process's rate, without the engine's start")
    args = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="lumisift-scale-"))
    # A unique name, so that only processes of this run are found by it.
    program = work / "lumisift-of-this-run"
    program.symlink_to(args.lumisift.resolve())
    labels = [word for label in LABELS for word in ("--label", label)]
    bare = [str(program), "worker", "--input", str(args.data / "all.parquet"), "--out", str(work / "bare")]
    bare += ["--format", "parquet", "--device", "cpu", "--model", "starter", "--threads", CORES, *labels]
    began = time.monotonic()
    subprocess.run(bare, check=True)
    seconds = time.monotonic() - began
    expected = rows_of((work / "bare").glob("*.parquet"))
    rate = len(expected) / seconds
    print(f"one process: {seconds:.1f} s, {rate:.1f} pictures/s")
    slow = []
    for engine in args.engines:
        for kill in (False, True):
            out = work / f"{engine}-{'killed' if kill else 'whole'}"
            run = Run(engine, args.data, out, str(program), work / f"{engine}.log")
            total, working = run.to_end(kill)
            name = f"{engine}{', a worker killed' if kill else ''}"
            compare(name, rows_of(sorted(out.rglob("*.parquet"))), expected)
            if kill:
                run.again()
                print(f"{name}: started again, it finds all shards finished")
            parts = [len(expected) / part / rate for part in (total, working)]
            print(f"{name}: {total:.1f} s, {parts[0]:.2f} x of one process; {parts[1]:.2f} x from its first worker")
            if not kill and parts[1] < args.need:
                slow.append(f"{engine} reached {parts[1]:.2f} x of one process, {args.need} x are needed")
    shutil.rmtree(work)
    sys.exit("\n".join(slow) or None)


if __name__ == "__main__":
    main()
