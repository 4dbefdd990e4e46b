"""The programs of a saved translator, with what else a caller needs to write sentences with them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hiddenstate.data.joint_pieces import BEGIN, END
from hiddenstate.data.vocabulary import PADDING, UNKNOWN
from hiddenstate.models.beam_settings import BeamSettings
from hiddenstate.models.encoder_decoder import EncoderDecoder
from hiddenstate.models.programs.encoder_decoder import translator_programs
from hiddenstate.program import Program, Writer, WritingPrograms
from hiddenstate.settings import to_dict
from hiddenstate.tasks.translate import TranslateTask

PREFIX = "member0."
"""Before the names of the weights in a bundle."""


def translate_programs(task: TranslateTask, model: EncoderDecoder, search: BeamSettings) -> WritingPrograms:
    """Weights go by their names in a bundle. Raises `ProgramError` for a cell that only torch computes.

    ``facts`` of both: the pieces by their numbers, the numbers of padding, unknown pieces and the marks, which sides
    are in lower case. The program that reads also knows how text is cut ("subwords", as the package tokenizers
    stores it), the one that writes how sentences are searched.
    """
    reads, writes = translator_programs(model)
    pieces = task.pieces.to_dict()
    facts = {
        "pieces": list(task.pieces.vocabulary.forms),
        "padding": PADDING,
        "unknown": UNKNOWN,
        "begin": BEGIN,
        "end": END,
        "lower_case": task.settings.lower_case,
    }
    return WritingPrograms(
        _of_bundle(reads, facts | {"subwords": pieces["subwords"]}),
        _of_bundle(writes, facts | {"search": to_dict(search)}),
    )


def _of_bundle(program: Program, facts: Mapping[str, Any]) -> Program:
    writer = Writer(program.kind, {PREFIX + name: shape for name, shape in program.weights.items()})
    for name, value in writer.include(program, PREFIX).items():
        writer.output(name, value)
    return replace(writer.finish(facts), states=program.states)
