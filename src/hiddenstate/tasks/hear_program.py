"""The program of a whole model that hears: its networks, the mean of their probabilities, the temperature."""

import math
from collections.abc import Sequence

from torch import nn

from hiddenstate.data.sound import FrontendSettings
from hiddenstate.models.programs import program_of
from hiddenstate.program import Program, Writer, average
from hiddenstate.program.writer import Value
from hiddenstate.settings import to_dict
from hiddenstate.tasks.hear import HearTask


def hear_program(task: HearTask, models: Sequence[nn.Module], frontend: FrontendSettings) -> Program:
    """Outputs: "probabilities" and "attention". Weights go by the names they have in a bundle ("member0.", ...).

    ``facts`` holds what turns samples into the program's frames, and the thresholds of "none of these".
    """
    programs = [program_of(model) for model in models]
    prefixes = [f"member{number}." for number in range(len(models))]
    shapes = {
        prefix + name: shape
        for program, prefix in zip(programs, prefixes, strict=True)
        for name, shape in program.weights.items()
    }
    writer = Writer("sound classifier", shapes)

    def probability(name: str, value: Value) -> Value:
        return writer.activation(value, "softmax") if name == "logits" else value

    answers = average(writer, programs, prefixes, before=probability)
    cooled = writer.scale(writer.activation(answers["logits"], "log"), 1.0 / task.temperature)
    writer.output("probabilities", writer.activation(cooled, "softmax"), labels=task.labels.names)
    writer.output("attention", answers["attention"])
    silence = None if task.quietest is None else task.quietest - task.settings.silence_db * math.log(10) / 10
    return writer.finish(
        {
            "frontend": to_dict(frontend),
            "preparation": task.preparation.to_dict(),
            "context": task.network.context,
            "stride": task.network.stride,
            "threshold": task.threshold,
            "silence": silence,
            "longest": task.longest,
        }
    )
