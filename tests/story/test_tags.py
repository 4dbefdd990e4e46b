"""Tagging words and reading commands through the command line, from a file to answers and a page."""

import json
from dataclasses import replace

import polars as pl
import pytest

from hiddenstate.data.tagged_table import table_of_words
from tests.story.conftest import quietly
from tests.story.tagged_files import TINY, flights, write_commands, write_conll
from tests.story.test_bad_input import refused

TREE = "".join(
    f"# sent_id = {number}\n1\t{word}\t_\t{tag}\tX\t_\t0\troot\t_\t_\n2\t!{number}\t_\tPUNCT\tY\t_\t1\tp\t_\t_\n\n"
    for number in range(20)
    for word, tag in (("go", "VERB"), ("home", "NOUN"), ("well", "ADV"))
)


@pytest.fixture(scope="module")
def tagger(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tagger")
    source = write_conll(folder / "c.conll", flights(120))
    quietly("train", source, "--task", "tag", *TINY, "--out", folder / "m")
    return folder / "m"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    folder = tmp_path_factory.mktemp("assistant")
    source = write_commands(folder / "c.jsonl", flights(120))
    quietly("train", source, "--task", "intent", *TINY, "--out", folder / "m")
    return folder / "m"


def test_a_tagger_beats_the_tag_that_is_most_frequent_and_has_a_page(tagger):
    metrics = json.loads((tagger / "metrics.json").read_text())
    frequent = metrics["baselines"]["most frequent tag of each word"]
    assert metrics["model"]["span_f1"] > frequent["span_f1"]
    assert "logistic regression on hand features" in metrics["baselines"]
    page = (tagger / "report.html").read_text()
    for word in ("BiLSTM-CRF", "Each name", "Learning curve", "conlleval", "Layers"):
        assert word in page, word


def test_spans_of_the_users_own_text(call, tagger):
    text = "Flights  from New York to boston!"
    answer = json.loads(call("predict", tagger, "--text", text, "--json").out)
    assert [(span["name"], span["text"]) for span in answer["spans"]] == [
        ("from", "New York"),
        ("to", "boston"),
    ]
    assert all(text[span["start"] : span["stop"]] == span["text"] for span in answer["spans"])
    shown = call("predict", tagger, "--text", text)
    assert "New York[from]" in shown.out


def test_a_file_of_words_is_tagged_row_by_row(call, tagger, tmp_path):
    (tmp_path / "new.conll").write_text("to\ndallas\n\nfares\n")
    assert call("predict", tagger, tmp_path / "new.conll", "--out", tmp_path / "a.csv").code == 0
    answers = pl.read_csv(tmp_path / "a.csv")
    assert answers["word"].to_list() == ["to", "dallas", "fares"]
    assert answers["text"].to_list() == [1, 1, 2]
    assert answers["tag"][1] == "B-to"


def test_evaluation_counts_what_is_repaired_and_never_seen(call, tagger, tmp_path):
    (tmp_path / "e.conll").write_text("to\tO\ndallas\tI-to\n\nvia\tO\ndenver\tB-via\n")
    result = json.loads(call("evaluate", tagger, tmp_path / "e.conll", "--json").out)
    assert any("1 span(s) began with an I or E tag" in line for line in result["repairs"])
    assert any('"B-via" (1)' in line for line in result["notes"])
    assert result["model"]["span_precision"] > 0


def test_conll_u_gives_plain_tags_by_their_column(call, tmp_path):
    (tmp_path / "c.conllu").write_text(TREE)
    outcome = call("train", tmp_path / "c.conllu", "--task", "tag", *TINY, "--out", tmp_path / "m")
    assert outcome.code == 0, outcome.err
    metrics = json.loads((tmp_path / "m" / "metrics.json").read_text())
    assert metrics["model"]["token_accuracy"] > 0.9
    assert "Which tags are taken for which" in (tmp_path / "m" / "report.html").read_text()
    tags = json.loads(call("predict", tmp_path / "m", "--text", "go !3", "--json").out)
    assert tags["words"][0]["tag"] == "VERB"
    assert "spans" not in tags
    other = call(
        "train", tmp_path / "c.conllu", "--task", "tag", *TINY, "--target", "xpos", "--out", tmp_path / "x"
    )
    assert other.code == 0, other.err
    assert "X" in json.dumps(
        json.loads(call("predict", tmp_path / "x", "--text", "go", "--json").out)["words"]
    )


def test_one_model_answers_intent_and_slots(call, assistant):
    metrics = json.loads((assistant / "metrics.json").read_text())
    assert metrics["model"]["intent_accuracy"] > 0.8
    assert metrics["model"]["slot_f1"] > 0.6
    text = "fares from denver to san jose"
    answer = json.loads(call("predict", assistant, "--text", text, "--json").out)
    assert answer["intent"] == "fare"
    assert answer["slots"]["to"] == [{"start": 21, "stop": 29, "text": "san jose"}]
    shown = call("predict", assistant, "--text", text).out
    assert "fare" in shown
    assert "san jose[to]" in shown
    assert "Intents" in (assistant / "report.html").read_text()


def test_a_file_of_commands_is_read_and_measured(call, assistant, tmp_path):
    source = write_commands(tmp_path / "new.jsonl", flights(30, seed=8))
    assert call("predict", assistant, source, "--out", tmp_path / "a.csv").code == 0
    assert set(pl.read_csv(tmp_path / "a.csv")["intent"]) == {"fare", "flight"}
    result = json.loads(call("evaluate", assistant, source, "--json").out)
    assert result["rows"] == 30
    assert set(result["model"]) >= {"slot_f1", "intent_accuracy", "command_accuracy"}


def test_summaries_list_the_layers(call, tagger, assistant):
    assert "Tag scores and CRF" in call("summary", tagger).out
    assert "Additive attention" in call("summary", assistant).out


@pytest.mark.parametrize("text", ["", "zzz", "☔☔", "a\0b", "word " * 5000])
def test_every_text_gets_an_answer(call, assistant, text):
    outcome = call("predict", assistant, "--text", text, "--json")
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["intent"] in ("fare", "flight")


def test_a_test_file_that_repeats_training_rows_is_a_leak(call, tmp_path):
    train = write_conll(tmp_path / "t.conll", flights(60))
    test = write_conll(tmp_path / "e.conll", flights(60).take(range(20)))
    outcome = call("train", train, "--task", "tag", *TINY, "--test", test, "--out", tmp_path / "m")
    assert outcome.code == 0, outcome.err
    assert "LEAK" in outcome.out


BAD = {
    "short row": ("a X\nb\n", [], ["t.conll line 2", "expected 2 columns"]),
    "one tag": ("".join(f"w{n} X\n\n" for n in range(40)), [], ["at least two different ones"]),
    "flag of another task": ("a X\n", ["--horizon", "3"], ["--horizon", "--task forecast", "--task tag"]),
    "unknown output": ("a X\n", ["--set", "model.output=crff"], ["model.output", 'Did you mean "crf"']),
    "subwords": ("a X\n", ["--tokens", "subword"], ["whole words for tags"]),
    "spans where there are none": (
        "".join(f"w{n} X\nb Y\n\n" for n in range(40)), ["--set", "task.scheme=iobes"], ['tags such as "B-LOC"'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_input_is_refused_in_one_line(call, tmp_path, case):
    content, arguments, parts = BAD[case]
    (tmp_path / "t.conll").write_text(content)
    source = tmp_path / "t.conll"
    refused(call("train", source, "--task", "tag", *TINY, *arguments, "--out", tmp_path / "m"), *parts)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.conll"]


def test_slots_that_overlap_are_refused_with_their_line(call, tmp_path):
    slots = [{"start": 0, "stop": 6, "name": "a"}, {"start": 3, "stop": 8, "name": "b"}]
    (tmp_path / "c.jsonl").write_text(
        json.dumps({"text": "wake me up", "intent": "x", "slots": slots}) + "\n"
    )
    outcome = call("train", tmp_path / "c.jsonl", "--task", "intent", *TINY, "--out", tmp_path / "m")
    refused(outcome, "c.jsonl line 1", "which overlap")


@pytest.mark.parametrize("task", ["tag", "intent"])
def test_sentences_that_were_learnt_from_are_told(call, tmp_path, task):
    table = flights(40)
    writer = write_conll if task == "tag" else write_commands
    file = writer(tmp_path / ("f.conll" if task == "tag" else "f.jsonl"), table)
    arguments = ["--task", task, *TINY, "--epochs", "1", "--out", tmp_path / "m"]
    trained = call("train", file, *arguments)
    assert trained.code == 0, trained.err
    outcome = call("evaluate", tmp_path / "m", file)
    assert "LEAK: " in outcome.out
    assert "were among those that the model learnt from" in outcome.out
    other = writer(tmp_path / f"new{file.suffix}", new_texts(table))
    assert "LEAK" not in call("evaluate", tmp_path / "m", other).out


def new_texts(table):
    """The same sentences with one more word, so that none is equal to one of `table`."""
    words = [[*(word.form for word in row), "please"] for row in table.words]
    longer = table_of_words(words, [[*row, "O"] for row in table.tags], "new")
    return replace(longer, intents=table.intents)


def pieces(folder, part):
    """How many words or pieces of words a saved tagger knows."""
    encoder = json.loads((folder / "encoders.json").read_text())["task"]["encoder"][part]
    return max(len(value) for value in encoder.values() if isinstance(value, list)) if encoder else 0


@pytest.fixture(scope="module")
def plainly(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plainly")
    source = write_conll(folder / "c.conll", flights(40))
    quietly("train", source, "--task", "tag", *TINY, "--epochs", "1", "--out", folder / "m")
    return folder


@pytest.mark.parametrize(
    ("setting", "part"),
    [
        ("task.min_count=20", "vocabulary"),
        ("task.largest_vocabulary=4", "vocabulary"),
        ("task.characters.shortest=4", "characters"),
        ("task.characters.longest=2", "characters"),
        ("task.characters.min_count=4", "characters"),
    ],
)
def test_what_is_known_of_words_can_be_limited(call, plainly, tmp_path, setting, part):
    arguments = ["--task", "tag", *TINY, "--epochs", "1", "--set", setting, "--out", tmp_path / "m"]
    outcome = call("train", plainly / "c.conll", *arguments)
    assert outcome.code == 0, outcome.err
    assert pieces(tmp_path / "m", part) < pieces(plainly / "m", part)


def test_a_sentence_without_end_is_refused_at_the_length_that_is_set(call, plainly, tmp_path):
    arguments = ["--task", "tag", *TINY, "--set", "data.longest_sentence=3", "--out", tmp_path / "m"]
    outcome = call("train", plainly / "c.conll", *arguments)
    assert outcome.code == 2
    assert "lines without one. Put them in, or raise data.longest_sentence." in outcome.err


@pytest.mark.parametrize("fixture", ["tagger", "assistant"])
def test_what_these_models_cannot_do_yet_is_said(call, tmp_path, request, fixture):
    folder = request.getfixturevalue(fixture)
    for arguments in (("export", folder, "--to", "onnx", "--out", tmp_path / "x"), ("verify", folder)):
        outcome = call(*arguments)
        assert outcome.code == 2
        assert "expected a model that can leave torch, got a" in outcome.err
        assert ", which cannot yet. Export a forecaster, a text classifier or a model" in outcome.err
    assert not (tmp_path / "x").exists()
    outcome = call("explain", folder, "--text", "fly home", "--out", tmp_path / "why.html")
    assert outcome.code == 2
    assert "Valid: text classifier, forecaster, translator" in outcome.err
    assert not (tmp_path / "why.html").exists()
