import os
import pathlib

import lumisift
import pytest

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "assets" / "samples"


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
def program(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The command line, with folders of its own."""
    for folder in ("CACHE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"LUMISIFT_{folder}_DIR", str(tmp_path / folder))
    return os.environ["LUMISIFT"]
