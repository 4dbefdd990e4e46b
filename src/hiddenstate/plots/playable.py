"""Recordings that can be played in the page: the sound stands in the page itself."""

from __future__ import annotations

import base64
import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from hiddenstate.plots.sections import prose

LONGEST_SECONDS = 4.0
"""Of a longer recording the page holds the beginning."""


@dataclass(frozen=True)
class Clip:
    """One recording."""

    name: str
    text: str
    """What is said about it."""
    samples: NDArray[np.float32]
    """(time,) from -1 to 1"""
    rate: int


@dataclass(frozen=True)
class Playable:
    """A list of recordings as a section of a page."""

    title: str
    clips: Sequence[Clip]
    nothing: str
    """What is said where there are none."""
    caption: str = ""

    def html(self) -> str:
        """An ordered list, each entry with a player."""
        items = "".join(
            f'<li><p class="quote">{escape(clip.name)}</p><p>{prose(clip.text)}</p>'
            f'<audio controls preload="none" src="{data_uri(clip.samples, clip.rate)}"></audio></li>'
            for clip in self.clips
        )
        body = f"<ol>{items}</ol>" if items else f"<p>{escape(self.nothing)}</p>"
        caption = f'<p class="caption">{prose(self.caption)}</p>' if items and self.caption else ""
        return f'<section class="part quotes"><h2>{escape(self.title)}</h2>{body}{caption}</section>'


def data_uri(samples: NDArray[np.float32], rate: int) -> str:
    """At most `LONGEST_SECONDS` of sound as a WAV of 16 bits inside a URI."""
    kept = samples[: int(LONGEST_SECONDS * rate)]
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(kept, -1, 1) * 32767).astype("<i2").tobytes())
    return "data:audio/wav;base64," + base64.b64encode(data.getvalue()).decode("ascii")
