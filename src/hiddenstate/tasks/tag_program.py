"""The programs of whole models that tag words: their networks' scores, and what decoding needs beside them."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from hiddenstate.models.programs import program_of
from hiddenstate.program import Program, Writer, mean_of
from hiddenstate.program.writer import Value
from hiddenstate.tasks.intent import IntentTask
from hiddenstate.tasks.tag import TagTask, tag_head

Answers = Sequence[Mapping[str, Value]]
"""The outputs of each network."""


def tagging_program(task: TagTask, models: Sequence[nn.Module]) -> Program:
    """Outputs: "scores0", ... of each network, (B, time, tags), for the best path through them.

    Weights go by the names they have in a bundle ("member0.", ...). ``facts`` holds the scheme of the tags, whether
    they are answered by a CRF or by softmax, and each network's scores of steps from tag to tag.
    """
    writer, answers = _write("tagger", models)
    _write_scores(writer, task, answers)
    return writer.finish(_facts(task, models))


def commands_program(task: IntentTask, models: Sequence[nn.Module]) -> Program:
    """As `tagging_program`, and "probabilities" of the intents, the mean over all networks, calibrated; "attention".

    ``facts`` also holds the threshold of "none of these".
    """
    writer, answers = _write("intent and slot reader", models)
    shares = [writer.activation(answer["logits"], "softmax") for answer in answers]
    writer.output("probabilities", _soften(writer, task, mean_of(writer, shares)), labels=task.labels.names)
    _write_scores(writer, task.words, answers)
    writer.output("attention", mean_of(writer, [answer["attention"] for answer in answers]))
    return writer.finish({"threshold": task.threshold, **_facts(task.words, models)})


def _write(kind: str, models: Sequence[nn.Module]) -> tuple[Writer, Answers]:
    """All networks, on the same inputs."""
    programs = [program_of(model) for model in models]
    prefixes = [f"member{number}." for number in range(len(models))]
    shapes = {
        prefix + name: shape
        for program, prefix in zip(programs, prefixes, strict=True)
        for name, shape in program.weights.items()
    }
    writer = Writer(kind, shapes)
    return writer, [
        writer.include(program, prefix) for program, prefix in zip(programs, prefixes, strict=True)
    ]


def _write_scores(writer: Writer, task: TagTask, answers: Answers) -> None:
    for number, answer in enumerate(answers):
        writer.output(f"scores{number}", answer["scores"], labels=task.tags.names)


def _soften(writer: Writer, task: IntentTask, probabilities: Value) -> Value:
    """As `hiddenstate.tasks.temperature.soften`."""
    if task.temperature == 1.0:
        return probabilities
    cooled = writer.scale(writer.activation(probabilities, "log"), 1.0 / task.temperature)
    return writer.activation(cooled, "softmax")


def _facts(task: TagTask, models: Sequence[nn.Module]) -> dict[str, Any]:
    steps = [tag_head(model).steps() for model in models]
    return {
        "scheme": task.tags.scheme,
        "output": task.network.output,
        "steps": [{name: _short(scores) for name, scores in each._asdict().items()} for each in steps],
    }


def _short(scores: Tensor) -> Any:
    """Lists of numbers with the digits that float32 needs: thousands of them stand in a text."""
    return scores.detach().numpy().astype(str).astype(float).tolist()
