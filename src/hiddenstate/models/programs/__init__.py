"""What each model computes, said as a program: the same order of operations as its ``forward``, without torch."""

from collections.abc import Callable
from typing import Any

from torch import nn

from hiddenstate.errors import SettingsError
from hiddenstate.layers import Stacked
from hiddenstate.models.direct import DirectForecaster
from hiddenstate.models.hearing import HearingNetwork
from hiddenstate.models.intent_slots import IntentSlots
from hiddenstate.models.language_model import LanguageModel
from hiddenstate.models.many_to_one import ManyToOne
from hiddenstate.models.programs.direct import direct_program
from hiddenstate.models.programs.hearing import hearing_program
from hiddenstate.models.programs.language import language_program
from hiddenstate.models.programs.many_to_one import many_to_one_program
from hiddenstate.models.programs.segments import segments_program
from hiddenstate.models.programs.stack import stacked_program
from hiddenstate.models.programs.text import text_program
from hiddenstate.models.programs.transcriber import transcriber_program
from hiddenstate.models.programs.words import intent_program, tagger_program
from hiddenstate.models.segments import SegmentForecaster
from hiddenstate.models.tagger import Tagger
from hiddenstate.models.text_classifier import TextClassifier
from hiddenstate.models.transcriber import Transcriber
from hiddenstate.program import Program

PROGRAMS: dict[type[nn.Module], Callable[[Any], Program]] = {
    Stacked: stacked_program,
    ManyToOne: many_to_one_program,
    TextClassifier: text_program,
    LanguageModel: language_program,
    DirectForecaster: direct_program,
    SegmentForecaster: segments_program,
    HearingNetwork: hearing_program,
    Transcriber: transcriber_program,
    Tagger: tagger_program,
    IntentSlots: intent_program,
}
"""Kind of model -> the function that says its program."""


def program_of(model: nn.Module) -> Program:
    """The program of a model in evaluation mode (nothing is dropped); weights go by their names in its state dict.

    Raises `SettingsError` for a model that says none.

    >>> program = program_of(Stacked("gru", 3, hidden_size=5))
    >>> [operation.kind for operation in program.operations]
    ['recurrent']
    """
    if type(model) not in PROGRAMS:
        known = ", ".join(kind.__name__ for kind in PROGRAMS)
        raise SettingsError(
            f"expected a model that says its program ({known}), got {type(model).__name__}. "
            "Write one with hiddenstate.program.Writer."
        )
    return PROGRAMS[type(model)](model)
