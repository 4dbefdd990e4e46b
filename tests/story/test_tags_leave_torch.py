"""Taggers and readers of commands without torch, as ONNX and as C: the same tags, spans and intents everywhere."""

import io
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from hiddenstate.bundle import open_bundle, read_program
from hiddenstate.data.tagged_table import casing_of, table_of_texts
from hiddenstate.errors import BundleError, InputError, SettingsError
from hiddenstate.runtime import Session
from hiddenstate.runtime.chain import Chain
from hiddenstate.runtime.command_model import CommandModel
from hiddenstate.runtime.series_model import SeriesModel
from hiddenstate.runtime.session import COMMANDS, FORECASTS, TAGGER, TRANSCRIBER
from hiddenstate.runtime.tag_model import TagModel
from hiddenstate.runtime.transcript_model import TranscriptModel
from hiddenstate.workflows.intents.saved import open_intents
from hiddenstate.workflows.tags.saved import open_tagger
from tests.c_program import build
from tests.story.conftest import quietly
from tests.story.no_torch import without_torch
from tests.story.tagged_files import TINY, flights, write_commands, write_conll
from tests.story.test_bad_input import refused
from tests.story.test_tags import TREE

TEXTS = [
    "Flights  from New York to boston!", "", "zzz from 7am", "fares from denver to san jose today", "to a b to b ☔",
    "from san jose to new york",
]  # fmt: skip
ONE_WAY = ["--set", "model.bidirectional=false", "--set", "model.output=softmax"]
needs_compiler = pytest.mark.skipif(shutil.which("gcc") is None, reason="no C compiler here")
pytestmark = pytest.mark.xdist_group("taggers")


@pytest.fixture(scope="module")
def taggers(tmp_path_factory):
    """Small models by what they are: CRF, IOBES in several networks, plain tags read one way, commands."""
    folder = tmp_path_factory.mktemp("taggers")
    words, commands = (
        write_conll(folder / "c.conll", flights(60)),
        write_commands(folder / "c.jsonl", flights(60)),
    )
    (folder / "c.conllu").write_text(TREE)
    trainings = {
        "crf": (words, "tag", ["--epochs", "6"]),
        "several": (words, "tag", ["--epochs", "2", "--set", "task.scheme=iobes", "--members", "2"]),
        "spans one way": (words, "tag", ["--epochs", "1", *ONE_WAY]),
        "crf one way": (words, "tag", ["--epochs", "1", *ONE_WAY[:2]]),
        "plain": (folder / "c.conllu", "tag", ["--epochs", "2", *ONE_WAY, "--layers", "2"]),
        "commands": (commands, "intent", ["--epochs", "4"]),
        "peephole": (words, "tag", ["--epochs", "1", "--model", "lstm-peephole"]),
    }
    for name, (source, task, more) in trainings.items():
        quietly("train", source, "--task", task, *TINY, *more, "--out", folder / name)
    return folder


def in_torch(folder, texts):
    """What the networks themselves say: tags with their probabilities, and intents where the model has them."""
    saved = (open_intents if folder.name == "commands" else open_tagger)(folder)
    return saved.task.predict(saved.models, table_of_texts(texts, saved.run.task.tokens))


