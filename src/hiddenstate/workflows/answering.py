"""Who answers for a saved model: its kind or, for translators, the runtime, so that torch need not be loaded."""

from collections.abc import Sequence
from pathlib import Path

from hiddenstate.bundle import open_bundle
from hiddenstate.data.pairs import read_sources
from hiddenstate.runtime.translator import KIND as TRANSLATOR
from hiddenstate.workflows.answers import Answers
from hiddenstate.workflows.translations.answering import answer_sentences


def answer(folder: Path, given: Path | Sequence[str], beam: int | None = None) -> Answers:
    """What the model in `folder` says about the rows of a file, or about texts.

    `beam`: hypotheses that are followed, None for the model's own settings; raises `SettingsError` as `Kind.with_beam`.
    """
    if open_bundle(folder).kind == TRANSLATOR:
        texts = read_sources(given) if isinstance(given, Path) else given
        return answer_sentences(folder, texts, beam, shown=not isinstance(given, Path))
    from hiddenstate.workflows.kinds import kind_of  # loads torch

    kind = kind_of(folder)
    if beam is not None:
        kind = kind.with_beam(beam)
    return kind.predict(folder, given) if isinstance(given, Path) else kind.answer(folder, given)
