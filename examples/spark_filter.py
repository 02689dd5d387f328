"""Filters pictures by labels with Spark and `lumisift worker --stdio`, and writes Parquet.

    spark-submit examples/spark_filter.py --out OUT --label cat --label dog SHARD...

SHARD is a Parquet file with a column `path` or `bytes`; others are carried along. Each task of `mapInArrow` starts one
worker and speaks Arrow's stream format with it over two pipes. Each shard is written to a folder of its own below OUT,
which Spark marks with _SUCCESS when it is whole: a second run goes on with the others, so each row of the input is in
the output exactly once. A task whose worker is killed fails, and Spark tries it again; with `--master local[...]`, only if
the master says how often, as in `local[2,4]`. A shard that cannot be processed does not stop the others; the run then ends
with an error. Needs pyspark 3.4 and pyarrow.

On a cluster, all machines must see SHARD, OUT and the pictures under the same paths. Paths in tables, and those of models and
of pictures in labels, must be absolute.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql import types as T

# Pictures are large. Spark's defaults, up to 10,000 rows in a batch and 4,096 rows of Parquet, would not fit in memory.
BATCH_ROWS = 64
BATCH_BYTES = 64 << 20
# Seconds for a worker to end after its output.
ENDS_WITHIN = 60
# Failed shards whose errors are printed.
SHOWN = 5


def run_worker(command, batches):
    """Pass the batches of a task through one worker, in order."""
    batches = iter(batches)
    first = next(batches, None)
    if first is None:
        return
    log = tempfile.TemporaryFile()
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)

    failures = []

    def fail(failure):
        # Kill the worker: closing the stream normally would make truncated input look complete.
        failures.append(failure)
        worker.kill()

    def next_batch():
        try:
            return next(batches, None)
        except BaseException as failure:
            fail(failure)
            return None

    def feed():
        batch = first
        try:
            with worker.stdin, pa.ipc.new_stream(worker.stdin, first.schema) as stream:
                while batch is not None:
                    stream.write_batch(batch)
                    batch = next_batch()
        except OSError:
            pass  # the worker closed the pipe: its exit code is checked below
        except BaseException as failure:
            fail(failure)

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    broken = None
    try:
        try:
            with pa.ipc.open_stream(worker.stdout) as stream:
                for batch in stream:
                    yield for_spark(batch)
            feeder.join()
        except (OSError, pa.ArrowException) as failure:
            broken = failure
        # A worker that fails leaves a broken stream, but its own message says more. A failure of the feeder, which kills
        # the worker, comes before both in the list.
        try:
            if worker.wait(timeout=ENDS_WITHIN) != 0:
                failures.append(RuntimeError(f"lumisift worker ended with {worker.returncode}: {last_words(log)}"))
            elif broken:
                failures.append(broken)
        except subprocess.TimeoutExpired as failure:
            failures.append(broken or failure)
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()
        log.close()
    if failures:
        raise failures[0]


def last_words(log):
    """What a worker wrote to standard error, without the beginning if it is long."""
    log.seek(0)
    return log.read()[-2000:].decode(errors="replace").strip()


def for_spark(batch):
    """Convert fixed-size lists, which Spark does not support, to plain lists."""
    columns = []
    for field, column in zip(batch.schema, batch.columns):
        if pa.types.is_fixed_size_list(field.type):
            column = column.cast(pa.list_(field.type.value_type))
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def result_schema(carried, labels):
    """Return the output schema."""
    fields = [field for field in carried.fields if field.name != "bytes"]
    found = [T.StructField("embedding", T.ArrayType(T.FloatType()))]
    if labels:
        match = T.StructType([T.StructField(label, T.FloatType()) for label in labels])
        found += [
            T.StructField("match", match),
            T.StructField("best", T.StringType()),
            T.StructField("probability", T.FloatType()),
        ]
    found += [
        T.StructField("width", T.IntegerType()),
        T.StructField("height", T.IntegerType()),
        T.StructField("taken", T.TimestampNTZType()),
        T.StructField("blake3", T.StringType()),
        T.StructField("error", T.StringType()),
    ]
    if "path" in carried.fieldNames():
        found += [T.StructField("file_size", T.LongType()), T.StructField("file_modified_ns", T.LongType())]
    return T.StructType(fields + found)


def replace(path, content):
    """Write a file that is whole whenever it is there."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(content, encoding="utf-8")
    new.replace(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shards", nargs="+", type=pathlib.Path)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--label", action="append", default=[])
    parser.add_argument("--model", default="starter")
    parser.add_argument("--lumisift", default="lumisift")
    args = parser.parse_args()
    out = args.out.absolute()
    shards = [shard.absolute() for shard in args.shards]
    if len({shard.stem for shard in shards}) < len(shards):
        sys.exit("two shards have the same name: their results would have, too")
    # Tasks run in another folder. A bare name is looked up in each machine's PATH.
    lumisift = os.path.abspath(args.lumisift) if os.path.dirname(args.lumisift) else args.lumisift
    options = ["--device", "cpu", f"--model={args.model}", *(f"--label={label}" for label in args.label)]
    command = [lumisift, "worker", "--stdio", "--threads", "1", *options]
    # Results for other labels must not be mistaken for results of this run, and Spark replaces whole folders.
    out.mkdir(parents=True, exist_ok=True)
    asked = out / "options.json"
    if asked.exists():
        if json.loads(asked.read_text(encoding="utf-8")) != options:
            sys.exit(f"{out} has results of other options: name another folder with --out")
    elif any(out.glob("[!.]*")):
        sys.exit(f"{out} has files that are not of an earlier run: name another folder with --out")
    else:
        replace(asked, json.dumps(options))

    def run_shard(spark, shard):
        target = out / shard.stem
        found = shard.stat()
        source = {"shard": str(shard), "bytes": found.st_size, "modified_ns": found.st_mtime_ns}
        note = target / "_source.json"
        if (target / "_SUCCESS").exists() and note.exists():
            if json.loads(note.read_text(encoding="utf-8")) == source:
                return
            raise ValueError(f"it has changed since {target} was made, or that was made from another shard: remove the folder")
        rows = spark.read.parquet(str(shard))
        results = rows.mapInArrow(lambda batches: run_worker(command, batches), result_schema(rows.schema, args.label))
        results.write.mode("overwrite").parquet(str(target))
        replace(note, json.dumps(source))

    with (
        SparkSession.builder.appName("lumisift")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", str(BATCH_ROWS))
        .config("spark.sql.execution.arrow.maxBytesPerBatch", str(BATCH_BYTES))
        .config("spark.sql.parquet.columnarReaderBatchSize", str(BATCH_ROWS))
        .getOrCreate() as spark
    ):

        def error_of(shard):
            try:
                run_shard(spark, shard)
            except Exception as failure:
                return failure
            return None

        # One job per core, so that no core idles while another job's last task finishes.
        with concurrent.futures.ThreadPoolExecutor(spark.sparkContext.defaultParallelism) as jobs:
            errors = dict(zip(shards, jobs.map(error_of, shards)))
        folders = [str(out / shard.stem) for shard, error in errors.items() if error is None]
        rows = spark.read.parquet(*folders).count() if folders else 0
    print(f"{rows} rows of {len(folders)} shards")
    failed = [(shard, error) for shard, error in errors.items() if error is not None]
    if failed:
        for shard, error in failed[:SHOWN]:
            print(f"{shard}: {error}", file=sys.stderr)
        sys.exit(f"{len(failed)} of {len(shards)} shards failed")


if __name__ == "__main__":
    main()