@pytest.mark.parametrize("name", ["crf", "several", "spans one way", "plain"])
def test_the_same_tags_and_probabilities_as_in_torch(taggers, name):
    found, expected = Session(taggers / name).run(TEXTS), in_torch(taggers / name, TEXTS)
    assert found.tags == expected.tags
    assert found.words == expected.words
    assert found.marks_spans == (name != "plain")
    for one, other in zip(found.probabilities, expected.probabilities, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_the_same_intents_and_slots_as_in_torch(taggers):
    found, expected = Session(taggers / "commands").run(TEXTS), in_torch(taggers / "commands", TEXTS)
    assert found.slots.tags == expected.slots.tags
    assert found.named() == expected.named()
    np.testing.assert_allclose(found.intents.probabilities, expected.intents.probabilities, atol=1e-5)
    for one, other in zip(found.intents.weights, expected.intents.weights, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    assert Session(taggers / "commands").labels == ("fare", "flight")


def test_a_text_beside_longer_ones_gets_the_same_tags(taggers):
    session = Session(taggers / "crf")
    together = session.run(TEXTS)
    for row, text in enumerate(TEXTS):
        alone = session.run([text])
        assert alone.tags[0] == together.tags[row]
        np.testing.assert_allclose(alone.probabilities[0], together.probabilities[row], atol=1e-6)


@pytest.mark.parametrize("name", ["crf", "several", "plain", "commands"])
def test_predict_loads_no_torch(taggers, name):
    source = taggers / ("c.jsonl" if name == "commands" else "c.conll")
    given = (["--text", "fares from denver to san jose", "--json"], [source, "--json"], ["--text", "a"])
    out = without_torch(*(["predict", taggers / name, *arguments] for arguments in given))
    first = json.loads(out.splitlines()[0])
    assert ("intent" in first) == (name == "commands")
    assert ("spans" in first) == (name in ("crf", "several"))


def test_predict_answers_as_the_networks_do_for_files_too(call, taggers):
    expected = in_torch(taggers / "crf", [TEXTS[0]])
    record = json.loads(call("predict", taggers / "crf", "--text", TEXTS[0], "--json").out)
    assert [word["tag"] for word in record["words"]] == list(expected.tags[0])
    assert all(TEXTS[0][span["start"] : span["stop"]] == span["text"] for span in record["spans"])
    out = taggers / "answers.csv"
    assert call("predict", taggers / "crf", taggers / "c.conll", "--out", out, "--force").code == 0
    table, saved = pl.read_csv(out), open_tagger(taggers / "crf")
    truth = saved.task.predict(saved.models, flights(60))
    assert table["tag"].to_list() == [tag for row in truth.tags for tag in row]
    np.testing.assert_allclose(
        table["probability"], np.concatenate(truth.probabilities), atol=1e-4
    )  # 4 decimals


def test_a_cell_that_only_torch_computes_still_answers(call, taggers):
    folder = taggers / "peephole"
    record = json.loads(call("predict", folder, "--text", TEXTS[0], "--json").out)
    assert [word["tag"] for word in record["words"]] == list(in_torch(folder, [TEXTS[0]]).tags[0])
    refused(call("verify", folder), "expected an RNN, LSTM or GRU, got the Peephole LSTM")
    with pytest.raises(BundleError, match="expected an RNN, LSTM or GRU"):
        Session(folder)


def test_a_beam_is_refused_as_before(call, taggers):
    refused(call("predict", taggers / "crf", "--text", "a", "--beam", "3"), "--beam", "got a tagger")


@pytest.mark.parametrize("name", ["crf", "commands"])
def test_verify_compares_all_ways(call, taggers, tmp_path, name):
    folder = shutil.copytree(taggers / name, tmp_path / "model")
    outcome = call("verify", folder)
    assert outcome.code == 0, outcome.out + outcome.err
    certificate = json.loads(open_bundle(folder).read("parity.json"))
    assert certificate["passed"] is True
    assert certificate["largest_relative_error"] < 1e-5
    ways = {pair["second"] for pair in certificate["pairs"]}
    assert ways >= {"readable loop", "fused torch", "runtime"}
    assert "it is bidirectional" in call("export", folder, "--to", "onnx", "--out", tmp_path / "m.onnx").out


@pytest.mark.parametrize("name", ["crf", "commands", "several"])
def test_an_onnx_graph_and_its_metadata_are_enough_for_the_tags(call, taggers, tmp_path, name):
    onnxruntime = pytest.importorskip("onnxruntime", reason="the extra 'export' is not installed")
    outcome = call("export", taggers / name, "--to", "onnx", "--out", tmp_path / "m.onnx")
    assert outcome.code == 0, outcome.err
    graph = onnxruntime.InferenceSession(tmp_path / "m.onnx")
    said = {key: json.loads(value) for key, value in graph.get_modelmeta().custom_metadata_map.items()}
    session = Session(taggers / name)
    model = session.tags or session.commands.words
    texts = [text for text in TEXTS if text]
    inputs = model._encoded([text.replace("!", " !").replace("7", "7 ").split() for text in texts])
    names = [output.name for output in graph.get_outputs()]
    found = dict(
        zip(names, graph.run(None, {key: np.asarray(x, np.int64) for key, x in inputs.items()}), strict=True)
    )
    ours = model.interpreter(inputs)
    assert set(names) == set(ours)
    for output, values in ours.items():
        np.testing.assert_allclose(found[output], values, atol=1e-5)
    (steps, *more), labels = said["facts"]["steps"], said["labels"]["scores0"]
    assert len(more) == (1 if name == "several" else 0)
    best = Chain.from_facts(steps).best(found["scores0"], inputs["lengths"])
    decoded = [[labels[tag] for tag in row if tag >= 0] for row in best]
    if name == "crf":
        assert decoded[0] == list(session.run(texts[:1]).tags[0])
    if name == "commands":
        assert said["labels"]["probabilities"] == ["fare", "flight"]
        assert said["facts"]["threshold"] is None


C_MAIN = """
#include <stdio.h>
#include "model.h"
static model_path_work work;
int main(int count, char **arguments)
{
    static float scores[MODEL_MAX_STEPS * 64];
    static int32_t tags[MODEL_MAX_STEPS];
    size_t read = 0;
    for (int i = 1; i < count; i++) {
        printf("%d ", (int)model_casing(arguments[i]));
    }
    while (scanf("%f", &scores[read]) == 1) {
        read++;
    }
    const size_t steps = read / TAGS;
    if (model_best_path(scores, steps, &work, tags) != MODEL_OK) {
        return 1;
    }
    printf("\\n");
    for (size_t t = 0; t < steps; t++) {
        printf("%d ", (int)tags[t]);
    }
    return model_best_path(scores, MODEL_MAX_STEPS + 1, &work, tags) == MODEL_TOO_LONG ? 0 : 2;
}
"""
WORDS = [
    "the",
    "York",
    "USA",
    "iPod",
    "1987",
    "3rd",
    "?",
    "A",
    "a",
    "McX",
    "7,5",
    "x-Ray",
    "O'NEIL",
    "straße",
    "-1",
    "AB1",
]


@needs_compiler
@pytest.mark.parametrize("steps", [0, 1, 2, 30])
def test_the_best_path_in_c_is_that_of_the_runtime(call, taggers, tmp_path, steps):
    arguments = ["--to", "c", "--out", tmp_path / "c", "--longest", "40", "--no-check"]
    assert call("export", taggers / "crf", *arguments).code == 0
    model = Session(taggers / "crf").tags
    main = build(tmp_path / "c", C_MAIN, f"-DTAGS={len(model.labels)}")
    scores = np.random.default_rng(steps).normal(0, 3, (1, steps, len(model.labels))).astype(np.float32)
    text = " ".join(map(repr, scores.ravel().tolist()))
    run = subprocess.run([main, *WORDS], input=text, capture_output=True, text=True, check=True)
    casing, tags = run.stdout.split("\n")
    assert [int(number) for number in casing.split()] == [casing_of(word) for word in WORDS]
    assert [int(number) for number in tags.split()] == model.chains[0].best(scores, np.array([steps]))[
        0
    ].tolist()


@needs_compiler
def test_c_code_of_several_networks_gives_scores_without_a_path(call, taggers, tmp_path):
    arguments = ["--to", "c", "--out", tmp_path / "c", "--longest", "40"]
    outcome = call("export", taggers / "several", *arguments)
    assert outcome.code == 0, outcome.err
    header = (tmp_path / "c" / "model.h").read_text()
    assert "float scores1[" in header
    assert "model_best_path" not in header
    run = subprocess.run(["make", "test"], cwd=tmp_path / "c", capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


REASONS = {
    "crf": (
        "it is bidirectional",
        "--set model.bidirectional=false --set model.output=softmax",
        "hiddenstate predict",
    ),
    "crf one way": ("its CRF decides on the tags of a sentence together", "--set model.output=softmax"),
    "spans one way": ("its tags mark spans", "tags that mark no spans"),
    "commands": ("an intent is that of a whole text", "Give whole texts"),
}


@pytest.mark.parametrize("name", REASONS)
def test_what_cannot_stream_says_why_and_what_to_do(call, taggers, monkeypatch, name):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"to\n")))
    outcome = call("stream", taggers / name)
    refused(outcome, "expected a model that can stream", *REASONS[name])
    assert not outcome.out
    with pytest.raises(SettingsError, match=REASONS[name][0]):
        Session(taggers / name).step("to")
    assert f"no: {REASONS[name][0]}" in " ".join(call("budget", taggers / name).out.replace("│", " ").split())


