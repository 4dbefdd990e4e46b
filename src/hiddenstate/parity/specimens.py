"""Small models of every kind and option with random weights: what the ways to compute are compared on."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from hiddenstate.layers import Stacked
from hiddenstate.models.direct import DirectForecaster, DirectSettings
from hiddenstate.models.embed import EmbedSizes
from hiddenstate.models.encoder_decoder import EncoderDecoder, TranslatorSettings
from hiddenstate.models.forecast_windows import ForecastSizes
from hiddenstate.models.hearing import HearingNetwork, HearingSettings
from hiddenstate.models.intent_slots import IntentHeadSettings, IntentSlots
from hiddenstate.models.many_to_one import ManyToOne
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.models.segments import SegmentForecaster, SegmentSettings
from hiddenstate.models.tagger import Tagger
from hiddenstate.models.text_classifier import TextClassifier, TextModelSettings
from hiddenstate.models.transcriber import Transcriber, TranscriberSettings
from hiddenstate.seeding import seed_everything


def _stacked(cell: str, layers: int, both: bool) -> Callable[[], nn.Module]:
    return lambda: Stacked(cell, 3, hidden_size=5, num_layers=layers, bidirectional=both)


def _pooled(pool: str, both: bool) -> Callable[[], nn.Module]:
    return lambda: ManyToOne(
        Stacked("lstm", 3, hidden_size=4, bidirectional=both), pool=pool, output_size=2, time_steps=64
    )


def _text(pool: str, further: int, grams: int, classes: tuple[int, ...] = (4,)) -> Callable[[], nn.Module]:
    sizes = EmbedSizes(words=12, further=further, size=6, grams=grams, gram_size=3 if grams else 0)
    settings = TextModelSettings(cell="gru", hidden_size=5, num_layers=2, pool=pool)
    return lambda: TextClassifier(sizes, classes, settings)


def _tagger(further: int, grams: int, settings: TaggerSettings) -> Callable[[], nn.Module]:
    sizes = EmbedSizes(words=12, further=further, size=6, grams=grams, gram_size=3 if grams else 0)
    return lambda: Tagger(sizes, 5, settings)


def _intents(settings: TaggerSettings) -> Callable[[], nn.Module]:
    sizes = EmbedSizes(words=12, size=6, grams=9, gram_size=3)
    return lambda: IntentSlots(sizes, (5, 3), (settings, IntentHeadSettings()))


SIZES = ForecastSizes(
    lookback=26, horizon=10, cycle=6, targets=2, past_features=3, future_features=4, levels=3
)
PLAIN = ForecastSizes(
    lookback=26, horizon=10, cycle=6, targets=2, past_features=0, future_features=0, levels=3
)


def _direct(settings: DirectSettings) -> Callable[[], nn.Module]:
    return lambda: DirectForecaster(SIZES, settings)


def _hearing(settings: HearingSettings) -> Callable[[], nn.Module]:
    return lambda: HearingNetwork(4, 3, settings)


def _transcriber(settings: TranscriberSettings) -> Callable[[], nn.Module]:
    return lambda: Transcriber(4, 5, settings)


def _segments(sizes: ForecastSizes, settings: SegmentSettings) -> Callable[[], nn.Module]:
    return lambda: SegmentForecaster(sizes, settings)


SPECIMENS: dict[str, Callable[[], nn.Module]] = {
    **{
        f"stacked {cell} x{layers}{' both ways' if both else ''}": _stacked(cell, layers, both)
        for cell in ("rnn", "lstm", "gru")
        for layers, both in ((1, False), (2, False), (2, True))
    },
    **{
        f"many to one, {pool}{', both ways' if both else ''}": _pooled(pool, both)
        for pool in ("last", "mean", "max", "additive", "dot", "general", "per_step")
        for both in (False, True)
    },
    "text, max+attention": _text("max+attention", 0, 0),
    "text, last, further words": _text("last", 5, 0),
    "text, one way": lambda: TextClassifier(
        EmbedSizes(words=12, size=6), (4,), TextModelSettings(hidden_size=5, bidirectional=False, pool="last")
    ),
    "text, mean, letters, two levels": _text("mean", 5, 9, (3, 7)),
    "text, pairs of words, two levels": lambda: TextClassifier(
        EmbedSizes(words=12, size=6), (3, 4), TextModelSettings(hidden_size=5, word_pairs=True), pairs=9
    ),
    "hearing, max+attention, both ways": _hearing(HearingSettings(hidden_size=5, filters=6)),
    "hearing lstm x1, last": _hearing(
        HearingSettings(cell="lstm", hidden_size=5, num_layers=1, filters=6, bidirectional=False, pool="last")
    ),
    "transcriber, both ways": _transcriber(TranscriberSettings(hidden_size=5, stack=2)),
    "transcriber lstm x2, one way": _transcriber(
        TranscriberSettings(cell="lstm", hidden_size=5, stack=1, bidirectional=False)
    ),
    "tagger, both ways, letters": _tagger(5, 9, TaggerSettings(hidden_size=5, num_layers=2)),
    "tagger gru, one way, no casing": _tagger(
        0, 0, TaggerSettings(cell="gru", hidden_size=5, bidirectional=False, output="softmax", casing_size=0)
    ),
    "intents and slots": _intents(TaggerSettings(hidden_size=5)),
    "direct gru": _direct(DirectSettings(hidden_size=5, embedding_size=6)),
    "direct lstm x2, one way": _direct(
        DirectSettings(
            cell="lstm", hidden_size=5, num_layers=2, bidirectional=False, shortcut=False, segment=7
        )
    ),
    "direct rnn x2": _direct(DirectSettings(cell="rnn", hidden_size=5, num_layers=2)),
    "segments gru": _segments(PLAIN, SegmentSettings(hidden_size=5)),
    "segments lstm x2, features": _segments(
        SIZES, SegmentSettings(cell="lstm", hidden_size=5, num_layers=2, level="cycle", segment=4)
    ),
    "segments rnn, rescaled": _segments(
        SIZES, SegmentSettings(cell="rnn", hidden_size=5, level="mean", rescale=True, shortcut=False)
    ),
}
"""Name -> a function that builds the model."""


def _translator(**settings: Any) -> Callable[[], nn.Module]:
    sizes = TranslatorSettings(**{"hidden_size": 6, "embedding_size": 5, **settings})
    return lambda: EncoderDecoder(37, sizes)


TRANSLATORS: dict[str, Callable[[], nn.Module]] = {
    f"translator {cell}, {attention}{', fed' if feeding else ''}{f' x{layers}' if layers > 1 else ''}": _translator(
        cell=cell, attention=attention, input_feeding=feeding, num_layers=layers
    )
    for cell, attention, feeding, layers in (
        ("lstm", "general", False, 1),
        ("lstm", "additive", True, 2),
        ("lstm", "none", True, 1),
        ("gru", "dot", False, 3),
        ("gru", "additive", False, 1),
        ("gru", "none", False, 1),
        ("rnn", "general", True, 2),
        ("rnn", "dot", False, 1),
    )
}
"""The same for models that write an answer piece after piece: two programs and a search."""


def specimen(name: str, seed: int = 0) -> nn.Module:
    """A model of `SPECIMENS` or `TRANSLATORS` in evaluation mode, with weights that leave no part of it silent."""
    seed_everything(seed, name)
    model = {**SPECIMENS, **TRANSLATORS}[name]()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape))  # biases and shortcuts start at zero
    return model.eval()
