"""Spoken words made on the spot: by Debian's espeak-ng where it is installed, else whistles that rise and fall."""

import shutil
import subprocess
from pathlib import Path

import numpy as np

from hiddenstate.data.text_table import TextTable
from hiddenstate.extras import needed
from hiddenstate.seeding import generator

RATE = 16000
WORDS = ("yes", "no", "up", "down", "left", "right", "stop", "go")
VOICES = ("en+m1", "en+m3", "en+m7", "en+f2", "en+f4", "en+croak")
SPEEDS = (130, 160, 190)
PITCHES = (40, 60)
SPEAKER = "voice"


def spoken_words(folder: Path) -> TextTable:
    """Files of words in `folder`, each with its label and its voice as the group; notes say how they were made."""
    program = shutil.which("espeak-ng")
    return _whistled(folder) if program is None else _spoken(folder, program)


def _spoken(folder: Path, program: str) -> TextTable:
    files, labels, voices = [], [], []
    for voice in VOICES:
        for word in WORDS:
            for speed in SPEEDS:
                for pitch in PITCHES:
                    file = folder / f"{word}-{voice}-{speed}-{pitch}.wav"
                    command = [
                        program,
                        "-v",
                        voice,
                        "-s",
                        str(speed),
                        "-p",
                        str(pitch),
                        "-w",
                        str(file),
                        word,
                    ]
                    subprocess.run(command, check=True, capture_output=True)
                    files.append(str(file))
                    labels.append(word)
                    voices.append(voice)
    notes = ("the words are synthetic speech, made here by espeak-ng: no figure of real voices",)
    return TextTable(tuple(files), tuple(labels), "synthetic speech", notes, tuple(voices))


def _whistled(folder: Path) -> TextTable:
    soundfile = needed("soundfile", extra="audio", purpose="writing sound")
    files, labels, voices = [], [], []
    time = np.arange(int(0.4 * RATE)) / RATE
    for number, voice in enumerate(VOICES):
        for place, word in enumerate(WORDS):
            for copy in range(len(SPEEDS) * len(PITCHES)):
                random = generator(0, "whistle", number, place, copy)
                # Three bits of the word's number: up or down in each third of the whistle.
                turns = [1.0 if place >> bit & 1 else -1.0 for bit in range(3)]
                slope = np.repeat(turns, len(time) // 3 + 1)[: len(time)]
                pitch = 900 + 90 * number + 30 * random.standard_normal() + np.cumsum(slope) * 2500 / RATE
                sound = 0.3 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE) + 0.01 * random.standard_normal(
                    len(time)
                )
                file = folder / f"{word}-{voice}-{copy}.wav"
                soundfile.write(file, sound.astype(np.float32), RATE)
                files.append(str(file))
                labels.append(word)
                voices.append(voice)
    notes = ("espeak-ng is not installed: the words are whistles, no figure of real voices",)
    return TextTable(tuple(files), tuple(labels), "synthetic whistles", notes, tuple(voices))
