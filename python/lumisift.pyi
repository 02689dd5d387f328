"""Vectors of pictures and texts, and matches between pictures and labels."""

from collections.abc import Sequence
from os import PathLike
from typing import Literal, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Encoder", "ModelError", "PictureError", "__version__"]

__version__: str

_Picture: TypeAlias = bytes | bytearray | str | PathLike[str]

class ModelError(RuntimeError):
    """A model that cannot be loaded, or that failed."""

class PictureError(ValueError):
    """A picture that cannot be read."""

    path: str | None
    """Its file; None for a picture in memory."""
    index: int | None
    """Its place in the list; None for a picture that a label names."""

@final
class Encoder:
    """A model: pictures and texts to vectors of one space, and pictures to matches with labels."""

    def __new__(cls, model: str | PathLike[str] | None = None, *, device: str = "auto", threads: int = 0) -> Encoder: ...
    @property
    def dimensions(self) -> int:
        """The width of its vectors."""
    @property
    def model(self) -> str:
        """What the model is called."""
    @property
    def device(self) -> str:
        """Where it runs."""
    def images(
        self, images: Sequence[_Picture], *, errors: Literal["raise", "nan"] = "raise"
    ) -> NDArray[np.float32]:
        """The vectors of pictures, of length 1: [pictures, dimensions]."""
    def texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of texts, each as it stands, of length 1: [texts, dimensions]."""
    def scores(
        self, images: Sequence[_Picture], labels: Sequence[str], *, errors: Literal["raise", "nan"] = "raise"
    ) -> NDArray[np.float32]:
        """How well each label fits each picture, 0 to 1: [pictures, labels]."""
