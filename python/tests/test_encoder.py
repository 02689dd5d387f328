import _thread
import collections.abc
import contextlib
import json
import pathlib
import subprocess
import sys
import threading

import lumisift
import numpy as np
import pyarrow.ipc
import pytest

LABELS = ["cat", "moon, night sky", "animal -dog"]


def label_arguments() -> list[str]:
    return [word for label in LABELS for word in ("--label", label)]


def test_pictures_become_vectors_of_length_one(encoder: lumisift.Encoder, cat: pathlib.Path, moon: pathlib.Path) -> None:
    vectors = encoder.images([cat, str(moon)])
    assert vectors.dtype == np.float32 and vectors.shape == (2, encoder.dimensions)
    assert vectors.flags.c_contiguous and vectors.flags.writeable
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_bytes_are_encoded_as_their_file(encoder: lumisift.Encoder, cat: pathlib.Path) -> None:
    content = cat.read_bytes()
    from_file, from_bytes, from_bytearray = encoder.images([cat, content, bytearray(content)])
    np.testing.assert_array_equal(from_file, from_bytes)
    np.testing.assert_array_equal(from_file, from_bytearray)


def test_a_vector_does_not_depend_on_its_neighbours(encoder: lumisift.Encoder, cat: pathlib.Path, moon: pathlib.Path) -> None:
    np.testing.assert_array_equal(encoder.images([moon, cat, moon])[1], encoder.images([cat])[0])
    one_thread = lumisift.Encoder(device="cpu", threads=1)
    np.testing.assert_array_equal(one_thread.images([cat]), encoder.images([cat]))


def test_a_text_is_near_the_picture_it_describes(encoder: lumisift.Encoder, cat: pathlib.Path, moon: pathlib.Path) -> None:
    texts = encoder.texts(["a photo of a cat", "a photo of the moon"])
    assert texts.dtype == np.float32 and texts.shape == (2, encoder.dimensions)
    cosines = encoder.images([cat, moon]) @ texts.T
    assert cosines.argmax(axis=1).tolist() == [0, 1]


def test_scores_equal_those_of_classify(
    encoder: lumisift.Encoder, cat: pathlib.Path, moon: pathlib.Path, program: str
) -> None:
    scores = encoder.scores([cat, moon], LABELS)
    assert scores.dtype == np.float32 and scores.shape == (2, 3)
    command = [program, "classify", str(cat), str(moon), *label_arguments(), "--device", "cpu", "--format", "json"]
    printed = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    for row, photo in zip(scores, printed):
        matches = {label["label"]: label["match"] for label in photo["labels"]}
        # The command line prints four decimals.
        np.testing.assert_allclose(row, [matches[label] for label in LABELS], atol=1e-4)


