"""Sound: files to samples, samples to frames of features, whole or as they come."""

from hiddenstate.data.sound.features import read_features
from hiddenstate.data.sound.frontend import Frames, FrameStream, Frontend, FrontendSettings
from hiddenstate.data.sound.preparation import Preparation
from hiddenstate.data.sound.reading import Sound, read_blocks, read_sound
from hiddenstate.data.sound.resampling import Resampler, resample
from hiddenstate.data.sound.standardise import Standardiser, standardise_utterance

__all__ = [
    "FrameStream",
    "Frames",
    "Frontend",
    "FrontendSettings",
    "Preparation",
    "Resampler",
    "Sound",
    "Standardiser",
    "read_blocks",
    "read_features",
    "read_sound",
    "resample",
    "standardise_utterance",
]
