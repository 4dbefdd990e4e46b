"""Looking inside saved models through the command line: pages, charts, gates, walks, and what is refused."""

import json
import re

import polars as pl
import pytest

from hiddenstate.inspection import load_trace
from tests.story.conftest import quietly
from tests.story.test_bad_input import refused
from tests.story.text_files import TINY, rows, write

TEXT = "we saw a storm near the old oven"
AT = "2024-03-01 00:00"


@pytest.fixture(scope="session")
def labelled(tmp_path_factory):
    return write(tmp_path_factory.mktemp("texts") / "texts.csv", rows())


@pytest.fixture(scope="session")
def looking(labelled, tmp_path_factory):
    """A classifier with attention, of two networks."""
    folder = tmp_path_factory.mktemp("models") / "looking"
    quietly("train", labelled, *TINY, "--epochs", 2, "--members", 2, "--out", folder)
    return folder


@pytest.fixture(scope="session")
def pooling(labelled, tmp_path_factory):
    """A classifier without attention, reading one way."""
    folder = tmp_path_factory.mktemp("models") / "pooling"
    plain = ["--set", "model.pool=mean", "--set", "model.bidirectional=false", "--model", "gru"]
    quietly("train", labelled, *TINY, *plain, "--epochs", 1, "--out", folder)
    return folder


def test_a_text_is_explained_on_one_page(call, looking, tmp_path):
    outcome = call("explain", looking, "--text", TEXT, "--out", tmp_path / "why.html")
    assert outcome.code == 0, outcome.err
    assert "The answer: " in outcome.out
    page = (tmp_path / "why.html").read_text()
    for words in (
        "Why this answer?",
        f"“{TEXT}”, read by network 1 of 2",
        "Where the network looked",
        "Inside recurrent, layer 1",
        "Inside recurrent, layer 1, backward",
        "f: forget gate",
        "How long the units remember",
        "step 4: storm",
        "What the answer rests on, word by word",
        "Can the shares be believed?",
        "How far the gradient reaches back",
        "layer 1 (LSTM, state C; fresh weights, forget bias 1.0)",
        "layer 1 (LSTM, state C; after training, forget bias",
        "layer 1, backward (LSTM, state C; after training",
    ):
        assert words in page, words
    assert page.count('data-steps="8"') == 2
    assert page.count("where the network looked") + page.count("Where the network looked") == 2, (
        "attention is shown once, with one explanation"
    )
    assert "Where the model looked" not in page
    assert "Does attention agree?" in page
    assert re.search(r"https?://(?!www\.w3\.org)", page) is None, "nothing is loaded from a network"


def test_charts_and_gates_go_into_files(call, looking, tmp_path):
    outcome = call(
        *("explain", looking, "--text", TEXT, "--out", tmp_path / "why.html"),
        *("--charts", tmp_path / "charts", "--trace", tmp_path / "gates.csv", "--unit", "3"),
    )
    assert outcome.code == 0, outcome.err
    names = {path.name for path in (tmp_path / "charts").iterdir()}
    assert {
        "units-1-recurrent-layer-1.png",
        "gates-2-recurrent-layer-1-backward.svg",
        "half-lives.png",
        "attention.png",
        "attention.svg",
    } <= names
    assert {name[-4:] for name in names} == {".png", ".svg"}
    assert "Unit 3 of recurrent, layer 1" in (tmp_path / "why.html").read_text()
    table = pl.read_csv(tmp_path / "gates.csv")
    assert table["label"].unique(maintain_order=True).to_list() == TEXT.split()
    assert set(table["symbol"]) == {"f", "i", "C_tilde", "C", "o", "h"}
    assert len(load_trace(tmp_path / "gates.csv")) == 2


def test_only_the_parts_that_are_asked_for(call, looking, tmp_path):
    assert call("explain", looking, "--text", TEXT, "--out", tmp_path / "a.html", "--show", "gates").code == 0
    page = (tmp_path / "a.html").read_text()
    assert "f: forget gate" in page
    assert "How long the units remember" not in page
    assert "Where the network looked" not in page


def test_a_model_without_attention_says_what_it_can_show(call, pooling, tmp_path):
    out = tmp_path / "why.html"
    refused(
        call("explain", pooling, "--text", TEXT, "--out", out, "--show", "attention"),
        "attention: expected a model with attention, got one that pools by mean over time",
        "Show evidence, units, gates, memory or walk",
    )
    assert not out.exists()
    assert call("explain", pooling, "--text", TEXT, "--out", out).code == 0
    page = out.read_text()
    assert "Where the network looked" not in page
    assert "z: update gate" in page


def test_a_forecast_is_explained_on_one_page(call, model, demand, tmp_path):
    outcome = call("explain", model, demand, "--at", AT, "--out", tmp_path / "why.html")
    assert outcome.code == 0, outcome.err
    assert "load: lowest" in outcome.out
    page = (tmp_path / "why.html").read_text()
    for words in (
        "24 steps of 1 hour from 2024-03-01 00:00",
        "Inside encoder, layer 1",
        "Inside decoder, layer 1, backward",
        "2024-02-29",
        "step 24: 23:00",
        "warm, mean of 24 steps",
        "What the output rests on: integrated gradients",
        "What to make of the gradients",
        "fresh weights",
    ):
        assert words in page, words


def test_a_walk_through_a_text(call, looking):
    outcome = call("walk", looking, "--text", TEXT, "--unit", 7)
    assert outcome.code == 0, outcome.err
    assert "Unit 7 of recurrent, layer 1 (LSTM) in numbers" in outcome.out
    assert "f_t = σ(W_f x_t + U_f h_t-1 + b_f)" in outcome.out
    steps = re.findall(r"^step (\d+): (\w+)", outcome.out, re.MULTILINE)
    assert steps == [(str(place), word) for place, word in enumerate(TEXT.split(), start=1)]
    backward = call("walk", looking, "--text", TEXT, "--layer", 1, "--first", 2, "--count", 1).out
    assert re.findall(r"^step (\d+): (\w+)", backward, re.MULTILINE) == [("7", "old")]


