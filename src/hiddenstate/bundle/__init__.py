"""The artefact of training: one folder with settings, encoders, weights, metrics, card and report."""

from hiddenstate.bundle.addition import add_file
from hiddenstate.bundle.bundle import Bundle, check_target, open_bundle, open_kind, save_bundle
from hiddenstate.bundle.card import compose_card
from hiddenstate.bundle.contents import Contents
from hiddenstate.bundle.program_file import program_file, read_program

__all__ = [
    "Bundle",
    "Contents",
    "add_file",
    "check_target",
    "compose_card",
    "open_bundle",
    "open_kind",
    "program_file",
    "read_program",
    "save_bundle",
]
