"""The program of a whole transcriber: its networks, and the mean of their probabilities."""

from collections.abc import Sequence

from torch import nn

from hiddenstate.data.sound import FrontendSettings
from hiddenstate.models.programs import program_of
from hiddenstate.program import Program, Writer, average
from hiddenstate.program.writer import Value
from hiddenstate.settings import to_dict
from hiddenstate.tasks.transcribe import TranscribeTask


def transcription_program(
    task: TranscribeTask, models: Sequence[nn.Module], frontend: FrontendSettings
) -> Program:
    """Output: "log_probabilities" (B, steps, 1 + letters), as `mean_logs`, 0 beyond a row's length.

    Weights go by the names they have in a bundle ("member0.", ...). ``facts`` holds what turns samples into the
    program's frames and its answers into letters; the search and its language model stand in ``encoders.json``.
    """
    programs = [program_of(model) for model in models]
    prefixes = [f"member{number}." for number in range(len(models))]
    shapes = {
        prefix + name: shape
        for program, prefix in zip(programs, prefixes, strict=True)
        for name, shape in program.weights.items()
    }
    writer, coder = Writer("transcriber", shapes), task.coder
    several = len(models) > 1

    def probability(name: str, value: Value) -> Value:
        return writer.activation(value, "exp") if several else value

    logs = average(writer, programs, prefixes, before=probability)["log_probabilities"]
    if several:
        logs = writer.clear(writer.activation(logs, "log"), "lengths")
    writer.output("log_probabilities", logs, labels=("", *coder.alphabet.letters))
    return writer.finish(
        {
            "alphabet": coder.alphabet.letters,
            "step_seconds": coder.step_seconds,
            "stack": coder.stack,
            "deltas": coder.settings.deltas,
            "standardise": coder.settings.standardise,
            "standardiser": None if coder.standardiser is None else coder.standardiser.to_dict(),
            "frontend": to_dict(frontend),
        }
    )
