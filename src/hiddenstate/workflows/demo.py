"""The toolkit at work on data that comes with it, or with a package: nothing to fetch, nothing to configure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from hiddenstate.choices import choose
from hiddenstate.data.demo_sounds import SPEAKER, spoken_words
from hiddenstate.data.demo_texts import intents, sentiment
from hiddenstate.data.labels import LabelSettings
from hiddenstate.data.roles import SeriesSettings
from hiddenstate.data.samples import elecdemand
from hiddenstate.data.sound.table import SoundFileSettings
from hiddenstate.data.temporary_folder import TemporaryFolder
from hiddenstate.data.text_split import TextSplitSettings
from hiddenstate.data.text_table import TextSettings, TextTable, load_trec
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.errors import SettingsError
from hiddenstate.models.hearing import HearingSettings
from hiddenstate.models.text_classifier import TextModelSettings
from hiddenstate.tasks.classify_settings import ClassifySettings
from hiddenstate.tasks.forecast_settings import ForecastSettings
from hiddenstate.workflows.classes.fit import RECIPE
from hiddenstate.workflows.classes.run_settings import ClassRun
from hiddenstate.workflows.classes.train import train_classifier
from hiddenstate.workflows.forecasts.run_settings import RECIPES, ForecastRun
from hiddenstate.workflows.forecasts.train import train_forecaster
from hiddenstate.workflows.hearing.fit import RECIPE as HEAR_RECIPE
from hiddenstate.workflows.hearing.run_settings import HearingRun
from hiddenstate.workflows.hearing.train import train_hearing
from hiddenstate.workflows.kind import Saving
from hiddenstate.workflows.outcome import Trained

DEMAND = ForecastRun(
    data=SeriesSettings(
        time="time",
        targets=("demand",),
        known=("temperature", "workday"),
        timezone="Australia/Melbourne",
        unit="GW",
    ),
    task=ForecastSettings(horizon=48, origin="00:00", scale="log", members=2),
    training=RECIPES["direct"],
)
"""Half-hourly demand of Victoria in 2014: at each midnight, the next 48 half-hours."""

SENTIMENT = ClassRun(
    data=TextSettings(text="text", target="sentiment", vectors=("glove-50d",)),
    model=TextModelSettings(hidden_size=64, word_dropout=0.1),
    training=replace(RECIPE, epochs=4, batch_size=64),
)
"""Short messages: negative, neutral or positive."""

INTENTS = ClassRun(
    data=TextSettings(text="sentence", target="intent"),
    model=TextModelSettings(cell="gru", hidden_size=64, embedding_size=50, word_dropout=0.1),
    training=replace(RECIPE, epochs=6),
)
"""Sentences to a home: what is asked for."""

QUESTIONS = ClassRun(
    data=TextSettings(text="question", target="label"),
    task=ClassifySettings(
        tokens=TokenSettings(unit="whitespace", longest=1000),
        labels=LabelSettings(hierarchy=":"),
        label_smoothing=0.1,
        watch="error",
    ),
    model=TextModelSettings(cell="gru", embedding_size=50, character_size=200, word_dropout=0.1),
    split=TextSplitSettings(test=0.1),
    training=replace(RECIPE, epochs=10, batch_size=50, learning_rate=5e-3, patience=4),
)
"""The questions of TREC, in 6 coarse and 50 fine classes."""


HEARD = HearingRun(
    data=SoundFileSettings(group=SPEAKER),
    model=HearingSettings(num_layers=1),
    training=replace(HEAR_RECIPE, epochs=40, batch_size=16),
)
"""Words spoken by voices that are made on the spot."""


@dataclass(frozen=True)
class Demo:
    """One demonstration."""

    train: Callable[[Path | None, Saving], Trained]
    needs_file: bool = False


def _demand(file: Path | None, saving: Saving) -> Trained:
    return train_forecaster(elecdemand(), DEMAND, saving)


def _words(file: Path | None, saving: Saving) -> Trained:
    folder = TemporaryFolder("spoken")
    return train_hearing(spoken_words(folder.path), HEARD, saving)


def _texts(load: Callable[[Path | None], TextTable], run: ClassRun) -> Demo:
    return Demo(lambda file, saving: train_classifier(load(file), run, saving))


def _questions(file: Path | None) -> TextTable:
    assert file is not None
    return load_trec(file)


DEMOS: dict[str, Demo] = {
    "demand": Demo(_demand),
    "hear": Demo(_words),
    "sentiment": _texts(lambda _: sentiment(), SENTIMENT),
    "intents": _texts(lambda _: intents(), INTENTS),
    "questions": replace(_texts(_questions, QUESTIONS), needs_file=True),
}


def run_demo(what: str, saving: Saving, file: Path | None = None) -> Trained:
    """Train on a sample and save model and report.

    Raises `SettingsError` for an unknown demo, and for a file that is missing or not wanted;
    `ExtraError` where the demo's data come with a package that is not installed.
    """
    demo = choose(DEMOS, what, "demo")
    if demo.needs_file and file is None:
        raise SettingsError(f"--data: expected the file of the demo {what}, got none. Name it.")
    if file is not None and not demo.needs_file:
        raise SettingsError(f"--data: expected no file, since the demo {what} has its own. Leave it out.")
    return demo.train(file, saving)
