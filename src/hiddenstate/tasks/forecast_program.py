"""The program of a whole forecaster: its networks, their mean, and the way back to the user's units."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from torch import nn

from hiddenstate.models.programs import program_of
from hiddenstate.program import Program, Scaling, Writer, average
from hiddenstate.program.writer import Value
from hiddenstate.tasks.calibration import Calibration
from hiddenstate.tasks.forecast import ForecastTask

Constants = dict[str, NDArray[np.float32]]
MEAN, SPREAD, FACTORS = "decoding.mean", "decoding.spread", "decoding.factors"
"""Names of what decoding adds to the weights."""


def forecaster_program(task: ForecastTask, models: Sequence[nn.Module]) -> Program:
    """The program; beside the networks' weights ("member0.", ...) it needs the `decoding_constants`.

    Inputs are windows as `FeatureBuilder` makes them, in scaled units. The quantiles come in the user's units
    where the model knows one series; with more of them, each with a scaler of its own, they stay in scaled units
    and uncalibrated, and ``facts["decoded"]`` is false.
    """
    programs = [program_of(model) for model in models]
    prefixes = [f"member{number}." for number in range(len(models))]
    constants = decoding_constants(task)
    shapes = {
        prefix + name: shape
        for program, prefix in zip(programs, prefixes, strict=True)
        for name, shape in program.weights.items()
    }
    writer = Writer("forecaster", shapes | {name: value.shape for name, value in constants.items()})
    quantiles = average(writer, programs, prefixes, before=lambda name, value: writer.sort(value))[
        "quantiles"
    ]
    if constants:
        quantiles = _decode(writer, task, quantiles)
    writer.output("quantiles", quantiles, labels=[f"{level:g}" for level in task.levels])
    facts = {"targets": list(task.columns["targets"]), "decoded": bool(constants)}
    return _name_targets(writer.finish(facts), task)


def decoding_constants(task: ForecastTask) -> Constants:
    """What turns scaled quantiles into the user's units; empty where there are several scalers."""
    scalers = task.builder.scalers.by_name
    if len(scalers) != 1:
        return {}
    ((_, scaler),) = scalers.items()
    constants = {
        MEAN: scaler.targets.mean[np.newaxis, :, np.newaxis],
        SPREAD: scaler.targets.spread[np.newaxis, :, np.newaxis],
    }
    if task.calibration is not None:
        constants[FACTORS] = task.calibration.factors[task.calibration.groups]  # (H, C, Q)
    return {name: value.astype(np.float32) for name, value in constants.items()}


def _decode(writer: Writer, task: ForecastTask, quantiles: Value) -> Value:
    """From scaled units to the user's, calibrated; (B, H, C, Q)."""
    spread = writer.parameter(quantiles, SPREAD)
    scaled = writer.arithmetic(quantiles, "multiply", spread)
    quantiles = writer.add(scaled, writer.parameter(quantiles, MEAN))
    if task.builder.scalers.scale == "log":
        quantiles = writer.activation(quantiles, "exp")
    if task.calibration is None:
        return quantiles
    centre = _centre(writer, task.calibration, quantiles)
    width = writer.arithmetic(quantiles, "subtract", centre)
    stretched = writer.arithmetic(width, "multiply", writer.parameter(quantiles, FACTORS))
    return writer.sort(writer.add(centre, stretched))


def _centre(writer: Writer, calibration: Calibration, quantiles: Value) -> Value:
    """The median, or the middle of the two innermost levels, as `Calibration` has it."""
    levels = np.asarray(calibration.levels)
    above = int(np.searchsorted(levels, 0.5 - 1e-9))
    if above < len(levels) and abs(levels[above] - 0.5) < 1e-9:
        return writer.slice(quantiles, 3, above, above + 1)
    return writer.mean(writer.slice(quantiles, 3, max(above - 1, 0), min(above + 1, len(levels))), axis=3)


def _name_targets(program: Program, task: ForecastTask) -> Program:
    """With the names and the scaler of the past targets."""
    given = replace(program.inputs["past_targets"], columns=task.columns["targets"])
    scalers = list(task.builder.scalers.by_name.values())
    if len(scalers) == 1 and task.builder.scalers.scale == "linear":
        scaler = scalers[0].targets
        scaling = Scaling(tuple(scaler.mean.tolist()), tuple(scaler.spread.tolist()))
        given = replace(given, scaling=scaling)
    return replace(program, inputs={**program.inputs, "past_targets": given})
