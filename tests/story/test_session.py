"""A saved model without torch: whole texts, words one by one, states that are kept, and what is refused."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from hiddenstate.errors import BundleError, SettingsError, ShapeError
from hiddenstate.runtime import Session, State, StateError
from hiddenstate.workflows.answering import answer
from hiddenstate.workflows.classes.predict import label_file, label_texts
from hiddenstate.workflows.forecasts.predict import predict_forecast
from tests.story.conftest import lines
from tests.story.no_torch import without_torch

TEXTS = ["rain today very near", "", "goal unseenword \0 a storm", "the soup we saw didn't taste like bread"]
POOLS = ("last", "mean", "max")
pytestmark = pytest.mark.xdist_group("classifiers")


@pytest.mark.parametrize("name", [*POOLS, "both", "pairs"])
def test_predict_answers_without_torch_what_torch_answers(classifiers, name, tmp_path):
    path = tmp_path / "new.csv"
    pl.DataFrame({"text": TEXTS}).write_csv(path)
    for own, expected in (
        (answer(classifiers / name, None, TEXTS), label_texts(classifiers / name, TEXTS)),
        (answer(classifiers / name, path), label_file(classifiers / name, path)),
    ):
        assert_frame_equal(own.table, expected.table, rel_tol=1e-5, abs_tol=1e-6)
        assert len(own.shown) == len(expected.shown)


def test_predict_forecasts_without_torch_what_torch_forecasts(model, tmp_path):
    path = tmp_path / "ahead.csv"
    path.write_text("\n".join(lines(24 * 40, 24)) + "\n")
    assert_frame_equal(answer(model, path).table, predict_forecast(model, path), rel_tol=1e-5)


@pytest.mark.parametrize("name", [*POOLS, "both", "pairs"])
def test_whole_texts_get_what_predict_says(classifiers, name):
    result = Session(classifiers / name).run(TEXTS)
    table = label_texts(classifiers / name, TEXTS).table
    expected = table.select([f"p_{label}" for label in result.labels]).to_numpy()
    np.testing.assert_allclose(result.probabilities, expected, rtol=1e-5, atol=1e-6)
    assert [result.labels[place] for place in result.predicted] == table["label"].to_list()
    assert list(result.tokens[0]) == TEXTS[0].split()


@pytest.mark.parametrize("pool", POOLS)
def test_word_by_word_is_the_whole_text(classifiers, pool):
    session = Session(classifiers / pool)
    whole = session.run(TEXTS).probabilities
    for text, expected in zip(TEXTS, whole, strict=True):
        state = session.initial_state()
        y, state = session.step("", state)
        for word in text.split(" "):
            y, state = session.step(word, state)
        np.testing.assert_allclose(y, expected, atol=1e-6)
    assert session.label(y) == (session.labels[int(np.argmax(y))],)


@pytest.mark.parametrize("pool", POOLS)
def test_streams_side_by_side_are_each_by_itself(classifiers, pool):
    session = Session(classifiers / pool)
    y, state = session.step(TEXTS, session.initial_state(len(TEXTS)))
    np.testing.assert_allclose(y, session.run(TEXTS).probabilities, atol=1e-6)
    more, _ = session.step(["", "wind", "the match", "?"], state)
    assert np.array_equal(more[0], y[0])
    np.testing.assert_allclose(more[1], session.run(["wind"]).probabilities[0], atol=1e-6)


def test_a_state_on_the_disk_goes_on_where_it_was(classifiers, tmp_path):
    session = Session(classifiers / "mean")
    _, state = session.step("rain today")
    state.save(tmp_path / "state.safetensors")
    y, _ = Session(classifiers / "mean").step("very near", State.load(tmp_path / "state.safetensors"))
    np.testing.assert_allclose(y, session.run([TEXTS[0]]).probabilities[0], atol=1e-6)


def test_what_is_wrong_is_refused_and_the_state_stays(classifiers):
    session, other = Session(classifiers / "last"), Session(classifiers / "max")
    _, state = session.step("rain today")
    before = state.values.copy()
    wrong = State(session.model, np.full_like(before, np.nan))
    cases = [
        (("rain", other.initial_state()), StateError, "expected one of model .*, got one of model"),
        ((3, state), ShapeError, "x: expected a text or a list of texts, got int"),
        ((["rain", 3], session.initial_state(2)), ShapeError, "expected a text, got int at 1"),
        ((np.ones(3), state), ShapeError, "got ndarray"),
        ((["rain"], state), StateError, r"expected finite float32 numbers of shape \(1, "),
        (("rain", wrong), StateError, "expected finite float32"),
        (("rain", "state"), StateError, "expected a State, got str"),
    ]
    for arguments, error, message in cases:
        with pytest.raises(error, match=message):
            session.step(*arguments)
    assert np.array_equal(state.values, before)
    session.step("more", state)
    assert np.array_equal(state.values, before)


def test_what_cannot_stream_says_why_and_what_to_do(classifiers, model):
    with pytest.raises(SettingsError, match=r'bidirectional.*pool = "last", "mean" or "max"'):
        Session(classifiers / "both").step("rain")
    with pytest.raises(SettingsError, match="counts pairs of words, and words come one by one"):
        Session(classifiers / "pairs").step("rain")
    with pytest.raises(SettingsError, match=r"windows of a fixed length.*hiddenstate stream"):
        Session(model).initial_state()
    with pytest.raises(SettingsError, match="expected a text classifier or a tagger, got a forecaster"):
        Session(model).label(np.ones(3))


def test_a_damaged_model_is_refused_by_file(classifiers, tmp_path):
    folder = shutil.copytree(classifiers / "last", tmp_path / "model")
    weights = folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    with pytest.raises(BundleError, match=r"weights\.safetensors: expected the contents that were saved"):
        Session(folder)
    manifest = json.loads((classifiers / "last" / "manifest.json").read_text())
    shutil.copy(classifiers / "last" / "weights.safetensors", weights)
    del manifest["files"]["program.json"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match=r"expected a model with program\.json.*Train it again"):
        Session(folder)


def test_a_forecast_is_the_one_of_predict(model, tmp_path):
    path = tmp_path / "ahead.csv"
    path.write_text("\n".join(lines(24 * 40, 24)) + "\n")
    forecast = Session(model).run(path)
    table = predict_forecast(model, path)
    np.testing.assert_allclose(forecast.median()[0, :, 0], table["load"].to_numpy(), rtol=1e-5)
    np.testing.assert_allclose(forecast.values[0, :, 0, 0], table["load_q0.025"].to_numpy(), rtol=1e-5)


def test_neither_texts_nor_series_load_torch(classifiers, model, demand):
    code = f"""
import sys
from hiddenstate.runtime import Session
session = Session({str(classifiers / "mean")!r})
session.run(["rain"]); session.step("rain")
assert "polars" not in sys.modules
try:
    Session({str(model)!r}).run({str(demand)!r})
except Exception as error:
    assert "known columns" in str(error), error
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_the_command_predict_loads_no_torch_for_texts_and_series(classifiers, model, tmp_path):
    path = tmp_path / "ahead.csv"
    path.write_text("\n".join(lines(24 * 40, 24)) + "\n")
    without_torch(["predict", classifiers / "mean", "--text", "rain"], ["predict", model, path])
