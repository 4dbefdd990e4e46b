"""Transcribers without torch, as ONNX and as C: the same letters, texts and times everywhere."""

import json
import shutil
import subprocess
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from hiddenstate.bundle import add_file, open_bundle, read_program
from hiddenstate.bundle.manifest import MANIFEST
from hiddenstate.data.transcripts import Utterances
from hiddenstate.errors import InputError, SettingsError
from hiddenstate.parity.certificate import PARITY
from hiddenstate.program.program import PROGRAM
from hiddenstate.runtime import Session, transcript_model
from hiddenstate.tasks import transcribe
from hiddenstate.tasks.ctc import greedy
from hiddenstate.workflows.transcripts.live import open_live
from hiddenstate.workflows.transcripts.saved import open_transcriber
from tests.story.conftest import quietly
from tests.story.no_torch import without_torch
from tests.story.spoken_files import TINY, frames_of, write_spoken
from tests.story.test_bad_input import refused

LIVE = ["--one-directional", "--set", "task.deltas=false", "--set", "task.standardise=training"]
NAMES = ["both", "greedy", "several", "live"]
needs_compiler = pytest.mark.skipif(shutil.which("gcc") is None, reason="no C compiler here")
pytestmark = pytest.mark.xdist_group("transcribers")


@pytest.fixture(scope="module")
def transcribers(tmp_path_factory):
    """Small models by what they are; `t.csv` and the recordings beside them."""
    folder = tmp_path_factory.mktemp("transcribers")
    table = write_spoken(folder)
    trainings = {
        "both": ["--epochs", "15"],
        "greedy": ["--epochs", "8", "--set", "task.beam=1", "--set", "model.stack=2", "--model", "lstm"],
        "several": ["--epochs", "6", "--set", "task.members=2", "--layers", "2", "--set", "task.order=0"],
        "live": ["--epochs", "15", *LIVE],
        "peephole": ["--epochs", "1", "--model", "lstm-peephole"],
    }
    for name, more in trainings.items():
        quietly("train", table, "--task", "transcribe", *TINY, *more, "--out", folder / name)
    return folder


def without_program(folder, target):
    """The same bundle as an earlier version wrote it."""
    shutil.copytree(folder, target)
    manifest = json.loads((target / MANIFEST).read_text())
    del manifest["files"][PROGRAM]
    (target / MANIFEST).write_text(json.dumps(manifest))
    (target / PROGRAM).unlink()
    return target


def spoken(*texts, seed=3):
    """Frames of texts, and some that say nothing."""
    random = np.random.default_rng(seed)
    frames = (
        *(frames_of(text, random) for text in texts),
        random.normal(0, 0.1, (7, 4)).astype(np.float32),
        random.normal(0, 1.0, (1, 4)).astype(np.float32),
    )
    return Utterances(tuple(map(str, range(len(frames)))), frames, None, "test")


def in_torch(folder, table):
    """What the networks themselves say: log probabilities and texts with times."""
    saved = open_transcriber(folder)
    return saved.task.log_probabilities(saved.models, table), saved.task.predict(saved.models, table)


def same(found, expected):
    assert found.texts == expected.texts
    assert found.words == expected.words
    assert found.files == expected.files


@pytest.mark.parametrize("name", NAMES)
def test_the_same_letters_texts_and_times_as_in_torch(transcribers, name):
    table = spoken("cab a", "bc ba cab a ba", "a", "ba" * 20)
    model = Session(transcribers / name).transcripts
    logs, expected = in_torch(transcribers / name, table)
    for one, other in zip(model.log_probabilities(table), logs, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-5)  # of numbers to -30
    same(model.read(table), expected)
    assert any(expected.texts)


@pytest.mark.parametrize("name", NAMES)
def test_a_long_recording_is_read_in_pieces_as_in_torch(transcribers, name, monkeypatch):
    table = spoken("cab a", " ".join(["ba", "cab a", "bc"] * 70))
    assert len(table.frames[1]) > 2100  # two pieces, where two frames make a step
    whole = Session(transcribers / name).transcripts.log_probabilities(table)
    for module in (transcribe, transcript_model):
        monkeypatch.setattr(module, "LONGEST_WHOLE", 300)
    found = Session(transcribers / name).transcripts
    logs, expected = in_torch(transcribers / name, table)
    for one, other, at_once in zip(found.log_probabilities(table), logs, whole, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-5)
        # What both directions forget beyond 100 steps hardly matters; one direction forgets nothing.
        np.testing.assert_allclose(one, at_once, atol=2e-5 if name == "live" else 0.1)
    same(found.read(table), expected)


