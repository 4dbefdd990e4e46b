"""Spans of words and the tags that write them down: BIO, IOBES, and what has to be repaired in them."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from hiddenstate.errors import InputError

OUTSIDE = "O"
Scheme = Literal["bio", "iobes"]
_BEGINS, _SINGLE, _ENDS = ("B",), ("S", "U"), ("E", "L")


class Span(NamedTuple):
    """Words `start` to below `stop` that bear a name; or characters, where it is said."""

    start: int
    stop: int
    name: str


def split_tag(tag: str) -> tuple[str, str]:
    """The mark and the name: "B-LOC" -> ("B", "LOC"). The marks of BILOU come as those of IOBES.

    >>> split_tag("U-LOC"), split_tag("O")
    (('S', 'LOC'), ('O', ''))
    """
    mark, _, name = tag.partition("-")
    return {"U": "S", "L": "E"}.get(mark, mark), name


def mark_spans(tags: Iterable[str]) -> bool:
    """Whether a column's tags write spans down: all are O or a mark with a name, and some are the latter.

    >>> mark_spans(["O", "B-LOC"]), mark_spans(["NOUN", "X"]), mark_spans(["O"])
    (True, False, False)
    """
    found = False
    for tag in set(tags):
        mark, dash, name = tag.partition("-")
        if tag == OUTSIDE:
            continue
        if mark not in (*_BEGINS, "I", *_SINGLE, *_ENDS) or not dash or not name:
            return False
        found = True
    return found


def spans_of(tags: Sequence[str]) -> list[Span]:
    """The spans of one sentence, read leniently, exactly as the script conlleval reads them.

    A span begins wherever the name changes or the marks say so; an I that follows nothing of its name begins
    one. Source: Tjong Kim Sang and Buchholz (2000), the shared task of CoNLL-2000, `conlleval`.

    >>> spans_of(["I-LOC", "I-LOC", "B-LOC", "O", "I-PER"])
    [Span(start=0, stop=2, name='LOC'), Span(start=2, stop=3, name='LOC'), Span(start=4, stop=5, name='PER')]
    """
    spans = []
    start: int | None = None
    before, name_before = OUTSIDE, ""
    for place, tag in enumerate((*tags, OUTSIDE)):
        mark, name = split_tag(tag)
        if start is not None and _ended(before, mark, name_before, name):
            spans.append(Span(start, place, name_before))
            start = None
        if _begun(before, mark, name_before, name):
            start = place
        before, name_before = mark, name
    return spans


def _ended(before: str, mark: str, name_before: str, name: str) -> bool:
    return (
        before in ("E", "S") or (before in ("B", "I") and mark in ("B", "S", OUTSIDE)) or name_before != name
    )


def _begun(before: str, mark: str, name_before: str, name: str) -> bool:
    if mark == OUTSIDE:
        return False
    return mark in ("B", "S") or before in ("E", "S", OUTSIDE) or name_before != name


def strict_spans_of(tags: Sequence[str], scheme: Scheme = "bio") -> list[Span]:
    """Only the spans that are written down without a fault: B I*, or in IOBES B I* E and S.

    >>> strict_spans_of(["I-LOC", "O", "B-LOC", "I-LOC"])
    [Span(start=2, stop=4, name='LOC')]
    """
    return [span for span in spans_of(tags) if _faultless(tags[span.start : span.stop], scheme)]


def _faultless(tags: Sequence[str], scheme: Scheme) -> bool:
    marks = "".join(split_tag(tag)[0] for tag in tags)
    if scheme == "bio":
        return marks == "B" + "I" * (len(marks) - 1)
    return marks == "S" or (len(marks) > 1 and marks == "B" + "I" * (len(marks) - 2) + "E")


def tags_of(spans: Iterable[Span], length: int, scheme: Scheme = "bio") -> list[str]:
    """The tags of a sentence of `length` words. Raises `InputError` for spans that overlap or leave it.

    >>> tags_of([Span(0, 2, "LOC"), Span(3, 4, "PER")], 4, "iobes")
    ['B-LOC', 'E-LOC', 'O', 'S-PER']
    """
    tags = [OUTSIDE] * length
    for start, stop, name in spans:
        if not 0 <= start < stop <= length or any(tag != OUTSIDE for tag in tags[start:stop]):
            raise InputError(
                f'span "{name}" of words {start} to {stop}: expected one of its own within {length} words, got '
                "one that overlaps another or leaves the text. Correct it."
            )
        tags[start:stop] = [f"I-{name}"] * (stop - start)
        if scheme == "iobes":
            tags[stop - 1] = f"E-{name}"
        tags[start] = f"S-{name}" if scheme == "iobes" and stop == start + 1 else f"B-{name}"
    return tags


def repaired(tags: Sequence[str]) -> tuple[list[str], int]:
    """The same spans in BIO, and how many of them began with an I or E that followed nothing of its name.

    >>> repaired(["I-LOC", "I-LOC", "O", "B-PER"])
    (['B-LOC', 'I-LOC', 'O', 'B-PER'], 1)
    """
    spans = spans_of(tags)
    faults = sum(split_tag(tags[span.start])[0] not in ("B", "S") for span in spans)
    return tags_of(spans, len(tags)), faults


def may_follow(before: str | None, tag: str | None, scheme: Scheme) -> bool:
    """Whether `tag` may stand after `before`; None is the beginning and the end of a sentence.

    >>> may_follow("B-LOC", "I-LOC", "bio"), may_follow("O", "I-LOC", "bio"), may_follow("B-LOC", None, "iobes")
    (True, False, False)
    """
    mark, name = split_tag(tag or OUTSIDE)
    mark_before, name_before = split_tag(before or OUTSIDE)
    if mark in ("I", "E"):
        return mark_before in ("B", "I") and name == name_before
    return scheme == "bio" or mark_before not in ("B", "I")
