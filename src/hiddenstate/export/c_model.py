"""A program as C99: model.h, model.c, test vectors, an example that checks itself, a Makefile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hiddenstate import __version__
from hiddenstate.errors import SettingsError
from hiddenstate.export.c_code import Weights
from hiddenstate.export.c_example import EXAMPLE, MAKEFILE, vectors_text
from hiddenstate.export.c_function import Function, Limits, field_name, write_function
from hiddenstate.export.c_kernels import kernel_sources
from hiddenstate.export.c_numbers import c_array
from hiddenstate.export.c_tags import tags_text
from hiddenstate.export.c_words import Lexicon, words_text
from hiddenstate.program import Program, carry_states, step_program, why_not_streaming
from hiddenstate.program.shapes import elements

Array = NDArray[Any]
WeightKind = Literal["float32", "int8"]
MOST_WEIGHTS = 4_000_000
"""More numbers than that no compiler takes gladly as text."""
NO_SEARCH = "it searches its answer piece by piece, in memory that grows with beam and sentence"
"""Why a program that writes a step of an answer is no C."""

START = """\
void model_start(model_state *state)
{
    memset(state, 0, sizeof *state);
}
"""

SCALE = """\
%(head)s
{
    for (size_t i = 0; i < rows * %(columns)d; i++) {
        const size_t column = i %% %(columns)d;
        scaled[i] = (values[i] - %(own)s_mean[column]) / %(own)s_spread[column];
    }
}
"""


@dataclass(frozen=True)
class CModel:
    """Generated files and what they need."""

    files: Mapping[str, str]
    flash_bytes: int
    """Weights, without code."""
    work_bytes: int
    """Scratch memory of the function for whole sequences."""
    step_work_bytes: int | None
    """Scratch memory of the function for one step; None where the model cannot stream."""
    state_bytes: int
    weights: Mapping[str, Array]
    """What the C code computes with: other than the model's own where they were rounded to int8."""


def to_c(
    program: Program,
    weights: Mapping[str, Array],
    *,
    kind: WeightKind = "float32",
    longest: int = 256,
    samples: Sequence[Mapping[str, Array]] = (),
    lexicon: Lexicon | None = None,
) -> CModel:
    """Generate C99 for one row of a program.

    `longest`: steps of the longest sequence that memory is set aside for. `samples`: inputs of one row each
    for the test vectors. `lexicon`: words and n-grams of a text model.
    Raises `SettingsError` for more than `MOST_WEIGHTS` numbers, and for a step that asks what was read.
    """
    program.check_weights(weights)
    kept = Weights(weights, "float" if kind == "float32" else "int8")
    if too_large(program):
        raise SettingsError(
            f"export to c: expected at most {MOST_WEIGHTS:,} weights, got {count_weights(program):,}. "
            "Train with a smaller vocabulary or fewer vectors, or export to onnx."
        )
    for operation in program.operations:
        if "query" in operation.inputs:
            raise SettingsError(
                "export to c: expected a model that answers in one pass, got a step of one that does not: "
                f"{NO_SEARCH}. Export to onnx."
            )
        if operation.kind == "attention" and operation.options["score"] == "per_step":
            longest = min(longest, program.weights[operation.weights["b"]][0])
    limits = Limits(longest)
    streams = why_not_streaming(program) is None
    program = carry_states(program) if streams else program
    functions = [write_function("model_run", program, kept, limits)]
    if streams:
        functions.append(write_function("model_step", step_program(program), kept, limits))
    used = frozenset[str]().union(*(function.kernels for function in functions))
    words, tags = words_text(lexicon or Lexicon()), tags_text(program)
    used |= {"find_form"} if words.source else set()
    effective = {name: kept.effective.get(name, weights[name]) for name in program.weights}
    state_bytes = 4 * sum(elements(program.inputs[name].shape) for name in program.states)
    model = CModel(
        files={},
        flash_bytes=kept.flash_bytes + words.flash_bytes + tags.flash_bytes,
        work_bytes=functions[0].work_bytes,
        step_work_bytes=functions[1].work_bytes if streams else None,
        state_bytes=state_bytes,
        weights=effective,
    )
    source = [
        '#include "model.h"\n',
        "#include <math.h>\n#include <string.h>\n",
        kernel_sources(used, kept.kind),
        *kept.texts.values(),
        words.source,
        tags.source,
        *_labels(program, define=True),
        _scaling(program)[1],
        *([START] if streams else []),
        *(function.text for function in functions),
    ]
    files = {
        "model.h": _header(program, model, functions, limits, kind)
        + words.header
        + tags.header
        + "\n#endif\n",
        "model.c": "\n".join(source),
        "vectors.h": vectors_text(program, effective, samples),
        "example.c": EXAMPLE,
        "Makefile": MAKEFILE,
    }
    return replace(model, files=files)


