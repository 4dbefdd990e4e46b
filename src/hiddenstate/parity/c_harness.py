"""Generated C as a process of its own: compiled, fed with rows, its answers read back."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import OutputError
from hiddenstate.export.c_function import field_name
from hiddenstate.export.c_model import CModel
from hiddenstate.program import Program, step_program

Array = NDArray[Any]
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror")
COMPILERS = ("cc", "gcc", "clang")


def find_compiler() -> str:
    """The first compiler of `COMPILERS` that is there. Raises `OutputError` where there is none."""
    for name in COMPILERS:
        if shutil.which(name):
            return name
    raise OutputError(
        f"c: expected a C compiler ({', '.join(COMPILERS)}) to check the generated code with, found none. "
        "Install gcc, or export with --no-check and run `make test` where there is one."
    )


@final
class CProcess:
    """A compiled model; `run` computes rows, `run_steps` the same rows step by step.

    `program`: as it was generated, with states where it streams. `flags` for the compiler, beside `STRICT`.
    Raises `OutputError` where the compiler refuses the code.
    """

    def __init__(
        self, program: Program, model: CModel, folder: Path, flags: Sequence[str] = ("-O2",)
    ) -> None:
        self.program = program
        self.executable = folder / "harness"
        for name, text in model.files.items():
            (folder / name).write_text(text, encoding="utf-8")
        (folder / "harness.c").write_text(
            _harness(program, streams=model.step_work_bytes is not None), encoding="utf-8"
        )
        command = [find_compiler(), *STRICT, *flags, "harness.c", "model.c", "-o", "harness", "-lm"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            first = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr[-300:])
            raise OutputError(f"c: expected code that compiles, got: {first} (in {folder}).")

    def run(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """The outputs of a batch, padded with zeros beyond each row's length."""
        return self._run(inputs, "whole")

    def run_steps(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """As `run`, through the function of one step."""
        return self._run(inputs, "steps")

    def _run(self, inputs: Mapping[str, Array], mode: str) -> dict[str, Array]:
        rows = [self._row(inputs, row) for row in range(_rows(inputs))]
        done = subprocess.run(
            [str(self.executable), mode], input=b"".join(text for _, text in rows), capture_output=True
        )
        if done.returncode:
            raise OutputError(
                f"c: expected an answer, got exit code {done.returncode}: {done.stderr[-500:]!r}."
            )
        numbers = np.frombuffer(done.stdout, dtype=np.float32)
        return self._answers(numbers, [steps for steps, _ in rows], _steps(self.program, inputs))

    def _row(self, inputs: Mapping[str, Array], row: int) -> tuple[int, bytes]:
        """Its number of steps, and what the process reads."""
        longest = _steps(self.program, inputs)
        steps = int(inputs["lengths"][row]) if "lengths" in inputs else longest
        grams = int(inputs["grams"].shape[2]) if "grams" in inputs else 0
        parts = [np.array([steps, grams], dtype=np.int64).tobytes()]
        for name, given in self.program.inputs.items():
            if name == "lengths":
                continue
            if name in inputs:
                value = inputs[name][row][:steps] if "time" in given.shape else inputs[name][row]
            else:
                value = np.zeros([size for size in given.shape[1:] if not isinstance(size, str)])
            parts.append(np.ascontiguousarray(value, dtype=np.int32 if given.whole else np.float32).tobytes())
        return steps, b"".join(parts)

    def _answers(self, numbers: Array, lengths: Sequence[int], longest: int) -> dict[str, Array]:
        shapes = self.program.shapes()
        found: dict[str, list[Array]] = {name: [] for name in self.program.outputs}
        place = 0
        for steps in lengths:
            for name, output in self.program.outputs.items():
                shape = [steps if size == "time" else int(size) for size in shapes[output.value][1:]]
                size = int(np.prod(shape))
                values = numbers[place : place + size].reshape(shape)
                place += size
                if "time" in shapes[output.value]:
                    widths = [(0, longest - steps)] + [(0, 0)] * (len(shape) - 1)
                    values = np.pad(values, widths)
                found[name].append(values)
        return {name: np.stack(values) for name, values in found.items()}


def _rows(inputs: Mapping[str, Array]) -> int:
    return len(next(iter(inputs.values())))


def _steps(program: Program, inputs: Mapping[str, Array]) -> int:
    for name, given in program.inputs.items():
        if "time" in given.shape:
            return int(inputs[name].shape[1])
    return 0


def _harness(program: Program, streams: bool) -> str:
    """C text of a process that answers rows until its input ends."""
    shapes = program.shapes()
    fields = [name for name in program.inputs if name not in program.states and name != "lengths"]
    declared, read, set_whole, set_step = [], [], [], []
    for name in fields:
        given, own = program.inputs[name], field_name(name)
        kind = "int32_t" if given.whole else "float"
        inner = " * ".join(["(size_t)1", *(_size(size) for size in given.shape[1:] if size != "time")])
        most = inner.replace("per_word", "64") + (" * (MODEL_MAX_STEPS + 1)" if "time" in given.shape else "")
        declared.append(f"static {kind} {own}[{most}];")
        read.append(f"take({own}, sizeof *{own} * {inner}{' * steps' if 'time' in given.shape else ''});")
        set_whole.append(f"inputs.{own} = {own};")
        set_step.append(f"step_inputs.{own} = {own}{f' + t * {inner}' if 'time' in given.shape else ''};")
    read += [f"take(state.{field_name(name)}, sizeof state.{field_name(name)});" for name in program.states]
    if program.variable_time:
        set_whole.append("inputs.steps = steps;")
    if any("grams" in given.shape for given in program.inputs.values()):
        set_whole.append("inputs.grams_per_word = per_word;")
        set_step.append("step_inputs.grams_per_word = per_word;")
    state = "&state, " if program.states else ""
    give_whole, give_step = [], []
    following = {output: name for name, output in program.states.items()}
    stepped = step_program(program).outputs if streams else {}
    for name, output in program.outputs.items():
        inner = " * ".join(
            ["(size_t)1", *(_size(size) for size in shapes[output.value][1:] if size != "time")]
        )
        timed = "time" in shapes[output.value]
        own = f"state.{field_name(following[name])}" if name in following else f"outputs.{field_name(name)}"
        give_whole.append(f"give({own}, {inner}{' * steps' if timed else ''});")
        if name not in following and name in stepped:
            target = f"outputs.{field_name(name)}{f' + t * {inner}' if timed else ''}"
            source = f"step_outputs.{field_name(name)}"
            give_step.append(f"memcpy({target}, {source}, sizeof {source});")
    stepping = [
        "static model_step_inputs step_inputs;",
        "static model_step_outputs step_outputs;",
        "static model_step_work step_work;",
        "for (size_t t = 0; t < steps; t++) {",
        *("    " + line for line in set_step),
        "    code = model_step(&step_inputs, &state, &step_outputs, &step_work);",
        *("    " + line for line in give_step),
        "}",
    ]
    return HARNESS % {
        "state": "static model_state state;" if program.states else "",
        "declared": "\n".join(declared),
        "read": _indent(read),
        "set": _indent(set_whole, 3),
        "call": f"code = model_run(&inputs, {state}&outputs, &work);",
        "stepping": _indent(stepping if streams else ["code = 9;"], 3),
        "give": _indent(give_whole),
    }


def _size(size: int | str) -> str:
    return "per_word" if isinstance(size, str) else str(size)


def _indent(lines: Sequence[str], depth: int = 2) -> str:
    return "\n".join("    " * depth + line for line in lines)


HARNESS = """\
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

static model_run_inputs inputs;
static model_run_outputs outputs;
static model_run_work work;
%(state)s
%(declared)s

static void take(void *target, size_t size)
{
    if (fread(target, 1, size, stdin) != size) {
        exit(7);
    }
}

static void give(const float *values, size_t count)
{
    fwrite(values, sizeof *values, count, stdout);
}

int main(int count, char **arguments)
{
    const int whole = count > 1 && strcmp(arguments[1], "whole") == 0;
    int64_t sizes[2];
    while (fread(sizes, sizeof sizes, 1, stdin) == 1) {
        const size_t steps = (size_t)sizes[0], per_word = (size_t)sizes[1];
        int code = 0;
        (void)steps, (void)per_word;
        memset(&outputs, 0, sizeof outputs);
%(read)s
        if (whole) {
%(set)s
            %(call)s
        } else {
%(stepping)s
        }
        if (code != 0) {
            return code;
        }
%(give)s
    }
    return 0;
}
"""
