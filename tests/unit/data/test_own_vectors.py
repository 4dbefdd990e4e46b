"""Vectors of the user's own words: learnt, repeatable, and read back from the file that they are written to."""

import numpy as np
import pytest

from hiddenstate.data.own_vectors import OwnVectorSettings, train_vectors, write_vectors
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.data.vectors import Vectors, read_vectors
from hiddenstate.errors import InputError, OutputError, SettingsError

PLACES, VERBS = "paris london rome oslo".split(), "eats drinks cooks bakes".split()
TEXTS = [f"she lives in {place} today" for place in PLACES] + [f"he {verb} his daily bread" for verb in VERBS]
TEXTS = TEXTS * 30
SMALL = {"size": 12, "window": 3, "epochs": 10}


def near(vectors, first, second):
    one, other = (vectors.matrix[vectors.forms.index(word)] for word in (first, second))
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


@pytest.mark.parametrize("method", ["skip_gram", "cbow"])
def test_words_of_the_same_company_come_close(method):
    vectors = train_vectors(TEXTS, settings=OwnVectorSettings(method=method, **SMALL))
    assert near(vectors, "paris", "rome") > near(vectors, "paris", "bakes") + 0.2
    assert vectors.matrix.shape == (len(vectors.forms), 12)
    assert np.isfinite(vectors.matrix).all()


def test_the_same_seed_gives_the_same_vectors_and_each_setting_others():
    plain = train_vectors(TEXTS, settings=OwnVectorSettings(**SMALL))
    np.testing.assert_array_equal(
        plain.matrix, train_vectors(TEXTS, settings=OwnVectorSettings(**SMALL)).matrix
    )
    changes = [{"seed": 1}, {"window": 1}, {"negative": 2}, {"epochs": 2}, {"method": "cbow"}]
    for change in changes:
        other = train_vectors(TEXTS, settings=OwnVectorSettings(**(SMALL | change)))
        assert not np.array_equal(plain.matrix, other.matrix), change
    assert "paris" in plain.forms
    assert "paris" not in train_vectors(TEXTS, settings=OwnVectorSettings(min_count=31, **SMALL)).forms


def test_words_are_cut_as_the_settings_say():
    assert (
        "Paris"
        in train_vectors(
            ["Paris is Paris"] * 3, TokenSettings(lowercase=False), OwnVectorSettings(**SMALL)
        ).forms
    )
    pieces = TokenSettings(unit="subword", subword_count=20)
    assert any(
        form.startswith("##") for form in train_vectors(TEXTS, pieces, OwnVectorSettings(**SMALL)).forms
    )


def test_written_vectors_are_read_back(tmp_path):
    vectors = train_vectors(TEXTS, settings=OwnVectorSettings(**SMALL))
    write_vectors(vectors, tmp_path / "own.txt")
    again = read_vectors(tmp_path / "own.txt")
    assert again.forms == vectors.forms
    np.testing.assert_array_equal(again.matrix, vectors.matrix)
    assert [path.name for path in tmp_path.iterdir()] == ["own.txt"]


def test_what_cannot_be_written_leaves_nothing(tmp_path):
    vectors = Vectors(("a\nb",), np.ones((1, 2), np.float32), "own")
    with pytest.raises(OutputError, match="expected words without line breaks"):
        write_vectors(vectors, tmp_path / "own.txt")
    with pytest.raises(OutputError, match="expected to write the vectors"):
        write_vectors(Vectors(("a",), vectors.matrix, "own"), tmp_path / "absent" / "own.txt")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("texts", [[], [""], ["each word once"]])
def test_texts_without_frequent_words_are_refused(texts):
    with pytest.raises(InputError, match="words that stand at least 2 times in the texts, got none"):
        train_vectors(texts)


def test_settings_out_of_range():
    with pytest.raises(SettingsError, match=r"vectors\.size: expected 1 or more, got 0"):
        OwnVectorSettings(size=0)
