"""The best path of a conditional random field as a table: what each word and each step adds to its score."""

from __future__ import annotations

from hiddenstate.plots.numerals import fixed, number
from hiddenstate.plots.table import Row, Table
from hiddenstate.records import TagPath

TITLE = "How the CRF adds up its best path"
BEGIN = "(begin)"


def tag_path_table(path: TagPath, *, whose: str = "") -> Table:
    """One row a word: its emission, the transition from the tag before, and the sum so far; then the end.

    `whose` says which of several networks took the path.
    """
    before = (BEGIN, *path.tags[:-1])
    rows = [
        Row(
            f"{place}: {word}",
            (f"{last} → {tag}", fixed(emission, 2), fixed(transition, 2), fixed(total, 2)),
        )
        for place, (word, last, tag, emission, transition, total) in enumerate(
            zip(
                path.words,
                before,
                path.tags,
                path.emissions.tolist(),
                path.transitions.tolist(),
                path.sums.tolist(),
                strict=True,
            ),
            start=1,
        )
    ]
    rows.append(Row("(end)", (f"{path.tags[-1]} → (end)", "", fixed(path.end, 2), fixed(path.score, 2))))
    note = (
        f"{whose}The sum of the whole path is {fixed(path.score, 3)}; log Z, the same for all paths together, is "
        f"{fixed(path.log_partition, 3)}. So this path has the probability exp({fixed(path.score, 3)} - "
        f"{fixed(path.log_partition, 3)}) = {number(path.probability)}."
    )
    meanings = (
        ("Emission", "what the network says about the word alone"),
        ("Transition", "what the CRF has learnt about one tag after the other, whatever the words"),
    )
    return Table(TITLE, ("word", "step", "emission", "transition", "sum"), tuple(rows), note, meanings)
