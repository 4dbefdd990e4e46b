"""A saved model that hears on new recordings; imports no torch."""

import polars as pl

from hiddenstate.data.files import Source
from hiddenstate.data.sound.table import load_recordings
from hiddenstate.records import Classification
from hiddenstate.runtime.sound_model import SoundModel
from hiddenstate.workflows.classes.label_table import label_table


def label_recordings(sounds: SoundModel, source: Source) -> pl.DataFrame:
    """A label for a recording, for every recording of a folder, or of a table; labels there are not looked at."""
    return heard_table(sounds.run(load_recordings(source, sounds.files, labelled=False).texts))


def heard_table(result: Classification) -> pl.DataFrame:
    """Columns: file, label, its probability, then ``p_LABEL`` of each class."""
    return label_table(result).rename({"text": "file"})
