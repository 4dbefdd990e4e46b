"""The demo's sounds say how they were made, and each voice has each word."""

import shutil

import pytest

from hiddenstate.data import demo_sounds
from hiddenstate.data.demo_sounds import VOICES, WORDS, spoken_words
from hiddenstate.data.sound import read_sound

pytest.importorskip("soundfile", reason="the extra 'audio' is not installed")


def test_whistles_where_nothing_speaks(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    table = spoken_words(tmp_path)
    assert len(table) == 6 * len(WORDS) * len(VOICES)
    assert set(zip(table.labels, table.groups, strict=True)) == {(w, v) for w in WORDS for v in VOICES}
    assert "whistles" in table.notes[0]
    assert read_sound(table.texts[0]).seconds == 0.4


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_synthetic_speech(tmp_path, monkeypatch):
    for name, value in (
        ("WORDS", ("yes", "no")),
        ("VOICES", ("en+m1",)),
        ("SPEEDS", (160,)),
        ("PITCHES", (50,)),
    ):
        monkeypatch.setattr(demo_sounds, name, value)
    table = spoken_words(tmp_path)
    assert table.labels == ("yes", "no")
    assert "espeak-ng" in table.notes[0]
    assert all(read_sound(file).seconds > 0.2 for file in table.texts)
