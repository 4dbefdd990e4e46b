"""Samples to frames of log-mel energies or cepstra, of a whole sound or of a stream."""

from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.choices import choose
from hiddenstate.data.sound.reading import Samples
from hiddenstate.errors import SettingsError, ShapeError
from hiddenstate.extras import needed

Frames = NDArray[np.float32]
KINDS = {"log-mel": "log-mel", "mfcc": "mfcc"}
FULL_SCALE = 32768.0
"""Samples go to the front end as 16-bit numbers: the smallest energy it knows is then far below quiet."""
LOWEST_HZ = 20.0


@dataclass(frozen=True, kw_only=True)
class FrontendSettings:
    """How sound becomes frames; section ``[frontend]`` of ``settings.toml``.

    Raises `SettingsError` for a value out of its range.
    """

    kind: str = "log-mel"
    """log-mel, or mfcc: its cosine transform."""
    rate: int = 16000
    """Samples a second; sound of another rate is converted."""
    bands: int = 40
    """Mel bands."""
    coefficients: int = 13
    """Cepstra that are kept of mfcc."""
    window_ms: float = 25.0
    """Length of a frame."""
    shift_ms: float = 10.0
    """From the start of a frame to the start of the next one."""

    def __post_init__(self) -> None:
        choose(KINDS, self.kind, "kind of frames")
        for name, least in (("rate", 1000), ("bands", 3), ("coefficients", 1)):
            if getattr(self, name) < least:
                raise SettingsError(
                    f"frontend.{name}: expected at least {least}, got {getattr(self, name)}. Correct the value."
                )
        if self.kind == "mfcc" and self.coefficients > self.bands:
            raise SettingsError(
                f"frontend.coefficients: expected at most the {self.bands} bands, got {self.coefficients}. Lower it."
            )
        if not 1.0 <= self.shift_ms <= self.window_ms <= 1000.0:
            raise SettingsError(
                "frontend: expected 1 <= shift_ms <= window_ms <= 1000, "
                f"got shift_ms {self.shift_ms:g} and window_ms {self.window_ms:g}. Correct them."
            )

    @property
    def features(self) -> int:
        """Numbers in a frame."""
        return self.coefficients if self.kind == "mfcc" else self.bands

    @property
    def window(self) -> int:
        """Samples in a frame: what is shorter has none."""
        return int(self.rate * 0.001 * self.window_ms)

    @property
    def shift(self) -> int:
        """Samples from frame to frame."""
        return int(self.rate * 0.001 * self.shift_ms)

    def count(self, samples: int) -> int:
        """Frames that so many samples make: whole windows alone."""
        return 0 if samples < self.window else 1 + (samples - self.window) // self.shift


@final
class Frontend:
    """Log-mel energies or cepstra as Kaldi computes them (kaldi-native-fbank), without dither."""

    def __init__(self, settings: FrontendSettings) -> None:
        self.settings = settings

    def frames(self, samples: Samples) -> Frames:
        """(time,) samples from -1 to 1 at the settings' rate -> (frames, features); too short ones give none."""
        return self.stream().accept(samples)

    def stream(self) -> "FrameStream":
        """The same frames for samples that come in pieces."""
        return FrameStream(self.settings)


@final
class FrameStream:
    """The front end at work on one stream; frames that were given out are forgotten, so memory does not grow."""

    def __init__(self, settings: FrontendSettings) -> None:
        self.settings = settings
        self._online = _online(settings)
        self._given = 0

    def accept(self, samples: Samples) -> Frames:
        """(n,) samples more -> (frames, features) that are complete now, each once; maybe none."""
        if samples.ndim != 1:
            raise ShapeError(
                f"samples: expected one axis (time,), got the shape {samples.shape}. Mix the channels first."
            )
        if len(samples):
            scaled = np.asarray(samples, dtype=np.float32) * np.float32(FULL_SCALE)
            self._online.accept_waveform(float(self.settings.rate), scaled)
        ready = self._online.num_frames_ready
        frames = np.empty((ready - self._given, self.settings.features), dtype=np.float32)
        for place, number in enumerate(range(self._given, ready)):
            frames[place] = self._online.get_frame(number)
        self._online.pop(ready - self._given)
        self._given = ready
        return frames


def _online(settings: FrontendSettings) -> Any:
    library = needed("kaldi_native_fbank", extra="audio", purpose="frames of sound")
    cepstra = settings.kind == "mfcc"
    options = library.MfccOptions() if cepstra else library.FbankOptions()
    options.frame_opts.samp_freq = float(settings.rate)
    options.frame_opts.frame_length_ms = settings.window_ms
    options.frame_opts.frame_shift_ms = settings.shift_ms
    options.frame_opts.dither = 0.0
    options.mel_opts.num_bins = settings.bands
    options.mel_opts.low_freq = LOWEST_HZ
    options.use_energy = False
    if cepstra:
        options.num_ceps = settings.coefficients
    return library.OnlineMfcc(options) if cepstra else library.OnlineFbank(options)
