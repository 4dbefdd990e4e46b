"""Generated C, one step at a time, beside C as one would write it at first: rows times columns, library functions.

    python benchmarks/c_speed.py

Both get the same weights and inputs and are compiled with gcc -O3 -march=native. Microseconds of CPU time for a step,
the best of 30 rounds; the sizes of weights in float32 and int8.
"""

import json
import subprocess
import tempfile
from pathlib import Path

from hiddenstate.export.c_model import to_c
from hiddenstate.export.c_numbers import c_array
from hiddenstate.layers import Stacked
from hiddenstate.parity.models import subject_of
from hiddenstate.seeding import seed_everything

INPUTS = 16
STEPS = 2000
TIMED = """\
#define _POSIX_C_SOURCE 199309L
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "model.h"
%(naive)s
static float x[%(inputs)d];

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int main(void)
{
    static model_step_inputs inputs;
    static model_step_outputs outputs;
    static model_step_work work;
    static model_state state;
    double ours = 1e9, theirs = 1e9;
    inputs.x = x;
    x[0] = 0.5f;
    for (int round = 0; round < 30; round++) {
        double begin = seconds();
        for (int i = 0; i < %(steps)d; i++) {
            model_step(&inputs, &state, &outputs, &work);
        }
        double time = seconds() - begin;
        ours = time < ours ? time : ours;
        begin = seconds();
        for (int i = 0; i < %(steps)d; i++) {
            naive_step(x);
        }
        time = seconds() - begin;
        theirs = time < theirs ? time : theirs;
    }
    float error = 0.0f;
    for (int i = 0; i < %(hidden)d; i++) {
        error = fmaxf(error, fabsf(naive_h[i] - outputs.outputs[i]));
    }
    printf("%%g %%g %%g\\n", 1e6 * ours / %(steps)d, 1e6 * theirs / %(steps)d, (double)error);
    return 0;
}
"""
NAIVE = {
    "lstm": """
static float naive_h[%(hidden)d], naive_c[%(hidden)d];
static void naive_step(const float *in)
{
    float a[4 * %(hidden)d];
    for (int r = 0; r < 4 * %(hidden)d; r++) {
        a[r] = naive_b[r];
        for (int j = 0; j < %(inputs)d; j++) a[r] += naive_W[r * %(inputs)d + j] * in[j];
        for (int j = 0; j < %(hidden)d; j++) a[r] += naive_U[r * %(hidden)d + j] * naive_h[j];
    }
    for (int i = 0; i < %(hidden)d; i++) {
        const float in_gate = 1.0f / (1.0f + expf(-a[i])), keep = 1.0f / (1.0f + expf(-a[%(hidden)d + i]));
        const float out = 1.0f / (1.0f + expf(-a[3 * %(hidden)d + i]));
        naive_c[i] = keep * naive_c[i] + in_gate * tanhf(a[2 * %(hidden)d + i]);
        naive_h[i] = out * tanhf(naive_c[i]);
    }
}
""",
    "gru": """
static float naive_h[%(hidden)d];
static void naive_step(const float *in)
{
    float a[3 * %(hidden)d], s[3 * %(hidden)d];
    for (int r = 0; r < 3 * %(hidden)d; r++) {
        a[r] = naive_b[r];
        s[r] = 0.0f;
        for (int j = 0; j < %(inputs)d; j++) a[r] += naive_W[r * %(inputs)d + j] * in[j];
        for (int j = 0; j < %(hidden)d; j++) s[r] += naive_U[r * %(hidden)d + j] * naive_h[j];
    }
    for (int i = 0; i < %(hidden)d; i++) {
        const float reset = 1.0f / (1.0f + expf(-a[i] - s[i]));
        const float update = 1.0f / (1.0f + expf(-a[%(hidden)d + i] - s[%(hidden)d + i]));
        const float n = tanhf(a[2 * %(hidden)d + i] + reset * (s[2 * %(hidden)d + i] + naive_b_hn[i]));
        naive_h[i] = (1.0f - update) * n + update * naive_h[i];
    }
}
""",
}


def measure(cell: str, hidden: int, kind: str) -> tuple[float, float, int]:
    """Microseconds for a step of generated and of plain C, bytes of weights."""
    seed_everything(0, "speed")
    stack = Stacked(cell, INPUTS, hidden_size=hidden)
    subject = subject_of(stack, "speed")
    model = to_c(subject.program, subject.weights, kind=kind)
    sizes = {"hidden": hidden, "inputs": INPUTS, "steps": STEPS}
    arrays = [c_array(f"naive_{name.split('.')[-1]}", array) for name, array in subject.weights.items()]
    naive = "\n".join([*arrays, NAIVE[cell] % sizes])
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**model.files, "timed.c": TIMED % {**sizes, "naive": naive}}.items():
            (Path(folder) / name).write_text(text)
        command = ["gcc", "-std=c99", "-O3", "-march=native", "timed.c", "model.c", "-o", "timed", "-lm"]
        subprocess.run(command, cwd=folder, check=True)
        run = subprocess.run([f"{folder}/timed"], capture_output=True, text=True, check=True)
    ours, theirs, error = map(float, run.stdout.split())
    assert error < (1e-4 if kind == "float32" else 0.2), error
    return ours, theirs, model.flash_bytes


def main() -> None:
    print(f"{'':10} {'float32 us':>11} {'plain C us':>11} {'times':>7} {'int8 us':>9} {'times smaller':>14}")
    figures = {}
    for cell in ("lstm", "gru"):
        for hidden in (32, 64, 128, 256):
            ours, theirs, size = measure(cell, hidden, "float32")
            rounded, _, rounded_size = measure(cell, hidden, "int8")
            print(
                f"{cell:5} {hidden:4d} {ours:11.2f} {theirs:11.2f} {theirs / ours:7.1f} {rounded:9.2f} "
                f"{size / rounded_size:14.2f}",
                flush=True,
            )
            figures[f"{cell}_{hidden}_us"] = round(ours, 2)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
