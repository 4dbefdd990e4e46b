"""A saved forecaster without torch: rows to windows, the program, quantiles in the user's units."""

from typing import final

import numpy as np

from hiddenstate.bundle import Bundle
from hiddenstate.data.assemble import load_panel
from hiddenstate.data.complete import refuse_missing
from hiddenstate.data.files import Source
from hiddenstate.data.roles import SeriesSettings
from hiddenstate.data.windows import last_origins
from hiddenstate.errors import BundleError
from hiddenstate.program import Program
from hiddenstate.records import Forecast
from hiddenstate.runtime.whole import load_program
from hiddenstate.settings import from_dict
from hiddenstate.tasks.calibration import Calibration
from hiddenstate.tasks.forecast_features import FeatureBuilder
from hiddenstate.tasks.forecast_settings import ForecastSettings


@final
class SeriesModel:
    """What `Session` does for series."""

    kind = "forecaster"
    why_not_stream = "it reads windows of a fixed length, not a stream"
    ways_out = "Give the rows so far to run, or rows one by one to hiddenstate stream."

    def __init__(self, bundle: Bundle, program: Program) -> None:
        self.settings = from_dict(SeriesSettings, bundle.settings["data"])
        self.task = from_dict(ForecastSettings, bundle.settings["task"])
        try:
            stored = bundle.encoders["task"]
            self.builder = FeatureBuilder.from_dict(stored, self.task)
            kept = stored["calibration"]
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"{bundle.folder}: expected a stored forecasting task, got a damaged one ({error!r}). Train again."
            ) from None
        self.calibration = Calibration.from_dict(kept) if kept else None
        self.decoded = bool(program.facts["decoded"])
        self.interpreter = load_program(program, bundle.load_weights())

    @property
    def rows(self) -> int:
        """Steps that must stand before a forecast."""
        return self.builder.plan.rows

    @property
    def series_names(self) -> tuple[str, ...]:
        """The series that it was trained on; one empty name where there was no series column."""
        return tuple(self.builder.scalers.by_name)

    def run(self, source: Source) -> Forecast:
        """What follows the last observed target of each series, as ``hiddenstate predict`` says it.

        Raises `InputError` where rows before the forecast or known columns of the horizon are missing.
        """
        panel = load_panel(source, self.settings)
        origins = last_origins(panel, self.rows)
        refuse_missing(panel, origins, self.rows, self.task.horizon)
        windows = self.builder.build(panel, origins)._asdict()
        inputs = {name: windows[name] for name in self.interpreter.program.inputs if name in windows}
        values = self.interpreter(inputs)["quantiles"].astype(np.float64)
        if not self.decoded:  # several series, each with a scaler of its own
            values = self.builder.scalers.inverse_targets(panel, origins, values)
            if self.calibration is not None:
                values = self.calibration.apply(values)
        series = [panel.series[number] for number in origins.series]
        times = [
            part.clock.times(int(first), self.task.horizon)
            for part, first in zip(series, origins.position, strict=True)
        ]
        return Forecast(
            series=tuple(part.name for part in series),
            times=np.stack(times),
            timezone=series[0].clock.timezone,
            targets=panel.target_names,
            levels=self.task.output_levels,
            values=values,
        )
