"""A translator as a bundle holds it, and out of the bundle again."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from hiddenstate.bundle import open_kind
from hiddenstate.models.encoder_decoder import EncoderDecoder
from hiddenstate.runtime.translator import KIND
from hiddenstate.settings import from_dict
from hiddenstate.tasks.translate import TranslateTask
from hiddenstate.workflows.translations.run_settings import TranslateRun
from hiddenstate.workflows.weights import load_members


@dataclass(frozen=True)
class SavedTranslator:
    """An opened translator: everything that is needed to translate."""

    run: TranslateRun
    task: TranslateTask
    model: EncoderDecoder


def open_translator(folder: Path) -> SavedTranslator:
    """Open a bundle and build its network, in evaluation mode.

    Raises `BundleError` for a bundle of another kind, and for weights that do not fit its settings.
    """
    bundle = open_kind(folder, KIND)
    run = from_dict(TranslateRun, bundle.settings)
    task = TranslateTask.from_dict(bundle.encoders["task"], run.task, run.model)
    (model,) = load_members(bundle, task.build_model, 1)
    return SavedTranslator(run, task, cast(EncoderDecoder, model))
