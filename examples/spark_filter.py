"""Filters pictures by labels with Spark and `lumisift worker --stdio`, and writes Parquet.

    spark-submit examples/spark_filter.py --out OUT --label cat --label dog SHARD...

SHARD is a Parquet file with a column `path` or `bytes`; others are carried along. Each task of `mapInArrow` starts one
worker and speaks Arrow's stream format with it over two pipes. Each shard is written to a folder of its own below OUT,
which Spark marks with _SUCCESS when it is whole: a second run goes on with the others, so each row of the input is in
the output exactly once. A task whose worker is killed fails, and Spark tries it again; with `--master local[...]`, only if
the master says how often, as in `local[2,4]`. Needs pyspark and pyarrow.
"""

import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import threading

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql import types as T


def run_worker(command, batches):
    """Pass the batches of a task through one worker, in order."""
    batches = iter(batches)
    first = next(batches, None)
    if first is None:
        return
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

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
    try:
        with pa.ipc.open_stream(worker.stdout) as stream:
            for batch in stream:
                yield for_spark(batch)
        feeder.join()
        if worker.wait() != 0:
            failures.append(RuntimeError(f"lumisift worker ended with {worker.returncode}"))
    except (OSError, pa.ArrowException) as failure:
        # A failure of the feeder, which kills the worker, comes before this one in the list.
        failures.append(failure)
    finally:
        worker.kill()
        worker.wait()
    if failures:
        raise failures[0]


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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shards", nargs="+", type=pathlib.Path)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--label", action="append", default=[])
    parser.add_argument("--model", default="starter")
    parser.add_argument("--lumisift", default="lumisift")
    args = parser.parse_args()
    if len({shard.stem for shard in args.shards}) < len(args.shards):
        sys.exit("two shards have the same name: their results would have, too")
    command = [args.lumisift, "worker", "--stdio", "--device", "cpu", "--threads", "1", "--model", args.model]
    command += [word for label in args.label for word in ("--label", label)]
    # Results for other labels must not be mistaken for results of this run.
    args.out.mkdir(parents=True, exist_ok=True)
    asked = args.out / "options.json"
    if asked.exists() and json.loads(asked.read_text()) != command:
        sys.exit(f"{args.out} has results of other options: name another folder with --out")
    asked.write_text(json.dumps(command))
    spark = (
        SparkSession.builder.appName("lumisift")
        # Images are large: a batch of Spark's default 10,000 rows would not fit in memory.
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "64")
        .getOrCreate()
    )

    def run_shard(shard):
        target = args.out.absolute() / shard.stem
        if (target / "_SUCCESS").exists():
            return
        rows = spark.read.parquet(str(shard.absolute()))
        results = rows.mapInArrow(lambda batches: run_worker(command, batches), result_schema(rows.schema, args.label))
        results.write.mode("overwrite").parquet(str(target))

    # One job per core, so that no core idles while another job's last task finishes.
    with concurrent.futures.ThreadPoolExecutor(spark.sparkContext.defaultParallelism) as jobs:
        for _ in jobs.map(run_shard, args.shards):
            pass
    folders = [str(args.out.absolute() / shard.stem) for shard in args.shards]
    print(f"{spark.read.parquet(*folders).count()} rows of {len(folders)} shards")


if __name__ == "__main__":
    main()
