"""Code that uses the package, for the type checker: `test.sh` runs mypy over it."""

import pathlib

import lumisift
import numpy as np
from numpy.typing import NDArray


def nearest(folder: pathlib.Path, text: str) -> pathlib.Path | None:
    encoder = lumisift.Encoder(device="cpu", precision="f32", threads=2)
    paths = sorted(folder.glob("*.jpg"))
    try:
        vectors: NDArray[np.float32] = encoder.images(paths)
    except lumisift.PictureError as error:
        path: str | None = error.path
        print(path, error.index)
        return None
    return paths[int((vectors @ encoder.texts([text])[0]).argmax())]


def best(pictures: list[bytes], labels: list[str]) -> list[str]:
    scores = lumisift.Encoder().scores(pictures, labels, errors="nan")
    return [labels[int(row.argmax())] for row in scores]
