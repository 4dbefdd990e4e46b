"""What leaves the toolkit: plain NumPy records, free of torch and of any model."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hiddenstate.records.attention import AttentionMap
from hiddenstate.records.attribution import Attribution, Evidence, Faithfulness
from hiddenstate.records.findings import Finding, LintReport
from hiddenstate.records.foretold import Foretold
from hiddenstate.records.gates import GateTrace, LayerTrace, LayerWeights
from hiddenstate.records.gradients import GradientFlow
from hiddenstate.records.memory import LayerMemory, Memory
from hiddenstate.records.recall import MemoryRun
from hiddenstate.records.tag_path import TagPath
from hiddenstate.records.walk import Line, Step, Term, Walk

__all__ = [
    "AttentionMap",
    "Attribution",
    "Classification",
    "Epoch",
    "Evidence",
    "Faithfulness",
    "Finding",
    "Forecast",
    "Foretold",
    "GateTrace",
    "GradientFlow",
    "History",
    "LayerMemory",
    "LayerTrace",
    "LayerWeights",
    "Line",
    "LintReport",
    "Memory",
    "MemoryRun",
    "Score",
    "Step",
    "TagPath",
    "Term",
    "Translation",
    "Walk",
]


@dataclass(frozen=True)
class Forecast:
    """Quantile forecasts of one or many windows, in the user's units.

    Axes: n windows, h steps of the horizon, c target columns, q quantile levels.
    """

    series: tuple[str, ...]
    """Name of the series of each window (n names; one empty name where a file holds one series)."""
    times: NDArray[np.datetime64]
    """(n, h) UTC time of each forecast step, ``datetime64[s]``."""
    timezone: str
    """IANA name of the zone in which times are shown."""
    targets: tuple[str, ...]
    """Names of the target columns (c)."""
    levels: tuple[float, ...]
    """Quantile levels in (0, 1), ascending (q)."""
    values: NDArray[np.float64]
    """(n, h, c, q) forecast quantiles; never crossing along q."""
    truth: NDArray[np.float64] | None = None
    """(n, h, c) what happened; NaN where unknown. ``None`` for a forecast of the future."""

    def median(self) -> NDArray[np.float64]:
        """(n, h, c) the quantile closest to one half: the point forecast."""
        nearest = int(np.argmin(np.abs(np.asarray(self.levels) - 0.5)))
        return self.values[..., nearest]


@dataclass(frozen=True)
class Epoch:
    """What one pass over the training windows left behind."""

    number: int
    """Counted from 1."""
    train_loss: float
    validation_loss: float
    """NaN where there was no validation."""
    learning_rate: float
    seconds: float
    gradient_norm: float
    """Mean over the epoch's steps, before clipping."""


@dataclass(frozen=True)
class History:
    """The learning curve of one training run."""

    epochs: tuple[Epoch, ...] = ()
    best_epoch: int | None = None
    """Number of the epoch whose weights were kept."""
    stopped: str = ""
    """Why training ended, in words."""


@dataclass(frozen=True)
class Score:
    """One row of a comparison table: a model or a baseline, measured on the same windows."""

    name: str
    metrics: dict[str, float] = field(default_factory=dict)
    is_model: bool = False
    seconds: float | None = None
    """Time to fit, in seconds."""


@dataclass(frozen=True, eq=False)
class Classification:
    """Labels for n texts out of k, with their probabilities and the words that the network looked at."""

    labels: tuple[str, ...]
    """Names of the k classes."""
    probabilities: NDArray[np.float64]
    """(n, k); rows sum to 1, or with several labels a text each column stands for itself.

    NaN throughout where the method answers without probabilities, as a support vector machine does.
    """
    predicted: NDArray[np.int64] | NDArray[np.bool_]
    """(n,) index into `labels`, -1 for "none of these"; with several labels a text (n, k) true or false."""
    texts: tuple[str, ...]
    """The user's own texts (n)."""
    tokens: tuple[tuple[str, ...], ...]
    """The pieces of each text that the network read, in the user's own spelling."""
    weights: tuple[NDArray[np.float32], ...]
    """Share of attention of each token; sums to 1 for a text that has tokens."""
    truth: NDArray[np.int64] | NDArray[np.bool_] | None = None
    """As `predicted`; -1 for a label that is missing or was never seen in training."""
    multi_label: bool = False
    """Whether a text may have several labels, or none."""

    @property
    def has_probabilities(self) -> bool:
        """Whether the method says how sure it is."""
        return not np.isnan(self.probabilities).any()


@dataclass(frozen=True, eq=False)
class Tagging:
    """A tag for each word of n texts."""

    texts: tuple[str, ...]
    """The user's own texts (n)."""
    words: tuple[tuple[tuple[int, int], ...], ...]
    """Where each word stands in its text: the characters ``text[start:stop]``."""
    tags: tuple[tuple[str, ...], ...]
    """The answer for each word; tags that mark spans come in BIO."""
    marks_spans: bool
    """Whether the tags mark spans of words, such as names and slots."""
    probabilities: tuple[NDArray[np.float32], ...] | None = None
    """Of each word's answer; None where the method gives none."""
    truth: tuple[tuple[str, ...], ...] | None = None
    """As `tags`; None where it is not known."""


@dataclass(frozen=True, eq=False)
class Commands:
    """An intent for each of n texts, beside the slots that its words fill."""

    slots: Tagging
    intents: Classification
    """Weights are the words' shares of the attention."""
    truth: tuple[tuple[str, ...], ...] | None = None
    """Every intent that counts as right for each text."""

    def named(self) -> tuple[str, ...]:
        """The answer for each text; an empty name is "none of these"."""
        names = self.intents.labels
        return tuple(names[int(place)] if place >= 0 else "" for place in self.intents.predicted)


@dataclass(frozen=True, eq=False)
class Translation:
    """Sentences and what a model has written for them."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    """What the model wrote."""
    source_pieces: tuple[tuple[str, ...], ...]
    """How each source was read: pieces with the space before them."""
    target_pieces: tuple[tuple[str, ...], ...]
    """How each answer was written."""
    weights: tuple[NDArray[np.float64], ...]
    """(target pieces, source pieces) of each pair: where each written piece has looked; zeros without attention."""
    scores: tuple[float, ...]
    """Log probability of each answer, by the length penalty."""
    numbers: tuple[tuple[int, ...], ...]
    """The written pieces as the network knows them."""


@dataclass(frozen=True)
class ClassRow:
    """How well one class is answered: a row of the per-class table."""

    label: str
    precision: float
    """Of the texts that got this label, the share that has it; 0 where none got it."""
    recall: float
    """Of the texts that have this label, the share that got it; 0 where none has it."""
    f1: float
    count: int
    """Texts that have this label."""


@dataclass(frozen=True)
class ReliabilityBin:
    """The answers whose confidence lies in [low, high)."""

    low: float
    high: float
    confidence: float
    """Mean; NaN in an empty bin."""
    accuracy: float
    """Share of them that is right; NaN in an empty bin."""
    count: int