@pytest.mark.parametrize("name", ["both", "live"])
def test_predict_loads_no_torch(transcribers, name, tmp_path):
    out, one = tmp_path / "answers.csv", transcribers / "3.npy"
    more = [[one, "--partial", "--json"]] if name == "live" else []
    calls = [[one, "--json"], [transcribers / "t.csv", "--out", out], *more]
    printed = without_torch(*(["predict", transcribers / name, *arguments] for arguments in calls))
    table = pl.read_csv(transcribers / "t.csv")
    frames = tuple(np.load(transcribers / file) for file in table["file"])
    _, expected = in_torch(transcribers / name, Utterances(tuple(table["file"]), frames, None, "t"))
    assert (pl.read_csv(out)["text"].fill_null("").to_list()) == list(expected.texts)
    lines = [json.loads(line) for line in printed.splitlines()]
    assert lines[0]["text"] == expected.texts[3]
    assert [(word["start"], word["stop"]) for word in lines[0]["words"]] == [
        (word.start, word.stop) for word in expected.words[3]
    ]
    if more:
        assert lines[-1]["last"] is True
        assert len(lines) > 1


def test_a_bundle_of_an_earlier_version_answers_in_torch(transcribers, tmp_path, call):
    old = without_program(transcribers / "live", tmp_path / "old")
    for more in ([], ["--partial"]):
        arguments = (transcribers / "3.npy", "--json", *more)
        outcome = call("predict", old, *arguments)
        assert outcome.code == 0, outcome.err
        assert outcome.out == call("predict", transcribers / "live", *arguments).out
    refused(call("verify", old), "expected a model with program.json", "Train it again")


def test_a_cell_that_only_torch_computes_is_still_asked(transcribers, call):
    outcome = call("predict", transcribers / "peephole", transcribers / "3.npy", "--json")
    assert set(json.loads(outcome.out)["text"]) <= set("abc ")
    refused(call("verify", transcribers / "peephole"), "expected an RNN, LSTM or GRU")


def test_a_live_transcript_without_torch_is_that_of_the_networks(transcribers, tmp_path):
    old = without_program(transcribers / "live", tmp_path / "old")
    lives = [open_live(transcribers / "live"), open_live(old)]
    frames = frames_of("cab a bc", np.random.default_rng(5))
    for first in range(0, len(frames), 7):
        one, other = (live.accept(frames[first : first + 7]) for live in lives)
        assert one == other
    text = lives[0].finish()
    assert text == lives[1].finish()
    assert len(text) > 2


def test_the_session_writes_down_files_and_says_what_it_cannot(transcribers):
    session = Session(transcribers / "both")
    files = [transcribers / "3.npy", transcribers / "5.npy"]
    table = Utterances(tuple(map(str, files)), tuple(np.load(file) for file in files), None, "t")
    same(session.run(files), in_torch(transcribers / "both", table)[1])
    assert session.labels == ("", " ", "a", "b", "c")
    assert session.why_not_stream == "it is bidirectional: a layer reads each sequence from its end"
    assert Session(transcribers / "live").why_not_stream is None
    with pytest.raises(InputError, match="expected a list of recordings, got one name"):
        session.run(str(files[0]))
    with pytest.raises(SettingsError, match=r"got a transcriber\. Give frames to .*open_live"):
        session.step("word")


def test_an_onnx_graph_and_its_metadata_give_the_letters(call, transcribers, tmp_path):
    onnx = pytest.importorskip("onnx", reason="the extra 'export' is not installed")
    onnxruntime = pytest.importorskip("onnxruntime", reason="the extra 'export' is not installed")
    outcome = call("export", transcribers / "several", "--to", "onnx", "--out", tmp_path / "asr.onnx")
    assert outcome.code == 0, outcome.err
    assert "Checked on" in outcome.out
    assert "No graph of one step: it is bidirectional" in outcome.out
    onnx.checker.check_model(onnx.load(tmp_path / "asr.onnx"), full_check=True)
    session = onnxruntime.InferenceSession(tmp_path / "asr.onnx")
    facts = json.loads(session.get_modelmeta().custom_metadata_map["facts"])
    files = [transcribers / "3.npy", transcribers / "5.npy"]
    inputs = Session(transcribers / "several").transcripts.inputs(files)
    (found,) = session.run(["log_probabilities"], inputs)
    table = Utterances(("3", "5"), tuple(np.load(file) for file in files), None, "t")
    for row, logs in enumerate(in_torch(transcribers / "several", table)[0]):
        own = found[row, : inputs["lengths"][row]]
        np.testing.assert_allclose(own, logs, atol=2e-5)
        assert not found[row, inputs["lengths"][row] :].any()
        best = own.argmax(axis=1).tolist()
        letters = [
            facts["alphabet"][letter - 1]
            for before, letter in pairwise([0, *best])
            if letter not in (0, before)
        ]
        assert len(own) * facts["step_seconds"] == pytest.approx(0.01 * len(table.frames[row]))
        assert "".join(letters) == "".join(
            Session(transcribers / "several").labels[said.letter] for said in greedy(logs)
        )


