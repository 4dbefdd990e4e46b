"""The leak audit of a classifier: the parts, and what its words and classes were learnt from."""

from collections.abc import Iterator

from hiddenstate.data.audit.finding import Audit, Finding
from hiddenstate.data.audit.texts import audit_texts
from hiddenstate.data.vocabulary import UNKNOWN
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
    """Whether words and classes are those of the rows that may be learnt from; checked, not taken on trust."""
    allowed = joined(parts.train, parts.validation) if fitted.refitted else parts.train
    which = "training and validation rows" if fitted.refitted else "training rows"
    encoder, labels = fitted.task.encoder, fitted.task.labels
    seen = {form for text in encoder.forms(allowed.texts) for form in text}
    foreign = [form for form in encoder.vocabulary.forms[UNKNOWN + 1 :] if form not in seen]
    strange = sorted(set(labels.names) - set(_known(fitted, allowed.known_labels())))
    if foreign:
        yield Finding(
            "transforms",
            "leak",
            f"{len(foreign):,} words of the vocabulary stand in none of the {which}.",
            len(foreign),
            tuple(f'"{form}"' for form in foreign[:3]),
        )
    if strange:
        yield Finding(
            "transforms",
            "leak",
            f"{len(strange):,} classes stand in none of the {which}.",
            len(strange),
            tuple(f'"{name}"' for name in strange[:3]),
        )
    if not foreign and not strange:
        yield Finding(
            "transforms",
            "fine",
            f"All {len(encoder.vocabulary) - UNKNOWN - 1:,} words and {len(labels.names)} classes come from the "
            f"{which}; temperature and number of epochs from the validation rows.",
        )


def _known(fitted: FittedClasses, rows: tuple[str, ...]) -> list[str]:
    """The classes of these rows, spelt as the task spells them."""
    task = fitted.task.labels
    return [name for label in set(rows) for name in task.names_in(label)]
