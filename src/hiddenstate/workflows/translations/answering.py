"""Translations of new sentences, without torch where the runtime computes the model's cell."""

from collections.abc import Sequence
from dataclasses import replace

from rich.text import Text

from hiddenstate.bundle import Bundle
from hiddenstate.data.pairs import PairFileSettings, check_length
from hiddenstate.kernels.library import KernelError
from hiddenstate.kernels.step_layer import GATES
from hiddenstate.models.beam_settings import BeamSettings
from hiddenstate.records import Translation
from hiddenstate.runtime.translator import Translator
from hiddenstate.settings import from_dict
from hiddenstate.workflows.answers import Answers
from hiddenstate.workflows.translations.answers import (
    translation_lines,
    translation_records,
    translation_table,
)


def answer_sentences(bundle: Bundle, texts: Sequence[str], beam: int | None, *, shown: bool) -> Answers:
    """A translation for each of `texts`, searched with `beam` hypotheses or as the model's settings say.

    `shown`: for people, too, with where it has looked. Raises `InputError` for a text that is too long, `SettingsError`
    for a beam that cannot be searched.
    """
    check_length(texts, from_dict(PairFileSettings, bundle.settings["data"]).longest)
    search = from_dict(BeamSettings, bundle.settings["search"])
    if beam is not None:
        search = replace(search, beam=beam)
    result, unknown = _translated(bundle, texts, search)
    lines = [
        Text("\n".join(translation_lines(result, row, unknown[row])))
        for row in range(len(texts) if shown else 0)
    ]
    return Answers(translation_table(result), lines, translation_records(result, unknown))


def _translated(
    bundle: Bundle, texts: Sequence[str], search: BeamSettings
) -> tuple[Translation, list[list[str]]]:
    """The translations, and of each text what was never seen in training."""
    translator = _without_torch(bundle)
    if translator is not None:
        return translator.translate(texts, search), [translator.unknown(text) for text in texts]
    from hiddenstate.workflows.translations.saved import open_translator

    saved = open_translator(bundle.folder)
    return saved.task.translate(saved.model, texts, search), [saved.task.unknown(text) for text in texts]


def _without_torch(bundle: Bundle) -> Translator | None:
    """None for a cell that only torch computes, and on a machine without a compiler for the kernels."""
    if bundle.settings["model"]["cell"] not in GATES:
        return None
    try:
        return Translator.of(bundle)
    except KernelError:
        return None
