"""The verbs for forecasters."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, final

from hiddenstate.data.files import Source
from hiddenstate.errors import InputError
from hiddenstate.models.summary import Summary
from hiddenstate.workflows.comparing.arena import Arena
from hiddenstate.workflows.forecasts.arena import ForecastArena
from hiddenstate.workflows.forecasts.evaluate import evaluate_forecaster
from hiddenstate.workflows.forecasts.ground import ForecastGround
from hiddenstate.workflows.forecasts.network import network_of
from hiddenstate.workflows.forecasts.predict import predict_forecast
from hiddenstate.workflows.forecasts.run_settings import complete
from hiddenstate.workflows.forecasts.saved import open_forecaster
from hiddenstate.workflows.forecasts.summary import summarise
from hiddenstate.workflows.forecasts.train import train_forecaster
from hiddenstate.workflows.kind import Answers, Kind, Portable, Saving, Values
from hiddenstate.workflows.outcome import Outcome, Trained
from hiddenstate.workflows.tuning.ground import Ground


@final
class Forecasts(Kind):
    """Series over time: what comes next."""

    task = "forecast"
    bundle = "forecaster"
    needs: ClassVar[Mapping[str, str]] = {
        "data.time": "--time",
        "data.targets": "--target",
        "task.horizon": "--horizon",
    }

    def train(self, source: Source, values: Values, saving: Saving) -> Trained:
        """As `Kind.train`."""
        return train_forecaster(source, complete(values), saving)

    def arena(self, source: Source, values: Values, metric: str | None) -> Arena:
        """As `Kind.arena`."""
        return ForecastArena.of(source, values, metric)

    def ground(self, source: Source, values: Values, metric: str | None) -> Ground:
        """As `Kind.ground`."""
        return ForecastGround.of(source, values, metric)

    def evaluate(self, folder: Path, source: Source) -> Outcome:
        """As `Kind.evaluate`."""
        return evaluate_forecaster(folder, source)

    def predict(self, folder: Path, source: Source) -> Answers:
        """The quantiles that follow the last observed target of each series."""
        return Answers(predict_forecast(folder, source))

    def answer(self, folder: Path, texts: Sequence[str]) -> Answers:
        """Refused: a forecaster reads series."""
        raise InputError(f"{folder}: expected a file of recent rows, got a text. A forecaster reads series.")

    def portable(self, folder: Path) -> Portable:
        """As `Kind.portable`."""
        return Portable(network_of(open_forecaster(folder)))

    def summarise(self, folder: Path) -> Summary:
        """As `Kind.summarise`."""
        return summarise(folder)
