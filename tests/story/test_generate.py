"""Language models through the command line: from a book to samples, suggestions, figures and a page."""

import json
import math
import subprocess
import sys

import pytest

from hiddenstate.errors import InputError
from hiddenstate.workflows.writers.train import book_of
from tests.story.books import TINY, book
from tests.story.conftest import quietly
from tests.story.test_bad_input import refused


@pytest.fixture(scope="module")
def writer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("writer")
    (folder / "book.txt").write_text(book())
    quietly(
        "train", folder / "book.txt", "--task", "generate", "--unit", "char", *TINY, "--out", folder / "m"
    )
    return folder / "m"


@pytest.fixture(scope="module")
def word_writer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    (folder / "book.txt").write_text(book())
    quietly(
        "train", folder / "book.txt", "--task", "generate", "--unit", "word", *TINY, "--out", folder / "m"
    )
    return folder / "m"


def test_a_model_is_held_against_n_grams_and_has_a_page(writer):
    metrics = json.loads((writer / "metrics.json").read_text())
    names = list(metrics["baselines"])
    assert names[:2] == ["all equally likely", "as often as in training"]
    assert "grams (Kneser-Ney)" in names[2]
    model = metrics["model"]
    assert model["bits_per_char"] < metrics["baselines"]["as often as in training"]["bits_per_char"]
    assert model["bits_per_char"] == pytest.approx(model["nats_per_char"] / math.log(2))
    assert model["perplexity"] == pytest.approx(math.exp(model["nats_per_char"]))
    page = (writer / "report.html").read_text()
    for word in (
        "Where the text surprises", "Written by the model, temperature 0.8", "How much memory helps",
        "bits per character", "never shuffled", "Leak between the parts", "Kneser-Ney",
    ):  # fmt: skip
        assert word in page, word


def test_the_same_seed_writes_the_same_text(call, writer):
    def write(*more):
        outcome = call("generate", writer, "--prompt", "the ", "--length", 60, *more)
        assert outcome.code == 0, outcome.err
        return outcome.out

    first = write("--seed", 7)
    assert first == write("--seed", 7)
    assert first != write("--seed", 8)
    assert first.startswith("the ")
    assert len(first) == len("the ") + 60 + 1
    greedy = write("--temperature", 0, "--seed", 1)
    assert greedy == write("--temperature", 0, "--seed", 2)
    assert greedy == write("--top-k", 1, "--seed", 3)
    assert greedy == write("--top-p", 1e-6, "--seed", 4)


def test_json_holds_what_was_written(call, writer):
    answer = json.loads(call("generate", writer, "--prompt", "a ", "--length", 5, "--json").out)
    assert answer["prompt"] == "a "
    assert len(answer["text"]) == 5


def test_text_comes_as_it_is_drawn_and_without_torch(writer):
    code = (
        "import sys; from hiddenstate.runtime.text_generator import TextGenerator;"
        f"units = TextGenerator.open({str(writer)!r}).tokens('the ', length=3);"
        "print(len(next(units)), 'torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.split() == ["1", "False"], run.stderr


@pytest.mark.parametrize("kind", ["writer", "word_writer"])
def test_next_words_are_suggested_with_their_probabilities(call, kind, request):
    model = request.getfixturevalue(kind)
    answer = json.loads(call("generate", model, "--prompt", "the c", "--suggest", 2, "--json").out)
    assert answer["suggestions"][0]["word"].startswith("c")
    assert len(answer["suggestions"]) <= 2
    shares = [entry["probability"] for entry in answer["suggestions"]]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) <= 1.001
    lines = call("generate", model, "--prompt", "our cow ate ", "--suggest", 3).out.splitlines()
    assert len(lines) == 3
    assert all(line.endswith(" %") for line in lines)


def test_another_text_is_measured_by_both_protocols(call, writer, tmp_path):
    (tmp_path / "other.txt").write_bytes(book(30, seed=5).replace("\n", "\r\n").encode() + "é".encode())
    result = json.loads(call("evaluate", writer, tmp_path / "other.txt", "--json").out)
    assert result["model"]["bits_per_char"] < 4
    assert result["model"]["bits_per_char"] != result["model"]["bits_per_char_windows"]
    assert any(
        "1 characters that training never showed were left out: 'é'" in line for line in result["notes"]
    )
    assert any("line ends of Windows" in line for line in result["repairs"])