def test_words_one_by_one_get_the_tags_of_the_whole_sentence(call, taggers, monkeypatch):
    words = ["go", "!", "unseen", "Home"]
    monkeypatch.setattr(
        sys, "stdin", SimpleNamespace(buffer=io.BytesIO("\n".join([*words, "", *words]).encode()))
    )
    outcome = call("stream", taggers / "plain")
    assert outcome.code == 0, outcome.err
    head, *rows = outcome.out.split("\n")
    assert head == "word,tag,probability"
    assert rows[4] == ""
    assert rows[:4] == rows[5:9]  # an empty line begins anew
    expected = in_torch(taggers / "plain", ["go ! unseen Home"])
    assert [row.split(",")[1] for row in rows[:4]] == list(expected.tags[0])
    sure = [float(row.split(",")[2]) for row in rows[:4]]
    np.testing.assert_allclose(sure, expected.probabilities[0], atol=1e-5)


def test_streams_of_words_side_by_side_and_what_is_no_word(taggers):
    session = Session(taggers / "plain")
    y, state = session.step(["go", "home"], session.initial_state(2))
    again, _ = session.step(["!3", "!4"], state)
    one, own = session.step("home")
    np.testing.assert_allclose(y[1], one, atol=1e-6)
    np.testing.assert_allclose(again[1], session.step("!4", own)[0], atol=1e-6)
    assert session.label(one)[0] in session.labels
    with pytest.raises(InputError, match="expected a word, got ' ' at 0"):
        session.step(" ", own)


