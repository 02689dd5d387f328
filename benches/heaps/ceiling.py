"""How well labels can rank the photos of their class at all: by a linear classifier that has seen half of the photos.

    python benches/heaps/ceiling.py PROGRAM DIR OUT

PROGRAM is lumisift, and DIR has one folder per class, whose name is the label. OUT keeps the vectors for the next run.
For each class whose text has an average precision below 0.95 over all photos, logistic regression is trained with half
of all photos, drawn at random, and ranks the other half. Of three strengths of regularisation, the best for the other
half counts, so the figures are upper limits for few answers. Needs numpy, scikit-learn and pyarrow.
"""
import csv
import io
import pathlib
import subprocess
import sys

import numpy as np
import pyarrow.ipc as ipc
from sklearn.linear_model import LogisticRegression

GOAL = 0.95


def average_precision(shows):
    """Of a ranking: for each photo, best first, whether it shows the class."""
    found = np.cumsum(shows)
    return float((found / np.arange(1, len(shows) + 1))[shows].mean())


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def vectors(program, folder, out):
    out.mkdir(parents=True, exist_ok=True)
    photos = sorted(str(path.absolute()) for path in folder.rglob("*") if path.is_file())
    paths = out / "photos.list"
    paths.write_text("\n".join(photos))
    run(program, "worker", "--input", paths, "--shard", "0/1", "--out", out)
    (shard,) = out.glob("*.arrow")
    table = ipc.open_file(shard).read_all()
    classes = [pathlib.Path(path).parent.name for path in table["path"].to_pylist()]
    return shard, np.array(classes), np.array(table["embedding"].to_pylist(), dtype=np.float32)


def of_text(program, shard, label, count):
    """The average precision of the class's name as a label."""
    ranked = run(program, "rank", shard, "--label", label.replace("_", " "), "--top", str(count), "--format", "csv")
    shows = [pathlib.Path(row["photo"]).parent.name == label for row in csv.DictReader(io.StringIO(ranked))]
    return average_precision(np.array(shows))


def of_classifier(vectors, shows, seen):
    best = 0.0
    for strength in (3, 30, 300):
        model = LogisticRegression(C=strength, class_weight="balanced", max_iter=300).fit(vectors[seen], shows[seen])
        scores = model.decision_function(vectors[~seen])
        best = max(best, average_precision(shows[~seen][np.argsort(-scores)]))
    return best


def main():
    program, folder, out = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    shard, classes, embeddings = vectors(program, folder, out)
    embeddings -= embeddings.mean(0)
    seen = np.random.default_rng(1).random(len(classes)) < 0.5
    print("| class | photos | text | classifier |\n|---|---:|---:|---:|")
    results = []
    for label in sorted(set(classes)):
        shows = classes == label
        text = of_text(program, shard, label, len(classes))
        if text < GOAL:
            classifier = of_classifier(embeddings, shows, seen)
            results.append((text, classifier))
            print(f"| {label} | {shows.sum()} | {text:.3f} | {classifier:.3f} |", flush=True)
    text, classifier = np.array(results).T
    print(f"mean of {len(results)} classes: text {text.mean():.3f}, classifier {classifier.mean():.3f}")
    print(f"{(classifier >= GOAL).sum()} of {len(results)} classes reach {GOAL}")


if __name__ == "__main__":
    main()
