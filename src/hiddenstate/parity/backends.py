"""The ways to compute a model, one line each in `BACKENDS`."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from hiddenstate.errors import OutputError
from hiddenstate.export.c_model import NO_SEARCH, CModel, to_c, too_large
from hiddenstate.parity.c_harness import CProcess, find_compiler
from hiddenstate.parity.inputs import Inputs, cases
from hiddenstate.parity.steps import Arrays, Run, run_by_steps
from hiddenstate.parity.writing import run_written, runtime_run, written_cases
from hiddenstate.program import Interpreter, Program, step_program

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
    writes: Program | None = None
    """One step of what writes an answer from what `program` has read; None for a model that answers in one pass."""

    @property
    def answers(self) -> Program:
        """The program whose outputs are the model's."""
        return self.writes or self.program

    def cases(self, seed: int = 0) -> dict[str, Inputs]:
        """Inputs that try the model."""
        if self.writes is not None:
            return written_cases(self.program, self.writes, seed)
        return cases(self.program, seed, longest=self.longest)

    def run(self, load: Callable[[Program], Run]) -> Run:
        """The model by a way to compute programs."""
        if self.writes is not None:
            return run_written(self.writes, load(self.program), load(self.writes))
        return load(self.program)


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


def interpret(subject: Subject, kind: type[np.floating[Any]] = np.float64) -> Run:
    """The model's programs in NumPy."""
    return subject.run(lambda program: Interpreter(program, subject.weights, kind))


def _network(path: Literal["loop", "auto"]) -> Callable[[Subject, Path], Run]:
    def prepare(subject: Subject, folder: Path) -> Run:
        network = subject.network
        assert network is not None, "asked `missing` before"
        return lambda inputs: network(inputs, path)

    return prepare


def _runtime(subject: Subject, folder: Path) -> Run:
    from hiddenstate.runtime.whole import load_program

    if subject.writes is not None:
        return runtime_run(subject.writes, subject.weights)
    return load_program(subject.program, subject.weights)


def _runtime_steps(subject: Subject, folder: Path) -> Run:
    from hiddenstate.runtime.whole import load_program

    step = load_program(step_program(subject.program), subject.weights)
    return lambda inputs: run_by_steps(subject.program, step, inputs)


def _onnx(subject: Subject, folder: Path) -> Run:
    from hiddenstate.parity.onnx_session import OnnxSession

    return subject.run(lambda program: OnnxSession(program, subject.weights).run)


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
    if subject.writes is not None:
        return NO_SEARCH
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
    "numpy float32": Backend(lambda subject, folder: interpret(subject, np.float32)),
    "runtime": Backend(_runtime),
    "runtime, by steps": Backend(_runtime_steps, _streaming(lambda subject: None), by_steps=True),
    "onnx runtime": Backend(_onnx, _needs_onnxruntime),
    "onnx runtime, by steps": Backend(_onnx_steps, _streaming(_needs_onnxruntime), by_steps=True),
    "c": Backend(_c("float32"), _needs_compiler),
    "c, by steps": Backend(_c("float32", by_steps=True), _streaming(_needs_compiler), by_steps=True),
    "c int8": Backend(_c("int8"), _needs_compiler, rounded=True),
}
"""Name -> how to compute with it."""
