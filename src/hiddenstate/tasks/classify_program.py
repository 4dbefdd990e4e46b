"""The program of a whole text classifier: its networks, the mean of their probabilities, the temperature."""

from collections.abc import Sequence

from torch import nn

from hiddenstate.models.programs import program_of
from hiddenstate.program import Program, Writer, average
from hiddenstate.program.writer import Value
from hiddenstate.tasks.classify import ClassifyTask


def classifier_program(task: ClassifyTask, models: Sequence[nn.Module]) -> Program:
    """Outputs: "probabilities0", ... for each level of the labels, coarse first, and "attention".

    Weights go by the names they have in a bundle ("member0.", ...). ``facts`` holds the threshold of "none of
    these", None without one, and whether a text may have several labels.
    """
    programs = [program_of(model) for model in models]
    prefixes = [f"member{number}." for number in range(len(models))]
    shapes = {
        prefix + name: shape
        for program, prefix in zip(programs, prefixes, strict=True)
        for name, shape in program.weights.items()
    }
    writer = Writer("text classifier", shapes)
    squash = "sigmoid" if task.labels.multi else "softmax"

    def probability(name: str, value: Value) -> Value:
        return writer.activation(value, squash) if name.startswith("logits") else value

    answers = average(writer, programs, prefixes, before=probability)
    for level, labels in enumerate(task.labels.levels):
        softened = _soften(writer, task, answers[f"logits{level}"])
        writer.output(f"probabilities{level}", softened, labels=labels)
    writer.output("attention", answers["attention"])
    return writer.finish({"threshold": task.threshold, "multi_label": task.labels.multi})


def _soften(writer: Writer, task: ClassifyTask, probabilities: Value) -> Value:
    """As `hiddenstate.tasks.temperature.soften`."""
    if task.temperature == 1.0:
        return probabilities
    logits = writer.activation(probabilities, "log")
    if task.labels.multi:
        others = writer.activation(writer.scale(probabilities, -1.0, 1.0), "log")
        logits = writer.arithmetic(logits, "subtract", others)
    cooled = writer.scale(logits, 1.0 / task.temperature)
    return writer.activation(cooled, "sigmoid" if task.labels.multi else "softmax")