def test_a_live_graph_takes_one_step_with_its_state(call, transcribers, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime", reason="the extra 'export' is not installed")
    outcome = call("export", transcribers / "live", "--to", "onnx", "--out", tmp_path / "asr.onnx")
    assert outcome.code == 0, outcome.err
    step = onnxruntime.InferenceSession(tmp_path / "asr.step.onnx")
    table = spoken("cab a")
    (logs, *_), _ = in_torch(transcribers / "live", table)
    frames = Session(transcribers / "live").transcripts.coder.prepared(table.frames[0])
    state = np.zeros((1, 12), np.float32)
    for own, expected in zip(frames, logs, strict=True):
        found, state = step.run(
            ["log_probabilities", "layer0.h.next"], {"frames": own[None, None], "layer0.h": state}
        )
        np.testing.assert_allclose(found[0, 0], expected, atol=2e-5)


@needs_compiler
@pytest.mark.parametrize("name", ["both", "live"])
def test_c_code_passes_its_own_test(call, transcribers, tmp_path, name):
    outcome = call("export", transcribers / name, "--to", "c", "--out", tmp_path / "c", "--longest", "80")
    assert outcome.code == 0, outcome.err
    assert "Checked on" in outcome.out
    header = (tmp_path / "c" / "model.h").read_text()
    assert ("model_step" in header) == (name == "live")
    assert "model_labels_log_probabilities[5]" in header
    made = subprocess.run(["make", "test"], cwd=tmp_path / "c", capture_output=True, text=True)
    assert made.returncode == 0, made.stderr


@needs_compiler
@pytest.mark.parametrize("name", ["both", "several", "live"])
def test_verify_compares_all_ways(call, transcribers, tmp_path, name):
    pytest.importorskip("onnxruntime", reason="the extra 'export' is not installed")
    folder = shutil.copytree(transcribers / name, tmp_path / "m")
    outcome = call("verify", folder)
    assert outcome.code == 0, outcome.out + outcome.err
    found = json.loads(open_bundle(folder).read(PARITY))
    assert found["largest_relative_error"] < 1e-5
    assert found["label_flips"] == 0
    ways = {pair["second"] for pair in found["pairs"]}
    assert ways >= {"readable loop", "fused torch", "numpy float32", "runtime", "onnx runtime", "c", "c int8"}
    assert ("c, by steps" in ways) == (name == "live")


def test_a_network_that_is_not_the_programs_is_no_parity(call, transcribers, tmp_path):
    folder = shutil.copytree(transcribers / "both", tmp_path / "m")
    program = json.loads((folder / PROGRAM).read_text())
    (both,) = [operation for operation in program["operations"] if operation["kind"] == "concat"]
    both["inputs"] = {"0": both["inputs"]["1"], "1": both["inputs"]["0"]}
    add_file(folder, PROGRAM, json.dumps(program).encode())
    outcome = call("verify", folder)
    assert outcome.code == 1
    assert "readable loop" in outcome.out + outcome.err


def test_budget_is_of_a_step_where_a_stream_can_be_written_down(call, transcribers):
    found = json.loads(call("budget", transcribers / "live", "--json").out)
    assert found["timed"] == "one step of 10 ms of sound"
    assert found["streams"] is True
    assert found["c"][0]["state_bytes"] == 4 * 12
    assert found["c"][1]["flash_bytes"] < found["c"][0]["flash_bytes"] < 4 * found["parameters"] + 1000
    found = json.loads(call("budget", transcribers / "both", "--json").out)
    assert found["timed"] == "a second of sound"
    assert 0 < found["microseconds"] < 1e6
    assert found["why_not"] == "it is bidirectional: a layer reads each sequence from its end"
    refused(call("stream", transcribers / "live"), "got a transcriber. Use hiddenstate predict --partial")


def test_what_the_graph_needs_stands_in_the_facts(transcribers):
    program = read_program(open_bundle(transcribers / "greedy"))
    assert program.outputs["log_probabilities"].labels == ("", " ", "a", "b", "c")
    assert program.facts["alphabet"] == " abc"
    assert program.facts["step_seconds"] == pytest.approx(0.02)
    assert program.facts["stack"] == 2