def test_a_broken_line_is_passed_over_where_that_is_asked(call, taggers, monkeypatch):
    def given(*arguments):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"go\n\xff\nhome\n")))
        return call("stream", taggers / "plain", *arguments)

    stopped = given()
    assert stopped.code == 2
    assert "standard input line 2, byte 1: expected UTF-8" in stopped.err
    assert len(stopped.out.splitlines()) == 2  # the word before it is answered
    outcome = given("--on-error", "skip")
    assert outcome.code == 0
    assert len(outcome.out.splitlines()) == 3
    assert "Skipped." in outcome.err


@pytest.mark.parametrize("name", ["crf", "commands", "plain"])
def test_the_budget_says_what_a_tagger_costs(call, taggers, name):
    found = json.loads(call("budget", taggers / name, "--json").out)
    assert found["microseconds"] > 0
    assert found["timed"] == ("one step" if name == "plain" else "a text of 20 words")
    assert {chip["weights"] for chip in found["c"]} == {"float32", "int8"}
    assert found["streams"] == (name == "plain")


@pytest.mark.parametrize("model", [TagModel, CommandModel])
def test_a_damaged_task_is_refused(taggers, model):
    bundle = open_bundle(taggers / ("crf" if model is TagModel else "commands"))
    program = read_program(bundle)
    damaged = replace(bundle, encoders={"task": {}})
    with pytest.raises(BundleError, match=r"expected a stored t.*, got a damaged one.*Train again"):
        model(damaged, program)


def test_the_names_of_kinds_are_those_of_their_models():
    assert (TagModel.kind, CommandModel.kind, SeriesModel.kind) == (TAGGER, COMMANDS, FORECASTS)
    assert TranscriptModel.kind == TRANSCRIBER
