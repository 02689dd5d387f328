import _thread
import json
import pathlib
import subprocess
import sys
import threading

import lumisift
import numpy as np
import pytest


def test_pictures_become_vectors_of_length_one(encoder: lumisift.Encoder, cat: pathlib.Path, moon: pathlib.Path) -> None:
    vectors = encoder.images([cat, str(moon)])
    assert vectors.dtype == np.float32 and vectors.shape == (2, encoder.dimensions)
    assert vectors.flags.c_contiguous and vectors.flags.writeable
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_bytes_are_encoded_as_their_file(encoder: lumisift.Encoder, cat: pathlib.Path) -> None:
    content = cat.read_bytes()
    from_file, from_bytes, from_array = encoder.images([cat, content, bytearray(content)])
    np.testing.assert_array_equal(from_file, from_bytes)
    np.testing.assert_array_equal(from_file, from_array)


def test_a_vector_does_not_depend_on_its_neighbours(encoder: lumisift.Encoder, cat: pathlib.Path, moon: pathlib.Path) -> None:
    np.testing.assert_array_equal(encoder.images([moon, cat, moon])[1], encoder.images([cat])[0])
    one_thread = lumisift.Encoder(device="cpu", threads=1)
    np.testing.assert_array_equal(one_thread.images([cat]), encoder.images([cat]))


def test_a_text_is_near_the_picture_it_describes(encoder: lumisift.Encoder, cat: pathlib.Path, moon: pathlib.Path) -> None:
    texts = encoder.texts(["a photo of a cat", "a photo of the moon"])
    assert texts.dtype == np.float32 and texts.shape == (2, encoder.dimensions)
    cosines = encoder.images([cat, moon]) @ texts.T
    assert cosines.argmax(axis=1).tolist() == [0, 1]


def test_scores_are_those_of_the_command_line(
    encoder: lumisift.Encoder, cat: pathlib.Path, moon: pathlib.Path, program: str
) -> None:
    labels = ["cat", "moon, night sky", "animal -dog"]
    scores = encoder.scores([cat, moon], labels)
    assert scores.dtype == np.float32 and scores.shape == (2, 3)
    words = [word for label in labels for word in ("--label", label)]
    command = [program, "classify", str(cat), str(moon), *words, "--device", "cpu", "--format", "json"]
    printed = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    for row, photo in zip(scores, printed):
        matches = {label["label"]: label["match"] for label in photo["labels"]}
        np.testing.assert_allclose(row, [matches[label] for label in labels], atol=1e-4)


def test_nothing_in_gives_nothing_out(encoder: lumisift.Encoder, cat: pathlib.Path) -> None:
    assert encoder.images([]).shape == (0, encoder.dimensions)
    assert encoder.texts([]).shape == (0, encoder.dimensions)
    assert encoder.scores([], ["cat"]).shape == (0, 1)
    assert encoder.scores([cat], []).shape == (1, 0)


def test_a_bad_picture_raises_with_its_path(encoder: lumisift.Encoder, cat: pathlib.Path, tmp_path: pathlib.Path) -> None:
    absent = tmp_path / "absent.jpg"
    with pytest.raises(lumisift.PictureError, match="absent.jpg") as raised:
        encoder.images([cat, absent])
    assert raised.value.path == str(absent) and raised.value.index == 1
    with pytest.raises(lumisift.PictureError, match="picture 0") as raised:
        encoder.scores([b"no picture", cat], ["cat"])
    assert raised.value.path is None and raised.value.index == 0
    assert isinstance(raised.value, ValueError)


def test_a_bad_picture_is_a_row_of_nan_on_request(encoder: lumisift.Encoder, cat: pathlib.Path, moon: pathlib.Path) -> None:
    pictures = [cat, b"no picture", moon]
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
    with pytest.raises(ValueError, match="the label"):
        encoder.scores([cat], [""])


def test_a_label_that_names_a_missing_picture_raises_with_its_path(encoder: lumisift.Encoder, cat: pathlib.Path) -> None:
    with pytest.raises(lumisift.PictureError, match="absent.jpg") as raised:
        encoder.scores([cat], ["like:absent.jpg"])
    assert raised.value.index is None and str(raised.value.path).endswith("absent.jpg")


def test_a_model_that_is_not_there_raises(tmp_path: pathlib.Path) -> None:
    with pytest.raises(lumisift.ModelError, match="no model"):
        lumisift.Encoder("no-such-model")
    with pytest.raises(lumisift.ModelError, match="config.json"):
        lumisift.Encoder(tmp_path)
    with pytest.raises(ValueError, match="no device"):
        lumisift.Encoder(device="abacus")


def test_a_model_has_a_name_and_a_place(encoder: lumisift.Encoder) -> None:
    assert encoder.model == lumisift.Encoder("starter", device="cpu").model
    assert encoder.device == "CPU"
    assert repr(encoder).startswith("Encoder(model=")


def test_other_threads_run_meanwhile(encoder: lumisift.Encoder, cat: pathlib.Path) -> None:
    order = []
    go = threading.Event()
    other = threading.Thread(target=lambda: (go.wait(), order.append("other")))
    interval = sys.getswitchinterval()
    other.start()
    try:
        # From here on, the other thread runs only where this one gives the interpreter's lock away.
        sys.setswitchinterval(1000)
        go.set()
        encoder.images([cat] * 50)
        order.append("images")
    finally:
        sys.setswitchinterval(interval)
        other.join()
    assert order == ["other", "images"]


def test_ctrl_c_ends_the_work(encoder: lumisift.Encoder, cat: pathlib.Path) -> None:
    content = cat.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        threading.Thread(target=_thread.interrupt_main).start()
        encoder.images([content] * 100_000)
    assert encoder.images([cat]).shape == (1, encoder.dimensions)