def test_words_never_seen_count_as_one_unknown_word(call, word_writer, tmp_path):
    (tmp_path / "other.txt").write_text("the zebra sat on the mat.\nthe yak sat on the mat.\n")
    result = json.loads(call("evaluate", word_writer, tmp_path / "other.txt", "--json").out)
    assert any(line.startswith("2 words that training never showed") for line in result["notes"])
    refused(
        call("generate", word_writer, "--prompt", "the zebra"), 'words of the training text, got " zebra"'
    )
    mapped = call("generate", word_writer, "--prompt", "the ZEBRA the", "--unknown", "map", "--length", 2)
    assert mapped.code == 0, mapped.err


@pytest.mark.parametrize(
    ("flags", "parts"),
    [
        (("--prompt", "Ünd"), ("Ü", "--unknown skip", "--unknown map")),
        (("--temperature", "-1"), ("temperature: expected 0 or more, got -1",)),
        (("--length", "0"), ("length: expected 1 or more, got 0",)),
        (("--length", "-3"), ("length: expected 1 or more, got -3",)),
        (("--top-k", "0"), ("top_k: expected 1 or more, got 0",)),
        (("--top-p", "0"), ("top_p: expected a share above 0 and at most 1, got 0",)),
        (("--top-p", "1.5"), ("top_p: expected a share above 0 and at most 1, got 1.5",)),
        (("--suggest", "0"), ("suggest: expected 1 or more words, got 0",)),
        (("--unknown", "guess"), ('got "guess"', "refuse, skip, map")),
    ],
)
def test_what_cannot_be_done_is_refused_before_a_word_is_written(call, writer, flags, parts):
    refused(call("generate", writer, *flags), *parts)


def test_what_was_never_seen_is_left_out_or_replaced(call, writer):
    skipped = call("generate", writer, "--prompt", "THE é", "--unknown", "skip", "--length", 3)
    mapped = call("generate", writer, "--prompt", "THE é", "--unknown", "map", "--length", 3)
    assert skipped.code == mapped.code == 0, skipped.err + mapped.err
    assert skipped.out.startswith("THE é")


def test_a_language_model_does_not_label(call, writer):
    refused(call("predict", writer, "--text", "x"), "got a writer", "hiddenstate generate")


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "got an empty file"),
        (b" \n\n ", "got nothing but blanks"),
        (b"\x7fELF\x02\xff\xfe binary", "line 1: expected text in UTF-8, got the byte 0xff"),
        (b"one\ntw\0o", "line 2: expected text, got a zero character"),
        (b"too short a text", "than the window of 16 to learn from, got 13. Give a longer text"),
        (b"x", "expected at least 2 characters to measure on, got 0"),
    ],
)
def test_a_file_that_is_no_book_is_refused(call, tmp_path, content, part):
    (tmp_path / "b.txt").write_bytes(content)
    refused(call("train", tmp_path / "b.txt", "--task", "generate", *TINY, "--out", tmp_path / "m"), part)
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize("place", ["onnx", "c"])
def test_a_model_leaves_torch_and_gives_the_same_scores(call, writer, tmp_path, place):
    if place == "onnx":
        pytest.importorskip("onnxruntime")
    out = tmp_path / ("m.onnx" if place == "onnx" else "m_c")
    outcome = call("export", writer, "--to", place, "--out", out)
    assert outcome.code == 0, outcome.err
    assert out.exists()


def test_a_cell_that_cannot_write_is_refused_before_training(call, tmp_path):
    (tmp_path / "book.txt").write_text(book())
    outcome = call(
        "train",
        tmp_path / "book.txt",
        "--task",
        "generate",
        "--model",
        "lstm-peephole",
        "--out",
        tmp_path / "m",
    )
    refused(outcome, 'rnn, lstm, gru), got "lstm-peephole"')
    assert not (tmp_path / "m").exists()


def test_another_kind_is_refused_and_so_is_what_is_no_path(call, model):
    refused(
        call("generate", model, "--prompt", "a"), "trained with --task generate, got a forecaster",
        "Use hiddenstate predict",
    )  # fmt: skip
    with pytest.raises(InputError, match="expected the path of a text, got int"):
        book_of(3)