def test_a_walk_through_a_forecast(call, model, demand):
    outcome = call("walk", model, demand, "--at", AT, "--unit", 0, "--layer", 1, "--count", 1)
    assert outcome.code == 0, outcome.err
    assert "n_t = tanh(" in outcome.out
    assert "step 1: 00:00" in outcome.out


def test_a_toy_is_typed_on_the_command_line(call, tmp_path):
    typed = "lstm; f = 0; i = 0; C = 2x, x; o = 0"
    outcome = call("walk", "--toy", typed, "--inputs", "1 0", "--out", tmp_path / "toy.html")
    assert outcome.code == 0, outcome.err
    assert outcome.out.count("in numbers") == 2, "both units"
    assert "C̃_t = tanh(2.000 + 0.000 + 0.000) = tanh(2.000) = 0.964" in outcome.out
    assert "C̃_t = tanh(1.000 + 0.000 + 0.000) = tanh(1.000) = 0.762" in outcome.out
    page = (tmp_path / "toy.html").read_text()
    assert page.count('data-step="1"') == 2
    assert "step 4" in call("walk", "--toy", "").out, (
        "the toy that stands there without text reads four steps"
    )
    one = call("walk", "--toy", "gru", "--unit", 1, "--first", 2, "--count", 1).out
    assert one.count("in numbers") == 1
    assert re.findall(r"^step (\d+)", one, re.MULTILINE) == ["2"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--text", "xyzzy plugh"), ("only unknown ones (xyzzy, plugh)", "the kind that it learnt from")),
        (("--text", " "), ("expected at least one word",)),
        (("--text", TEXT, "--unit", "8"), ("unit: expected 0 to 7 (recurrent, layer 1 has 8), got 8",)),
        (
            ("--text", TEXT, "--show", "gats"),
            (
                'show: expected some of attention, evidence, gradients, units, gates, walk, memory, got "gats"',
            ),
        ),
        (
            ("--text", TEXT, "--trace", "gates.txt"),
            ("expected a file type for gates.txt", "Valid: .json, .csv, .safetensors"),
        ),
        ((), ("expected a file or --text, got neither",)),
    ],
)
def test_what_a_text_model_refuses(call, looking, tmp_path, arguments, words):
    out = tmp_path / "why.html"
    refused(call("explain", looking, *arguments, "--out", out), *words)
    assert not out.exists()


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2023-01-01 00:00", ("expected a time from 2024-01-29 00:00", "to 2024-03-11 00:00")),
        ("2031-01-01", ('got "2031-01-01"',)),
        ("2024-03-01 00:10", ("on its steps of 1 hour, such as 2024-03-01 00:00",)),
        ("the first", ("expected a time such as 2014-03-01 00:00",)),
    ],
)
def test_times_that_a_forecaster_refuses(call, model, demand, tmp_path, at, words):
    refused(call("explain", model, demand, "--at", at, "--out", tmp_path / "why.html"), *words)


def test_questions_that_do_not_fit_the_model(call, model, looking, demand, tmp_path):
    refused(call("explain", model, "--text", TEXT, "--out", tmp_path / "a.html"), "A forecaster reads series")
    refused(
        call("explain", looking, demand, "--out", tmp_path / "a.html"), "A text model is asked with --text"
    )
    refused(
        call("explain", model, demand, "--out", tmp_path / "a.html"), "at: expected the time of a forecast"
    )
    refused(
        call("explain", model, demand, "--at", AT, "--show", "attention", "--out", tmp_path / "a.html"),
        "got a forecaster, which has none",
    )
    refused(
        call("explain", model, demand, "--at", AT, "--series", "north", "--out", tmp_path / "a.html"),
        "series: expected none, as",
    )
    refused(
        call("walk", looking, "--text", TEXT, "--layer", 2),
        "layer: expected one of (0: recurrent, layer 1; 1:",
    )
    refused(call("walk", looking, "--text", TEXT, "--first", 9), "first step: expected 1 to 8, got 9")
    refused(call("walk", looking), "expected a file or --text, got neither")
    refused(call("walk"), "expected a model or --toy, got neither")
    refused(call("walk", "--toy", "lstm; f = y"), "toy, f: expected a sum of numbers")
    refused(call("walk", "--toy", "", "--inputs", "one"), "inputs: expected numbers")


def test_pages_that_stand_there_are_kept(call, looking, tmp_path):
    out = tmp_path / "why.html"
    out.write_text("mine")
    refused(call("explain", looking, "--text", TEXT, "--out", out), "Use --force to replace it")
    refused(call("walk", "--toy", "", "--out", out), "Use --force to replace it")
    assert out.read_text() == "mine"
    assert call("explain", looking, "--text", TEXT, "--out", out, "--force").code == 0
    assert json.dumps(TEXT)[1:-1] in out.read_text()


@pytest.mark.xdist_group("classifiers")
def test_what_was_counted_is_said_word_by_word(call, classifiers, tmp_path):
    outcome = call(
        "explain", classifiers / "pairs", "--text", "rain today very near", "--out", tmp_path / "why.html"
    )
    assert outcome.code == 0, outcome.err
    page = (tmp_path / "why.html").read_text()
    assert "Half of the answer is counted" in page
    assert re.search(r"“[a-z ]+” [+-]\d\.\d\d, “", page)
    assert "the network&#x27;s own" in page or "the network's own" in page
