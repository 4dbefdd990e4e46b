"""The ways to compute a model, one line each in `BACKENDS`."""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import OutputError
from hiddenstate.export.c_model import CModel, to_c, too_large
from hiddenstate.parity.c_harness import CProcess, find_compiler
from hiddenstate.program import Interpreter, Program, step_program
from hiddenstate.program.program import Input
from hiddenstate.program.shapes import known

Array = NDArray[Any]
Arrays = Mapping[str, Array]
Run = Callable[[Arrays], Arrays]
Network = Callable[[Arrays, Literal["loop", "auto"]], Arrays]


@dataclass(frozen=True)
class Subject:
    """A model to compare the ways on."""

    name: str
    program: Program
    """With its states as inputs where it streams."""
    weights: Arrays
    network: Network | None = None
    """The torch model itself on the inputs of the program; None where there is none."""
    longest: int | None = None
    """The most steps that it takes; None for any number."""


@dataclass(frozen=True)
class Backend:
    """One way."""

    prepare: Callable[[Subject, Path], Run]
    """Loads, builds or compiles in a folder; raises `HiddenstateError` where that fails."""
    missing: Callable[[Subject], str | None] = lambda subject: None
    """Why it cannot be tried here; None where it can."""
    by_steps: bool = False
    """Whether it computes single steps: rows without any have no answer then."""
    rounded: bool = False
    """Whether it computes with weights rounded to int8: it is then held to these."""


def _interpreter(kind: type[np.floating[Any]]) -> Callable[[Subject, Path], Run]:
    return lambda subject, folder: Interpreter(subject.program, subject.weights, kind)


def _network(path: Literal["loop", "auto"]) -> Callable[[Subject, Path], Run]:
    def prepare(subject: Subject, folder: Path) -> Run:
        network = subject.network
        assert network is not None, "asked `missing` before"
        return lambda inputs: network(inputs, path)

    return prepare


def _runtime(subject: Subject, folder: Path) -> Run:
    from hiddenstate.runtime.whole import load_program

    return load_program(subject.program, subject.weights)


def _runtime_steps(subject: Subject, folder: Path) -> Run:
    from hiddenstate.runtime.whole import load_program

    step = load_program(step_program(subject.program), subject.weights)
    return lambda inputs: run_by_steps(subject.program, step, inputs)


def _onnx(subject: Subject, folder: Path) -> Run:
    from hiddenstate.parity.onnx_session import OnnxSession

    return OnnxSession(subject.program, subject.weights).run


def _onnx_steps(subject: Subject, folder: Path) -> Run:
    from hiddenstate.parity.onnx_session import OnnxSession

    step = OnnxSession(step_program(subject.program), subject.weights)
    return lambda inputs: run_by_steps(subject.program, step.run, inputs)


def c_code(subject: Subject, kind: Literal["float32", "int8"]) -> CModel:
    """The generated code that is compared."""
    return to_c(subject.program, subject.weights, kind=kind, longest=subject.longest or 512)


def _c(kind: Literal["float32", "int8"], by_steps: bool = False) -> Callable[[Subject, Path], Run]:
    def prepare(subject: Subject, folder: Path) -> Run:
        own = folder / f"{kind}{'_steps' if by_steps else ''}"
        own.mkdir()
        process = CProcess(subject.program, c_code(subject, kind), own)
        return process.run_steps if by_steps else process.run

    return prepare


def _needs_network(subject: Subject) -> str | None:
    return None if subject.network is not None else "the torch model is not at hand"


def _needs_onnxruntime(subject: Subject) -> str | None:
    if all(importlib.util.find_spec(name) for name in ("onnx", "onnxruntime")):
        return None
    return "onnxruntime is not installed: pip install 'hiddenstate[export]'"


def _needs_compiler(subject: Subject) -> str | None:
    try:
        find_compiler()
    except OutputError:
        return "no C compiler is installed"
    return "its weights are too many for C" if too_large(subject.program) else None


def _streaming(needs: Callable[[Subject], str | None]) -> Callable[[Subject], str | None]:
    return lambda subject: needs(subject) if subject.program.states else "the model cannot stream"


BACKENDS: dict[str, Backend] = {
    "readable loop": Backend(_network("loop"), _needs_network),
    "fused torch": Backend(_network("auto"), _needs_network),
    "numpy float32": Backend(_interpreter(np.float32)),
    "runtime": Backend(_runtime),
    "runtime, by steps": Backend(_runtime_steps, _streaming(lambda subject: None), by_steps=True),
    "onnx runtime": Backend(_onnx, _needs_onnxruntime),
    "onnx runtime, by steps": Backend(_onnx_steps, _streaming(_needs_onnxruntime), by_steps=True),
    "c": Backend(_c("float32"), _needs_compiler),
    "c, by steps": Backend(_c("float32", by_steps=True), _streaming(_needs_compiler), by_steps=True),
    "c int8": Backend(_c("int8"), _needs_compiler, rounded=True),
}
"""Name -> how to compute with it."""


def run_by_steps(program: Program, step: Run, inputs: Arrays) -> dict[str, Array]:
    """A batch through a function of one step; each row's state stops after its last one.

    Outputs at each step are zero beyond a row's length; others are those of its last step.
    """
    lengths = inputs["lengths"]
    batch, steps = (
        len(lengths),
        max((_time(given, inputs[name]) for name, given in _timed(program, inputs)), default=0),
    )
    state = {
        name: np.asarray(inputs.get(name, np.zeros((batch, known(program.inputs[name].shape[1])))))
        for name in program.states
    }
    shapes = program.shapes()
    found: dict[str, Array] = {}
    for t in range(steps):
        alive = t < lengths
        given = {
            name: value[:, t : t + 1]
            for name, value in inputs.items()
            if "time" in program.inputs[name].shape
        }
        answers = step({**given, **state})
        for name, value in answers.items():
            if name in program.states.values():
                continue
            timed = "time" in shapes[program.outputs[name].value]
            whole = np.zeros((batch, steps, *value.shape[2:]) if timed else value.shape, dtype=value.dtype)
            kept = found.setdefault(name, whole)
            if timed:
                kept[alive, t] = value[alive, 0]
            else:
                kept[alive] = value[alive]
        for name, following in program.states.items():
            keep = alive[:, np.newaxis]
            state[name] = np.where(keep, answers[following], state[name])
    return found | {following: state[name] for name, following in program.states.items()}


def _timed(program: Program, inputs: Arrays) -> list[tuple[str, Input]]:
    return [
        (name, given) for name, given in program.inputs.items() if "time" in given.shape and name in inputs
    ]


def _time(given: Input, value: Array) -> int:
    return int(value.shape[given.shape.index("time")])
