"""Vector files of every kind give the same vectors; a broken one is refused with its line."""

import gzip
import struct

import numpy as np
import pytest

from hiddenstate.data.vectors import embedding_matrix, read_vectors
from hiddenstate.data.vocabulary import Vocabulary
from hiddenstate.errors import InputError

WORDS = {"the": [0.25, -1.5, 3.0], "héllo": [1e-5, 2.0, -0.125], "U.S.": [4.0, 5.0, 6.0]}
GLOVE = "".join(f"{word} {' '.join(map(str, vector))}\n" for word, vector in WORDS.items()).encode()


def binary(words=WORDS, newline=b"\n"):
    body = b"".join(w.encode() + b" " + struct.pack("<3f", *v) + newline for w, v in words.items())
    return f"{len(words)} 3\n".encode() + body


@pytest.mark.parametrize(
    "data",
    [GLOVE, b"3 3\n" + GLOVE, binary(), binary(newline=b""), gzip.compress(GLOVE), gzip.compress(binary())],
    ids=["glove", "word2vec text", "word2vec binary", "binary without newlines", "glove gzip", "binary gzip"],
)
def test_every_format_gives_the_same_vectors(tmp_path, data):
    (tmp_path / "vectors").write_bytes(data)
    vectors = read_vectors(tmp_path / "vectors")
    assert vectors.forms == tuple(WORDS)
    np.testing.assert_array_equal(vectors.matrix, np.array(list(WORDS.values()), dtype=np.float32))
    assert vectors.size == 3


def test_only_wanted_words_are_kept(tmp_path):
    (tmp_path / "vectors").write_bytes(GLOVE)
    assert read_vectors(tmp_path / "vectors", {"the", "absent"}).forms == ("the",)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (GLOVE + b"broken 1 2\n", r"vectors line 4: expected 3 numbers, got 2"),
        (GLOVE + b"long 1 2 3 4\n", r"vectors line 4: expected 3 numbers, got 4"),
        (GLOVE + b"text 1 2 x\n", r"vectors line 4: expected 3 numbers, got text 1 2 x"),
        (GLOVE + b"nan 1 2 nan\n", r"vectors line 4: expected finite numbers"),
        (b"9 3\n" + GLOVE, r"vectors line 4: expected 9 words, as the first line says, got 3"),
        (binary()[:-5], r"vectors word 3: expected 3 words of 3 numbers"),
        (b"", "expected vectors, found none"),
        (gzip.compress(GLOVE, mtime=0)[:-12], "expected a readable vectors file"),
    ],
    ids=[  # named, because the bytes would be the names, and parallel workers must agree on them
        "too few numbers",
        "too many numbers",
        "no number",
        "not finite",
        "too few words",
        "cut binary",
        "empty",
        "cut gzip",
    ],
)
def test_a_broken_file_is_refused_with_its_place(tmp_path, data, message):
    (tmp_path / "vectors").write_bytes(data)
    with pytest.raises(InputError, match=message):
        read_vectors(tmp_path / "vectors")


def test_a_missing_file_and_no_wanted_word_are_named(tmp_path):
    with pytest.raises(InputError, match="expected a readable vectors file"):
        read_vectors(tmp_path / "absent")
    (tmp_path / "vectors").write_bytes(GLOVE)
    with pytest.raises(InputError, match="expected a vector for a word of the vocabulary, found none"):
        read_vectors(tmp_path / "vectors", {"absent"})


def test_the_matrix_follows_the_vocabulary_and_coverage_is_counted(tmp_path):
    (tmp_path / "vectors").write_bytes(GLOVE)
    vocabulary = Vocabulary(["The", "absent", "U.S."])
    matrix, coverage = embedding_matrix(
        vocabulary, read_vectors(tmp_path / "vectors"), np.random.default_rng(0)
    )
    assert matrix[0].tolist() == [0, 0, 0]
    assert matrix[2].tolist() == WORDS["the"]  # "The" takes the vector of "the"
    assert matrix[4].tolist() == WORDS["U.S."]
    assert matrix[3].any()
    assert (coverage.found, coverage.total, coverage.missing) == (2, 3, ("absent",))
    assert str(coverage) == "2 of 3 words have a vector (66.7 %); without: absent"