def count_weights(program: Program) -> int:
    """How many numbers a program names."""
    return sum(int(np.prod(shape)) for shape in program.weights.values())


def too_large(program: Program) -> bool:
    """Whether the weights are too many for generated C."""
    return count_weights(program) > MOST_WEIGHTS


def _header(
    program: Program, model: CModel, functions: Sequence[Function], limits: Limits, kind: WeightKind
) -> str:
    facts = [
        f"/* {program.kind}, generated by hiddenstate {__version__}. C99; no allocation, no state but yours.",
        "",
        f"   Flash: {model.flash_bytes:,} bytes of weights ({kind}), and the code.",
        f"   RAM:   {model.work_bytes:,} bytes (model_run_work), to be used for something else between calls,",
    ]
    if model.step_work_bytes is not None:
        facts.append(
            f"          or for one step at a time {model.step_work_bytes:,} bytes (model_step_work),"
        )
        facts.append(f"          {model.state_bytes:,} bytes for each stream (model_state),")
    facts += ["          and inputs and outputs. */", ""]
    parts = [
        "\n".join(facts),
        "#ifndef HIDDENSTATE_MODEL_H\n#define HIDDENSTATE_MODEL_H\n",
        "#include <stddef.h>\n#include <stdint.h>\n",
    ]
    if program.variable_time:
        parts.append(f"/* Steps that memory is set aside for. */\n#define MODEL_MAX_STEPS {limits.steps}\n")
    parts.append("enum { MODEL_OK = 0, MODEL_TOO_LONG = 1, MODEL_BAD_NUMBER = 2 };\n")
    parts += _labels(program, define=False)
    parts.append(_scaling(program)[0])
    if program.states:
        fields = [
            f"    float {field_name(name)}[{elements(program.inputs[name].shape)}];"
            for name in program.states
        ]
        parts.append(
            "\n".join(
                [
                    "/* What is carried from step to step: one for each stream, copied or stored as you like. */",
                    "typedef struct {",
                    *fields,
                    "} model_state;",
                    "",
                    "/* Nothing remembered. */",
                    "void model_start(model_state *state);",
                    "",
                ]
            )
        )
    comments = {
        "model_run": "/* A whole sequence or window. Returns MODEL_OK, or what is wrong; then nothing is written. */",
        "model_step": "/* One step: the same numbers as the whole sequence. */",
    }
    for function in functions:
        name = function.signature.split("(")[0].removeprefix("int ")
        parts += [function.structures, f"{comments[name]}\n{function.signature};\n"]
    return "\n".join(part for part in parts if part)


def _labels(program: Program, *, define: bool) -> list[str]:
    """Names along the last axis of the outputs."""
    texts = []
    for name, output in program.outputs.items():
        if output.labels:
            head = f"const char *const model_labels_{field_name(name)}[{len(output.labels)}]"
            listing = ", ".join(_text(label) for label in output.labels)
            unit = f" /* {_comment(output.unit)} */" if output.unit else ""
            texts.append(f"{head} = {{ {listing} }};\n" if define else f"extern {head};{unit}\n")
    return texts


def _scaling(program: Program) -> tuple[str, str]:
    """Declarations and definitions of functions from the user's units to the model's."""
    heads, bodies = [], []
    for name, given in program.inputs.items():
        if given.scaling is not None:
            own, columns = field_name(name), len(given.scaling.mean)
            head = f"void model_scale_{own}(const float *values, size_t rows, float *scaled)"
            heads.append(f"/* From your units to those of inputs.{own}: rows of {columns}. */\n{head};\n")
            lists = {"mean": given.scaling.mean, "spread": given.scaling.spread}
            arrays = [
                c_array(f"{own}_{part}", np.array(values, np.float64)) for part, values in lists.items()
            ]
            bodies += [*arrays, SCALE % {"head": head, "own": own, "columns": columns}]
    return "\n".join(heads), "\n".join(bodies)


def _text(label: str) -> str:
    """A C string of any label, in UTF-8."""
    letters = (
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\?' else f"\\{byte:03o}" for byte in label.encode()
    )
    return '"' + "".join(letters) + '"'


def _comment(text: str) -> str:
    return text.replace("*/", "* /").replace("\n", " ")
