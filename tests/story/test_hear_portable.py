"""Models that hear without torch: predict, the session, ONNX, C, the certificate, the budget."""

import json
import shutil
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from hiddenstate.bundle import open_bundle
from hiddenstate.errors import InputError, SettingsError
from hiddenstate.runtime import Session
from hiddenstate.workflows.hearing.saved import open_hearing

pytestmark = pytest.mark.xdist_group("ears")


def with_torch(folder, files):
    """What the torch networks say."""
    from hiddenstate.data.text_table import TextTable

    saved = open_hearing(folder)
    table = TextTable(tuple(map(str, files)), None, "test")
    return saved.task.predict(saved.models, table, saved.run.recordings())


def silence_and_sounds(folder):
    import soundfile

    soundfile.write(folder / "silent.wav", np.zeros(4000, np.float32), 8000)
    return [folder / "up" / "ann0.wav", folder / "silent.wav", folder / "level" / "dee2.wav"]


@pytest.mark.parametrize("name", ["both", "one"])
def test_the_session_hears_what_torch_hears(ears, name):
    files = silence_and_sounds(ears)
    expected, found = with_torch(ears / name, files), Session(ears / name).run(files)
    np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-5)
    assert np.array_equal(found.predicted, expected.predicted)
    assert found.predicted[1] == -1
    for one, other in zip(found.weights, expected.weights, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    assert found.labels == Session(ears / name).labels == expected.labels


def test_many_recordings_are_read_in_blocks(ears, monkeypatch):
    from hiddenstate.runtime import sound_model

    files = sorted((ears / "up").iterdir())
    whole = Session(ears / "one").run(files)
    monkeypatch.setattr(sound_model, "READ_AT_ONCE", 5)
    monkeypatch.setattr(sound_model, "AT_ONCE", 2)
    np.testing.assert_allclose(Session(ears / "one").run(files).probabilities, whole.probabilities, atol=1e-6)
    assert len(Session(ears / "one").run([]).predicted) == 0


def test_predict_loads_no_torch(ears, tmp_path):
    out = tmp_path / "answers.csv"
    code = (
        "import sys; from hiddenstate.cli.main import app\n"
        f"app(['predict', {str(ears / 'both')!r}, {str(ears / 'table.csv')!r}, '--out', {str(out)!r}], "
        "standalone_mode=False)\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    found = pl.read_csv(out)
    expected = with_torch(ears / "both", found["file"])
    assert found["label"].to_list() == [
        "none of these" if place < 0 else expected.labels[place] for place in expected.predicted
    ]
    assert "none of these" in found["label"].to_list()  # the threshold goes along
    np.testing.assert_allclose(
        found["p_up"], expected.probabilities[:, expected.labels.index("up")], atol=1e-5
    )


def test_a_cell_that_only_torch_computes_is_still_asked(call, ears, tmp_path):
    outcome = call(
        "train", ears / "table.csv", "--task", "hear", "--model", "lstm-peephole", "--hidden-size", "4", "--epochs",
        "1", "--set", "model.filters=4", "--set", "augment.speed=0", "--out", tmp_path / "m", "--quiet",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    outcome = call("predict", tmp_path / "m", ears / "up" / "ann0.wav", "--json")
    assert json.loads(outcome.out)["label"] in ("up", "down", "level")
    outcome = call("verify", tmp_path / "m")
    assert outcome.code == 2
    assert "expected an RNN, LSTM or GRU" in outcome.err


def test_an_onnx_graph_gives_labels_with_what_is_in_its_metadata(call, ears, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime", reason="the extra 'export' is not installed")
    outcome = call("export", ears / "both", "--to", "onnx", "--out", tmp_path / "ear.onnx")
    assert outcome.code == 0, outcome.err
    assert "Checked on" in outcome.out
    session = onnxruntime.InferenceSession(tmp_path / "ear.onnx")
    meta = session.get_modelmeta().custom_metadata_map
    facts, labels = json.loads(meta["facts"]), json.loads(meta["labels"])["probabilities"]
    assert labels == ["down", "level", "up"]
    assert facts["frontend"]["rate"] == 8000
    assert facts["stride"] == 2
    assert facts["threshold"] is not None
    files = [ears / "up" / "ann0.wav", ears / "down" / "dee2.wav"]
    inputs = Session(ears / "both").sounds.inputs(files)
    assert inputs["frames"].shape[2] == facts["context"] * len(facts["preparation"]["training"]["mean"])
    (probabilities,) = session.run(["probabilities"], inputs)
    np.testing.assert_allclose(probabilities, Session(ears / "both").run(files).probabilities, atol=1e-5)


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler here")
@pytest.mark.parametrize("name", ["both", "one"])
def test_c_code_passes_its_own_test(call, ears, tmp_path, name):
    outcome = call("export", ears / name, "--to", "c", "--out", tmp_path / "c", "--longest", "80")
    assert outcome.code == 0, outcome.err
    assert "Checked on" in outcome.out
    made = subprocess.run(["make", "test"], cwd=tmp_path / "c", capture_output=True, text=True)
    assert made.returncode == 0, made.stderr


def test_verify_compares_all_ways(call, ears, tmp_path):
    folder = shutil.copytree(ears / "both", tmp_path / "m")
    outcome = call("verify", folder)
    assert outcome.code == 0, outcome.out + outcome.err
    for way in ("readable loop", "fused torch", "runtime", "onnx runtime", "c int8"):
        assert way in outcome.out
    assert json.loads(open_bundle(folder).read("parity.json"))["largest_relative_error"] < 1e-5


def test_budget_is_of_a_step_where_a_stream_can_be_heard(call, ears):
    found = json.loads(call("budget", ears / "one", "--json").out)
    assert found["timed"] == "one step of 20 ms of sound"
    assert found["streams"] is True
    assert found["c"][0]["flash_bytes"] < 4 * found["parameters"] + 1000
    found = json.loads(call("budget", ears / "both", "--json").out)
    assert found["timed"] == "a second of sound"
    assert found["why_not"] == "it is bidirectional: a layer reads each sequence from its end"
    assert "as C and ONNX whole sequences only" in call("budget", ears / "one").out


def test_what_does_not_fit_is_refused(call, ears, tmp_path):
    session = Session(ears / "one")
    with pytest.raises(InputError, match="expected a list of recordings, got one name"):
        session.run(str(ears / "up" / "ann0.wav"))
    with pytest.raises(SettingsError, match=r"got a sound classifier\. Give samples to .*open_listener"):
        session.step("word")
    with pytest.raises(
        SettingsError, match=r"expected a text classifier or a tagger, got a sound classifier"
    ):
        session.label(np.ones(3))
    np.save(tmp_path / "other.npy", np.zeros((20, 13), np.float32))
    with pytest.raises(
        InputError, match=r"other\.npy: expected frames of 23 numbers as the others have, got 13"
    ):
        session.run([tmp_path / "other.npy"])
    outcome = call("stream", ears / "one")
    assert outcome.code == 2
    assert (
        "expected a model that reads lines of text, got a sound classifier. Use hiddenstate listen."
        in outcome.err
    )
