"""What the figures of a score are called, in which unit they are, and which way is better."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from hiddenstate.plots.numerals import decimals, fixed

Better = Literal["lower", "higher"] | float | None
TARGET_UNIT = "@target"


@dataclass(frozen=True)
class MetricColumn:
    """How one figure of a score is shown."""

    key: str
    """Its name in ``Score.metrics``."""
    label: str
    unit: str | None = ""
    """``""``: a pure number; ``None``: the unit of the data, whose name is not known."""
    better: Better = "lower"
    """A number is a nominal value: the closest is best. ``None``: neither way is better."""

    meaning: str = ""
    """What it is, for a reader who does not know the abbreviation."""
    scale: float = 1.0
    """What the stored figure is multiplied with to be shown: 100 for a share in percent."""

    places: int | None = None
    """Decimals that are shown; None: as many as the smallest figure of a column needs."""

    def shown(self, metrics: Mapping[str, float]) -> float:
        """The figure of a score in the column's unit; NaN where it was not measured."""
        return metrics.get(self.key, math.nan) * self.scale

    def texts(self, values: Sequence[float]) -> list[str]:
        """The figures of a column, all with the same decimals."""
        places = decimals(values) if self.places is None else self.places
        if self.unit == "%":  # a figure next to zero would bring all others to six decimals
            places = min(places, 2)
        return [fixed(value, places) for value in values]

    def direction(self) -> str:
        """Which way is better, to follow a label: ``", lower is better"``."""
        return f", {self.better} is better" if isinstance(self.better, str) else ""

    def distance(self, value: float) -> float:
        """How far from ideal: the smaller, the better; 0 for all where neither way is better."""
        if self.better is None:
            return 0.0
        if self.better == "lower":
            return value
        return -value if self.better == "higher" else abs(value - float(self.better))


def _share(key: str, label: str, meaning: str) -> MetricColumn:
    """A share from 0 to 1 that is shown in percent; higher is better."""
    return MetricColumn(key, label, "%", "higher", meaning, 100.0, 1)


METRICS: dict[str, MetricColumn] = {
    column.key: column
    for column in (
        MetricColumn("mae", "MAE", TARGET_UNIT, meaning="mean absolute error"),
        MetricColumn(
            "rmse", "RMSE", TARGET_UNIT, meaning="root of the mean squared error: large misses weigh more"
        ),
        MetricColumn("mse", "MSE", meaning="mean squared error"),
        MetricColumn("mape", "MAPE", "%", meaning="mean absolute error in percent of the true value"),
        MetricColumn(
            "smape", "sMAPE", "%", meaning="mean absolute error in percent of the mean of truth and forecast"
        ),
        MetricColumn("nd", "ND", meaning="sum of absolute errors divided by the sum of absolute true values"),
        MetricColumn(
            "mase",
            "MASE",
            meaning="mean absolute error divided by that of the seasonal naive method in training: "
            "below 1 beats it",
        ),
        MetricColumn(
            "pinball",
            "Pinball",
            TARGET_UNIT,
            meaning="loss of the forecast quantiles: rewards intervals that are narrow and hold the truth",
        ),
        MetricColumn("mape_skipped", "Left out", "", None, "number of zero truths that MAPE leaves out"),
        _share("accuracy", "Accuracy", "share of the answers that are right"),
        _share(
            "unweighted_average_recall",
            "UAR",
            "unweighted average recall: the mean over the classes of the share that was found",
        ),
        _share("exact", "All labels right", "share of the texts with all labels right and none too many"),
        _share(
            "macro_f1",
            "Macro-F1",
            "mean over the classes of F1, the harmonic mean of precision and recall: rare classes count as much",
        ),
        _share("micro_f1", "Micro-F1", "F1 of all labels of all texts together: frequent labels count more"),
        _share(
            "span_f1", "F1 of spans", "harmonic mean of precision and recall of whole spans, as conlleval"
        ),
        _share("span_precision", "Precision", "of the spans that were answered, the share that is there"),
        _share("span_recall", "Recall", "of the spans that are there, the share that was found"),
        _share("span_f1_strict", "F1, strict", "the same, counting only spans whose tags keep to the scheme"),
        _share("token_accuracy", "Words right", "share of the words with the right tag"),
        _share("sentence_accuracy", "Sentences right", "share of the sentences with all tags right"),
        _share(
            "slot_f1", "F1 of slots", "harmonic mean of precision and recall of whole slots, as conlleval"
        ),
        _share("intent_accuracy", "Intents right", "share of the texts with the right intent"),
        _share("command_accuracy", "Commands right", "share of the texts with intent and all slots right"),
        _share("text_accuracy", "Texts right", "share of the texts without any error"),
        MetricColumn(
            "wer",
            "Word error",
            "%",
            meaning="words inserted, left out or taken for another, divided by the words that were said",
            scale=100.0,
            places=1,
        ),
        MetricColumn(
            "cer", "Letter error", "%", meaning="the same for letters, spaces included", scale=100.0, places=1
        ),
        MetricColumn(
            "bits_per_char", "Bits per character", meaning="-log2 of the probability of the text, a character"
        ),
        MetricColumn("nats_per_char", "Nats per character", meaning="the same with the natural logarithm"),
        MetricColumn(
            "perplexity", "Perplexity", meaning="among how many equally likely units the next one was guessed"
        ),
        MetricColumn(
            "bits_per_char_windows",
            "Bits, short memory",
            meaning="bits per character with a memory that is emptied again and again (see the notes)",
        ),
        MetricColumn(
            "bleu",
            "BLEU",
            "",
            "higher",
            "overlap of up to four words in a row, sacreBLEU's own tokens",
            100.0,
            1,
        ),
        MetricColumn("bleu_lower", "BLEU, lower case", "", "higher", "the same without case", 100.0, 1),
        MetricColumn(
            "bleu_moses",
            "BLEU, Moses",
            "",
            "higher",
            "Moses tokens in lower case, as older papers have it",
            100.0,
            1,
        ),
        MetricColumn("chrf", "chrF", "", "higher", "overlap of up to six letters in a row", 100.0, 1),
        MetricColumn(
            "log_loss", "Log loss", meaning="mean of -log of the probability that the right label got"
        ),
        MetricColumn(
            "ece",
            "ECE",
            "%",
            meaning="expected calibration error: how far, on average, the probability of an answer is from "
            "how often such answers are right",
            scale=100.0,
            places=1,
        ),
        MetricColumn("none_share", "None of these", "%", None, "share left without a label", 100.0),
    )
}


def metric_column(key: str, unit: str | None = None) -> MetricColumn:
    """How the figure called `key` is shown; an unknown one under its own name.

    `unit` is the unit of the target. ``coverage_80`` and the like are percentages of which the one closest
    to nominal is best.

    >>> metric_column("mae", "MW").unit, metric_column("coverage_80").better
    ('MW', 80.0)
    """
    name, _, nominal = key.partition("_")
    if name == "coverage" and nominal.replace(".", "", 1).isdigit():
        meaning = f"share of the truths inside the {nominal} % interval; closest to {nominal} is best"
        return MetricColumn(key, f"Coverage {nominal} %", "%", float(nominal), meaning)
    column = METRICS.get(key, MetricColumn(key, key.replace("_", " "), "", None))
    return replace(column, unit=unit) if column.unit == TARGET_UNIT else column
