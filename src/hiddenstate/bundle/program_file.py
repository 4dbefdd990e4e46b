"""A model's program in its bundle, or the reason why it has none."""

from collections.abc import Callable

from hiddenstate.bundle.bundle import Bundle
from hiddenstate.errors import BundleError, ProgramError
from hiddenstate.program import Program
from hiddenstate.program.program import PROGRAM

NO_PROGRAM = "no_program.txt"
"""In place of the program, where only torch computes the model: one line that says why."""


def program_file(program: Callable[[], Program]) -> dict[str, str]:
    """The file for a new bundle: what `program` returns, or the reason of the `ProgramError` that it raises."""
    try:
        return {PROGRAM: program().to_json()}
    except ProgramError as error:
        return {NO_PROGRAM: str(error)}


def read_program(bundle: Bundle) -> Program:
    """The program of a bundle. Raises `BundleError` for one without, with the reason where there is one."""
    if NO_PROGRAM in bundle.files:
        raise BundleError(f"{bundle.folder}: {bundle.read(NO_PROGRAM).decode()}")
    if PROGRAM not in bundle.files:
        raise BundleError(
            f"{bundle.folder}: expected a model with {PROGRAM}, got one of hiddenstate {bundle.toolkit} without. "
            "Train it again with this version."
        )
    return Program.from_json(bundle.read(PROGRAM))
