"""Cost of indexing wide pictures compared with ordinary ones.

    python benches/wide.py target/release/lumisift DIR [MODEL]    # 200 MB in DIR; needs Pillow and numpy

A picture beyond 1.6:1 has several vectors, one for each square in which it is read. Pictures of twelve million pixels are
made by mirroring the photos of assets/samples side by side and adding grain, so that all shapes have the same number and
kind of pixels. For each shape, the script prints the number of vectors per picture, and the elapsed and processor time per
picture, without those of a run over one picture. Each time is the lowest of five rounds, in which the shapes take turns.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

PIXELS = 12_000_000
SHAPES = {"4:3": 4 / 3, "3:2": 3 / 2, "16:9": 16 / 9, "2:1": 2, "3:1": 3, "10:1": 10, "30:1": 30}
PHOTOS = 14
ROUNDS = 5
GRAIN = 6  # of 255, the standard deviation


def make(folder: Path) -> None:
    noise = np.random.default_rng(0)
    samples = sorted(Path(__file__).parent.glob("../assets/samples/*.jpg"))[:PHOTOS]
    for shape, ratio in SHAPES.items():
        photos = folder / shape.replace(":", "-")
        photos.mkdir(parents=True, exist_ok=True)
        height = round((PIXELS / ratio) ** 0.5)
        width = round(height * ratio)
        for sample in samples:
            target = photos / sample.name
            if target.exists():
                continue
            picture = Image.open(sample).convert("RGB")
            scale = height / picture.height
            picture = picture.resize((round(picture.width * scale), height), Image.Resampling.BICUBIC)
            tile = np.asarray(picture)
            pair = np.concatenate([tile, tile[:, ::-1]], axis=1)
            wide = np.tile(pair, (1, -(-width // pair.shape[1]), 1))[:, :width]
            grain = noise.normal(0, GRAIN, (height, width, 1))
            Image.fromarray((wide + grain).clip(0, 255).astype("uint8")).save(target, quality=90)
        (folder / f"one-{photos.name}").mkdir(exist_ok=True)
        shutil.copy(photos / samples[0].name, folder / f"one-{photos.name}")


def index(program: str, model: str, photos: Path, store: Path) -> tuple[float, float, int]:
    shutil.rmtree(store, ignore_errors=True)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [program, "--model", model, "--store", store, "index", photos]
    subprocess.run(command, check=True, capture_output=True)
    elapsed, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return elapsed, used, sum(path.stat().st_size for path in store.rglob("vectors-*.f16"))


def main() -> None:
    program, folder = os.path.abspath(sys.argv[1]), Path(sys.argv[2]).resolve()
    model = sys.argv[3] if len(sys.argv) > 3 else "starter"
    make(folder)
    found: dict[str, list[tuple[float, float, float]]] = {shape: [] for shape in SHAPES}
    for _ in range(ROUNDS):
        for shape, rounds in found.items():
            name = shape.replace(":", "-")
            all_of_them = index(program, model, folder / name, folder / "store")
            alone = index(program, model, folder / f"one-{name}", folder / "store")
            rounds.append(tuple((a - b) / (PHOTOS - 1) for a, b in zip(all_of_them, alone, strict=True)))
    bytes_of_one = found["3:2"][0][2]
    ordinary = min(used for _, used, _ in found["3:2"])
    print("| shape | vectors | time | processor time | beside 3:2 |\n|---|---:|---:|---:|---:|")
    for shape, rounds in found.items():
        elapsed, used = min(r[0] for r in rounds), min(r[1] for r in rounds)
        vectors = rounds[0][2] / bytes_of_one
        print(f"| {shape} | {vectors:.0f} | {elapsed * 1e3:.0f} ms | {used * 1e3:.0f} ms | {used / ordinary:.2f} |")
    with open(folder / "wide.json", "w", encoding="utf-8") as out:
        json.dump(found, out)


if __name__ == "__main__":
    main()
