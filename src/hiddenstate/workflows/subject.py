"""A saved model as something that can be exported and verified."""

from dataclasses import dataclass
from pathlib import Path

from hiddenstate.bundle import open_bundle, read_program
from hiddenstate.parity.backends import Subject
from hiddenstate.parity.models import longest_of
from hiddenstate.program import carry_states, why_not_streaming
from hiddenstate.workflows.kind import Portable
from hiddenstate.workflows.kinds import kind_of


@dataclass(frozen=True)
class Opened:
    """A saved model's program with all that goes with it."""

    subject: Subject
    portable: Portable


def open_subject(folder: Path) -> Opened:
    """Open a model.

    Raises `SettingsError` for a kind that cannot leave torch, `BundleError` for a model that was trained before models
    wrote down their program.
    """
    bundle = open_bundle(folder)
    portable = kind_of(folder).portable(folder)
    name, weights = folder.resolve().name, bundle.load_weights()
    if portable.programs is not None:
        reads, writes = portable.programs
        return Opened(Subject(name, reads, weights, portable.network, writes=writes), portable)
    program = read_program(bundle)
    if why_not_streaming(program) is None:
        program = carry_states(program)
    return Opened(Subject(name, program, weights, portable.network, longest_of(program)), portable)
