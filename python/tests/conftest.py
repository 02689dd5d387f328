import collections.abc
import os
import pathlib
import shutil

import lumisift
import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = PROJECT / "assets" / "samples"


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> collections.abc.Iterator[None]:
    """Keeps the package and the command line away from the user's settings and models."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for folder in ("CACHE", "CONFIG", "DATA"):
            patch.setenv(f"LUMISIFT_{folder}_DIR", str(home / folder))
        yield


@pytest.fixture(scope="session")
def encoder() -> lumisift.Encoder:
    return lumisift.Encoder(device="cpu")


@pytest.fixture
def cat() -> pathlib.Path:
    return SAMPLES / "cat.jpg"


@pytest.fixture
def moon() -> pathlib.Path:
    return SAMPLES / "moon.jpg"


@pytest.fixture
def wide() -> pathlib.Path:
    """A picture that is encoded in several parts."""
    return SAMPLES / "page.jpg"


@pytest.fixture
def small_model(tmp_path: pathlib.Path) -> pathlib.Path:
    """A model that, unlike the starter, runs in several precisions."""
    fixtures, folder = PROJECT / "tests" / "fixtures", tmp_path / "small-model"
    shutil.copytree(fixtures / "clip-tiny", folder)
    shutil.copy(fixtures / "clip-tokenizer.json", folder / "tokenizer.json")
    return folder


@pytest.fixture(scope="session")
def program() -> str:
    """The command line."""
    return os.environ["LUMISIFT"]
