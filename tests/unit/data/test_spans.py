"""Spans and the tags that write them down: what conlleval reads, strictly and leniently, and repairs."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.data.spans import Span, mark_spans, may_follow, repaired, spans_of, strict_spans_of, tags_of
from hiddenstate.errors import InputError

TAGS = ["O", *(f"{mark}-{name}" for mark in "BIES" for name in ("A", "B"))]


@st.composite
def sentences(draw):
    """A length and spans that stand apart in it."""
    cuts = sorted(draw(st.lists(st.integers(0, 12), unique=True, max_size=8)))
    spans = [
        Span(start, stop, draw(st.sampled_from("AB")))
        for start, stop in itertools.pairwise(cuts)
        if draw(st.booleans())
    ]
    return 12, spans


@given(sentences(), st.sampled_from(["bio", "iobes"]))
def test_spans_written_and_read_again_are_the_same(sentence, scheme):
    length, spans = sentence
    tags = tags_of(spans, length, scheme)
    assert spans_of(tags) == spans
    assert strict_spans_of(tags, scheme) == spans
    if scheme == "bio":
        assert repaired(tags) == (tags, 0)
    steps = [None, *tags, None]
    assert all(may_follow(before, after, scheme) for before, after in itertools.pairwise(steps))


@given(st.lists(st.sampled_from(TAGS), max_size=10))
def test_any_tags_are_repaired_to_the_same_spans(tags):
    fixed, faults = repaired(tags)
    assert spans_of(fixed) == strict_spans_of(fixed) == spans_of(tags)
    assert 0 <= faults <= len(spans_of(tags))
    covered = [place for span in spans_of(tags) for place in range(span.start, span.stop)]
    assert covered == [place for place, tag in enumerate(tags) if tag != "O"]  # no word twice, none lost


@pytest.mark.parametrize(
    ("tags", "lenient", "strict"),
    [
        ("I-A I-A", [(0, 2, "A")], []),
        ("B-A I-B", [(0, 1, "A"), (1, 2, "B")], [(0, 1, "A")]),
        ("B-A B-A", [(0, 1, "A"), (1, 2, "A")], [(0, 1, "A"), (1, 2, "A")]),
        ("O I-A O", [(1, 2, "A")], []),
        ("B-A O I-A", [(0, 1, "A"), (2, 3, "A")], [(0, 1, "A")]),
        ("B-A I-A O B-B", [(0, 2, "A"), (3, 4, "B")], [(0, 2, "A"), (3, 4, "B")]),
    ],
)
def test_bio_by_hand(tags, lenient, strict):
    assert spans_of(tags.split()) == lenient
    assert strict_spans_of(tags.split()) == strict


def test_iobes_by_hand():
    assert spans_of("B-A E-A S-A E-A".split()) == [(0, 2, "A"), (2, 3, "A"), (3, 4, "A")]
    assert strict_spans_of("B-A E-A S-A E-A".split(), "iobes") == [(0, 2, "A"), (2, 3, "A")]
    assert strict_spans_of("B-A I-A O".split(), "iobes") == []
    assert spans_of("B-A L-A U-A".split()) == [(0, 2, "A"), (2, 3, "A")]  # BILOU


def test_every_i_that_begins_a_span_is_counted():
    assert repaired("I-A O I-B I-B B-B".split()) == ("B-A O B-B I-B B-B".split(), 2)


def test_what_marks_spans():
    assert mark_spans(["O", "B-x-y"])
    assert not mark_spans(["ADJ", "B-x"])
    assert not mark_spans(["O", "B-"])


def test_spans_that_overlap_are_refused():
    with pytest.raises(InputError, match="overlaps another"):
        tags_of([Span(0, 2, "A"), Span(1, 3, "B")], 4)
    with pytest.raises(InputError, match="leaves the text"):
        tags_of([Span(0, 5, "A")], 4)
