"""One marked row, followed from the file to the answer: where it enters, what it becomes, where it leaves."""

import numpy as np
import polars as pl
import torch

from hiddenstate.cells import CELLS
from hiddenstate.data.assemble import load_panel
from hiddenstate.data.files import read_tables
from hiddenstate.data.roles import SeriesSettings
from hiddenstate.data.split import Span
from hiddenstate.data.windows import Origins, cut
from hiddenstate.layers import Recurrent
from hiddenstate.models.direct import DirectSettings
from hiddenstate.seeding import seed_everything
from hiddenstate.tasks.forecast import ForecastTask
from hiddenstate.tasks.forecast_settings import ForecastSettings
from hiddenstate.workflows.tables import forecast_table
from tests.story.conftest import lines

MARK = 170.0
ROW = 24 * 38 + 5
ORIGIN = 24 * 39


def test_one_marked_row_reaches_every_station(tmp_path):
    rows = lines(24 * 40)
    time, _, warm = rows[ROW + 1].split(",")
    rows[ROW + 1] = f"{time},{MARK},{warm}"
    path = tmp_path / "demand.csv"
    path.write_text("\n".join(rows) + "\n")
    roles = SeriesSettings(time="time", targets=("load",), known=("warm",))

    # data/files.py: a typed column of a table
    (table,) = read_tables(path, ["time", "load"])
    assert float(table.frame["load"][ROW]) == MARK

    # data/panel.py: a step of a regular series
    panel = load_panel(path, roles)
    (series,) = panel.series
    assert series.targets[ROW, 0] == MARK

    # data/windows.py: a step of the look-back, 19 before the origin
    origins = Origins(np.array([0]), np.array([ORIGIN]))
    window = cut(panel, origins, 24, 24, ())
    assert window.past_targets[0, ROW - ORIGIN, 0] == MARK

    # tasks/forecast.py: a scaled number in a tensor
    task = ForecastTask.fit(
        panel,
        Span(np.array([0]), np.array([24 * 35])),
        ForecastSettings(horizon=24),
        DirectSettings(hidden_size=4),
    )
    (batch,) = task.batches(panel, origins, batch_size=1).epoch(1)
    scaler = task.builder.scalers.by_name[""].targets
    marked = batch.past_targets[0, ROW - ORIGIN, 0]
    np.testing.assert_allclose(float(marked), (MARK - scaler.mean[0]) / scaler.spread[0], rtol=1e-5)

    # cells/ through layers/recurrent.py: the state after it differs from the state without it, and none before does
    layer = Recurrent(CELLS["lstm"].create(1, 4), path="loop")
    seen, _ = layer(batch.past_targets)
    without = batch.past_targets.clone()
    without[0, ROW - ORIGIN] = 0.0
    unseen, _ = layer(without)
    step = batch.past_targets.shape[1] + (ROW - ORIGIN)
    assert torch.equal(seen[0, :step], unseen[0, :step])
    assert not torch.equal(seen[0, step], unseen[0, step])

    # tasks/forecast.py: an answer in the user's units; tables.py: a row of the result
    seed_everything(0, "weights")
    model = task.build_model()
    forecast = task.predict([model], panel, origins)
    changed = pl.read_csv(path).with_columns(
        load=pl.when(pl.int_range(pl.len()) == ROW).then(100.0).otherwise(pl.col("load"))
    )
    other = task.predict([model], load_panel(changed, roles), origins)
    assert not np.array_equal(forecast.values, other.values)
    result = forecast_table(forecast)
    assert result["time"][0] == "2024-02-09T00:00:00+00:00"
    assert result["load"].to_list() == forecast.median()[0, :, 0].tolist()
