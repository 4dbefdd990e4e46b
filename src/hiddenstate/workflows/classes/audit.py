"""The leak audit of a classifier: the parts, and what its words and classes were learnt from."""

from collections.abc import Iterator
from typing import NamedTuple

from hiddenstate.data.audit.finding import Audit, Finding
from hiddenstate.data.audit.texts import audit_texts
from hiddenstate.data.characters import pieces_of
from hiddenstate.data.text_table import TextTable
from hiddenstate.data.vocabulary import UNKNOWN
from hiddenstate.data.word_pairs import pairs_of
from hiddenstate.workflows.classes.fit import FittedClasses, joined
from hiddenstate.workflows.classes.parts import Parts
from hiddenstate.workflows.classes.run_settings import ClassRun


def audit_classes(parts: Parts, fitted: FittedClasses, run: ClassRun) -> Audit:
    """Every check on the parts of a run and on the task that was fitted to them."""
    tables = {"training": parts.train, "validation": parts.validation, "test": parts.test}
    return Audit.of([_order(parts, run)], _transforms(parts, fitted), audit_texts(tables))


def _order(parts: Parts, run: ClassRun) -> Finding:
    if isinstance(run.split.test, str):
        how = (
            f"The test rows come from a file of their own ({run.split.test}); validation was drawn at random"
        )
    else:
        how = "Split at random before anything was fitted, each label in the same share"
    return Finding(
        "order", "fine", f"{how} (seed {run.split.seed}). If texts have a date, newer ones may be harder."
    )


def _transforms(parts: Parts, fitted: FittedClasses) -> Iterator[Finding]:
    """Whether what was collected is that of the rows that may be learnt from; checked, not taken on trust."""
    allowed = joined(parts.train, parts.validation) if fitted.refitted else parts.train
    which = "training and validation rows" if fitted.refitted else "training rows"
    collected = list(_collected(fitted, allowed))
    leaks = [own for own in collected if own.foreign]
    for own in leaks:
        yield Finding(
            "transforms",
            "leak",
            f"{len(own.foreign):,} {own.what} stand in none of the {which}.",
            len(own.foreign),
            tuple(f'"{form}"' for form in own.foreign[:3]),
        )
    if not leaks:
        counts = [f"{own.number:,} {own.what}" for own in collected]
        yield Finding(
            "transforms",
            "fine",
            f"All {', '.join(counts[:-1])} and {counts[-1]} come from the {which}; temperature and number of epochs "
            "from the validation rows.",
        )


class _Collected(NamedTuple):
    what: str
    number: int
    foreign: list[str]
    """What stands in none of the rows."""


def _collected(fitted: FittedClasses, allowed: TextTable) -> Iterator[_Collected]:
    """Words, their n-grams, pairs of words and classes: all that a task collects."""
    encoder, labels = fitted.task.encoder, fitted.task.labels
    texts = encoder.forms(allowed.texts)
    seen = {form for text in texts for form in text}
    words = encoder.vocabulary.forms[UNKNOWN + 1 :]
    yield _Collected("words", len(words), [form for form in words if form not in seen])
    if encoder.characters is not None:
        settings = encoder.characters.settings
        pieces = {piece for form in seen for piece in pieces_of(form, settings)}
        foreign = [gram for gram in encoder.characters.grams if gram not in pieces]
        yield _Collected("character n-grams", len(encoder.characters), foreign)
    if encoder.pairs is not None:
        known = {pair for text in texts for pair in pairs_of(text)}
        strange = [" ".join(pair).strip() for pair in encoder.pairs.pairs if pair not in known]
        yield _Collected("pairs of words", len(encoder.pairs.pairs), strange)
    rows = set(_known(fitted, allowed.known_labels()))
    yield _Collected("classes", len(labels.names), sorted(set(labels.names) - rows))


def _known(fitted: FittedClasses, rows: tuple[str, ...]) -> list[str]:
    """The classes of these rows, spelt as the task spells them."""
    task = fitted.task.labels
    return [name for label in set(rows) for name in task.names_in(label)]
