"""Embeds pictures and texts as vectors, and scores pictures against labels."""

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
    """Its index in the list; None for a picture in a label."""

@final
class Encoder:
    """A model that embeds pictures and texts in one vector space, and scores pictures against labels."""

    def __new__(
        cls,
        model: str | PathLike[str] | None = None,
        *,
        device: str = "auto",
        precision: str = "auto",
        threads: int = 0,
    ) -> Encoder: ...
    @property
    def dimensions(self) -> int:
        """The dimension of the vectors."""
    @property
    def model(self) -> str:
        """The display name of the model."""
    @property
    def device(self) -> str:
        """The display name of the device."""
    def images(
        self, images: Sequence[_Picture], *, errors: Literal["raise", "nan"] = "raise"
    ) -> NDArray[np.float32]:
        """The vectors of pictures, of length 1: [pictures, dimensions]."""
    def texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of texts, of length 1: [texts, dimensions]. Texts are used verbatim."""
    def scores(
        self, images: Sequence[_Picture], labels: Sequence[str], *, errors: Literal["raise", "nan"] = "raise"
    ) -> NDArray[np.float32]:
        """How well each label fits each picture, 0 to 1: [pictures, labels]."""
