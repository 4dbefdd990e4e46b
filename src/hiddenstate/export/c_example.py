"""Test vectors, and an example that runs them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.export.c_function import field_name
from hiddenstate.export.c_numbers import c_array
from hiddenstate.program import Interpreter, Program

Array = NDArray[Any]

MAKEFILE = """\
CC ?= cc
CFLAGS ?= -O3
CFLAGS += -std=c99 -Wall -Wextra -Wconversion -pedantic -Werror

example: example.c vectors.h model.h model.o
\t$(CC) $(CFLAGS) example.c model.o -o example -lm

model.o: model.c model.h
\t$(CC) $(CFLAGS) -c model.c -o model.o

test: example
\t./example

clean:
\trm -f example model.o

.PHONY: test clean
"""

EXAMPLE = """\
/* Runs the model on the test vectors and compares with the answers of the training toolkit. */
#include <math.h>
#include <stdio.h>

#include "model.h"
#include "vectors.h"

int main(void)
{
    const float error = run_vectors();
    printf("%d test vectors, largest error %.3g of 1 or of the largest value\\n", VECTORS, (double)error);
    return error < 1e-5f ? 0 : 1;
}
"""

COMPARE = """\
static float worst(float so_far, const float *found, const float *expected, size_t count)
{
    float peak = 1.0f;
    for (size_t i = 0; i < count; i++) {
        peak = fabsf(expected[i]) > peak ? fabsf(expected[i]) : peak;
    }
    for (size_t i = 0; i < count; i++) {
        const float error = fabsf(found[i] - expected[i]) / peak;
        so_far = error <= so_far ? so_far : error; /* NaN counts as worst */
    }
    return so_far;
}
"""


def vectors_text(
    program: Program, weights: Mapping[str, Array], samples: Sequence[Mapping[str, Array]]
) -> str:
    """``vectors.h``: inputs and the answers to them, and a function that compares."""
    reference = Interpreter(program, weights)
    carried = set(program.states.values())
    arrays, calls = [], []
    for number, sample in enumerate(samples):
        answers = reference(sample)
        fields = []
        for name, given in program.inputs.items():
            if name in sample and name != "lengths" and name not in program.states:
                own = f"vector{number}_{field_name(name)}"
                kind = np.int32 if given.whole else np.float32
                arrays.append(c_array(own, np.asarray(sample[name]).astype(kind)))
                fields.append(f"inputs.{field_name(name)} = {own};")
        if program.variable_time:
            fields.append(f"inputs.steps = {_size(program, sample, 'time')};")
        if any("grams" in given.shape for given in program.inputs.values()):
            fields.append(f"inputs.grams_per_word = {_size(program, sample, 'grams')};")
        stream = "&state, " if program.states else ""
        begin = ["model_start(&state);"] if program.states else []
        lines = [
            *begin,
            *fields,
            f"error = model_run(&inputs, {stream}&outputs, &work) == MODEL_OK ? error : 1e9f;",
        ]
        for name, values in answers.items():
            if name not in carried:
                own = f"answer{number}_{field_name(name)}"
                arrays.append(c_array(own, values.astype(np.float32)))
                lines.append(f"error = worst(error, outputs.{field_name(name)}, {own}, {values.size});")
        calls += lines
    kinds = ["model_run_inputs inputs", "model_run_outputs outputs", "model_run_work work"]
    if program.states:
        kinds.append("model_state state")
    head = [f"static {kind};" for kind in kinds]
    body = [*head, "float error = 0.0f;", *calls, "return error;"]
    function = "\n".join(["static float run_vectors(void)", "{", *("    " + line for line in body), "}", ""])
    return "\n".join([f"#define VECTORS {len(samples)}\n", *arrays, COMPARE, function])


def _size(program: Program, sample: Mapping[str, Array], axis: str) -> int:
    for name, given in program.inputs.items():
        if axis in given.shape:
            return int(np.asarray(sample[name]).shape[given.shape.index(axis)])
    return 0