def test_vectors_and_scores_equal_those_of_the_worker(
    encoder: lumisift.Encoder, cat: pathlib.Path, wide: pathlib.Path, program: str, tmp_path: pathlib.Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    pictures = [cat, broken, wide]
    photos = tmp_path / "photos.list"
    photos.write_text("".join(f"{picture}\n" for picture in pictures))
    command = [program, "worker", "--input", str(photos), "--out", str(tmp_path), *label_arguments(), "--device", "cpu"]
    subprocess.run(command, check=True)
    table = pyarrow.ipc.open_file(tmp_path / "photos-00000-of-00001.arrow").read_all().to_pylist()
    assert [row["error"] is None for row in table] == [True, False, True]
    readable = [table[0], table[2]]
    vectors = encoder.images(pictures, errors="nan")
    np.testing.assert_array_equal(vectors[[0, 2]], np.array([row["embedding"] for row in readable], np.float32))
    scores = encoder.scores(pictures, LABELS, errors="nan")
    expected = [[row["match"][label] for label in LABELS] for row in readable]
    np.testing.assert_array_equal(scores[[0, 2]], np.array(expected, np.float32))
    assert np.isnan(vectors[1]).all() and np.isnan(scores[1]).all()


def test_empty_lists_give_empty_arrays(encoder: lumisift.Encoder, cat: pathlib.Path) -> None:
    assert encoder.images([]).shape == (0, encoder.dimensions)
    assert encoder.texts([]).shape == (0, encoder.dimensions)
    assert encoder.scores([], ["cat"]).shape == (0, 1)
    assert encoder.scores([cat], []).shape == (1, 0)


def test_an_unreadable_picture_raises_with_its_path(encoder: lumisift.Encoder, cat: pathlib.Path, tmp_path: pathlib.Path) -> None:
    absent = tmp_path / "absent.jpg"
    with pytest.raises(lumisift.PictureError, match="absent.jpg") as raised:
        encoder.images([cat, absent])
    assert raised.value.path == str(absent) and raised.value.index == 1
    with pytest.raises(lumisift.PictureError, match="picture 0") as raised:
        encoder.scores([b"no picture", cat], ["cat"])
    assert raised.value.path is None and raised.value.index == 0
    assert isinstance(raised.value, ValueError)


def test_the_first_unreadable_picture_ends_the_work(encoder: lumisift.Encoder, cat: pathlib.Path) -> None:
    content, broken = cat.read_bytes(), b"no picture"
    # The starter's batches on the CPU have 16 pictures, and errors are raised after 4 batches. Embedding all pictures
    # would take many minutes.
    pictures = [content] * 64 + [broken] * 64 + [content] * 100_000
    with pytest.raises(lumisift.PictureError, match="picture 64") as raised:
        encoder.images(pictures)
    assert raised.value.index == 64


def test_an_unreadable_picture_is_a_row_of_nan_on_request(encoder: lumisift.Encoder, cat: pathlib.Path, moon: pathlib.Path) -> None:
    pictures: list[pathlib.Path | bytes] = [cat, b"no picture", moon]
    vectors = encoder.images(pictures, errors="nan")
    assert np.isnan(vectors).all(axis=1).tolist() == [False, True, False]
    np.testing.assert_array_equal(vectors[[0, 2]], encoder.images([cat, moon]))
    scores = encoder.scores(pictures, ["cat"], errors="nan")
    np.testing.assert_array_equal(scores[[0, 2]], encoder.scores([cat, moon], ["cat"]))
    assert np.isnan(scores[1]).all()


def test_wrong_arguments_are_refused(encoder: lumisift.Encoder, cat: pathlib.Path) -> None:
    with pytest.raises(ValueError, match='"raise" or "nan"'):
        encoder.images([cat], errors="ignore")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        encoder.images([3])  # type: ignore[list-item]
    with pytest.raises(TypeError):
        encoder.texts("one text")
    with pytest.raises(ValueError, match="has no words"):
        encoder.scores([cat], [""])


def test_a_label_that_names_a_missing_picture_raises_with_its_path(encoder: lumisift.Encoder, cat: pathlib.Path) -> None:
    with pytest.raises(lumisift.PictureError, match="absent.jpg") as raised:
        encoder.scores([cat], ["like:absent.jpg"])
    assert raised.value.index is None and str(raised.value.path).endswith("absent.jpg")


def test_a_missing_model_raises(tmp_path: pathlib.Path) -> None:
    with pytest.raises(lumisift.ModelError, match="no model"):
        lumisift.Encoder("no-such-model")
    with pytest.raises(lumisift.ModelError, match="not a complete model"):
        lumisift.Encoder(tmp_path)
    with pytest.raises(ValueError, match="is not a device"):
        lumisift.Encoder(device="abacus")
    with pytest.raises(ValueError, match='"f64" is not a precision: choose auto, f32 or int8'):
        lumisift.Encoder(precision="f64")


def test_the_precision_is_an_argument_and_not_a_setting(
    small_model: pathlib.Path, cat: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, short = (
        lumisift.Encoder(small_model, device="cpu", precision=precision).images([cat])[0] for precision in ("f32", "int8")
    )
    assert (full != short).any() and full @ short > 0.99
    default = lumisift.Encoder(small_model, device="cpu").images([cat])[0]
    monkeypatch.setenv("LUMISIFT_CONFIG_DIR", str(tmp_path))
    for precision in ("f32", "int8"):
        (tmp_path / "settings.json").write_text(json.dumps({"precision": precision}))
        np.testing.assert_array_equal(lumisift.Encoder(small_model, device="cpu").images([cat])[0], default)


def test_a_model_has_a_name_and_a_device(encoder: lumisift.Encoder) -> None:
    assert encoder.model == lumisift.Encoder("starter", device="cpu").model
    assert encoder.device == "CPU"
    assert repr(encoder).startswith("Encoder(model=")


@contextlib.contextmanager
def started_without_lock(run: collections.abc.Callable[[], None]) -> collections.abc.Iterator[None]:
    """Runs a function on another thread, from the moment at which this one releases the interpreter's lock."""
    go = threading.Event()

    def wait_and_run() -> None:
        go.wait()
        run()

    other = threading.Thread(target=wait_and_run)
    interval = sys.getswitchinterval()
    other.start()
    try:
        # Python itself does not switch threads for so long.
        sys.setswitchinterval(1000)
        go.set()
        yield
    finally:
        sys.setswitchinterval(interval)
        other.join()


def test_other_threads_run_during_the_work(encoder: lumisift.Encoder, cat: pathlib.Path) -> None:
    order: list[str] = []
    with started_without_lock(lambda: order.append("other")):
        encoder.images([cat] * 50)
        order.append("images")
    assert order == ["other", "images"]


def test_ctrl_c_ends_the_work(encoder: lumisift.Encoder, cat: pathlib.Path) -> None:
    content = cat.read_bytes()
    with pytest.raises(KeyboardInterrupt), started_without_lock(_thread.interrupt_main):
        encoder.images([content] * 100_000)
    with pytest.raises(KeyboardInterrupt), started_without_lock(_thread.interrupt_main):
        encoder.texts(["a photo of a cat"] * 100_000)
    assert encoder.images([cat]).shape == (1, encoder.dimensions)
