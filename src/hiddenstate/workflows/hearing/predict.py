"""A saved model that hears on new recordings; imports no torch."""

from pathlib import Path

import polars as pl

from hiddenstate.bundle import open_bundle
from hiddenstate.data.files import Source
from hiddenstate.data.sound.table import load_recordings
from hiddenstate.program.program import PROGRAM
from hiddenstate.records import Classification
from hiddenstate.runtime import Session
from hiddenstate.runtime.listening import KIND
from hiddenstate.workflows.classes.label_table import label_table


def can_hear_without_torch(folder: Path) -> bool:
    """Whether this is a model that hears and wrote down its program: all whose cell the runtime computes."""
    bundle = open_bundle(folder)
    return bundle.kind == KIND and PROGRAM in bundle.files


def label_recordings(folder: Path, source: Source) -> pl.DataFrame:
    """A label for a recording, for every recording of a folder, or of a table; labels there are not looked at."""
    sounds = Session(folder).sounds
    assert sounds is not None, "asked `can_hear_without_torch` before"
    return heard_table(sounds.run(load_recordings(source, sounds.files, labelled=False).texts))


def heard_table(result: Classification) -> pl.DataFrame:
    """Columns: file, label, its probability, then ``p_LABEL`` of each class."""
    return label_table(result).rename({"text": "file"})
