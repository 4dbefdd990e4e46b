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
    program = read_program(bundle)
    if why_not_streaming(program) is None:
        program = carry_states(program)
    subject = Subject(
        folder.resolve().name, program, bundle.load_weights(), portable.network, longest_of(program)
    )
    return Opened(subject, portable)
