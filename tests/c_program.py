"""A C program of the tests beside generated code."""

import subprocess
from pathlib import Path

from hiddenstate.parity.c_harness import STRICT

SANITIZERS = "-fsanitize=address,undefined"


def build(folder: Path, main: str, *flags: str) -> Path:
    """`main` as ``main.c`` with the model.c of `folder`, strictly and under the sanitizers; the executable."""
    (folder / "main.c").write_text(main)
    command = ["gcc", *STRICT, SANITIZERS, *flags, "main.c", "model.c", "-o", "main", "-lm"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "main"
