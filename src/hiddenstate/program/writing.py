"""The two programs of a model that searches its answer."""

from typing import NamedTuple

from hiddenstate.program.program import Program


class WritingPrograms(NamedTuple):
    """What a model that writes an answer piece after piece is made of; the search around the second stays outside."""

    reads: Program
    """Once for a sentence: what it gives is what `writes` takes, under the same names."""
    writes: Program
    """Once for a step, a row for each hypothesis; a state that `reads` does not give begins with zeros."""
