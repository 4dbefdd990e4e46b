"""The program of the direct forecaster."""

from hiddenstate.models.direct import DirectForecaster
from hiddenstate.models.forecast_windows import ForecastSizes
from hiddenstate.models.programs.stack import LayerState, cell_name, write_stack, writer_of
from hiddenstate.program import Program, Writer
from hiddenstate.program.operations import CELL_STATES
from hiddenstate.program.writer import Value


def direct_program(model: DirectForecaster) -> Program:
    """The fields of `ForecastWindows` but the truth -> quantiles (B, H, C, Q), all in scaled units."""
    writer = writer_of("forecaster", model)
    sizes = model.sizes
    past, features, ahead = write_windows(writer, sizes)
    assert ahead is not None, "a decoder reads something of each future step"
    reference = writer.input("reference", 1, sizes.horizon, sizes.targets)
    states = _start(writer, model, past, features)
    outputs, _ = write_stack(writer, model.decoder, ahead, prefix="decoder.", states=states)
    change = writer.linear(outputs, "head.weight", "head.bias")  # (B, H, C·Q)
    change = writer.reshape(change, 1, sizes.horizon, sizes.targets, sizes.levels)
    centre = reference
    if model.shortcut is not None:
        centre = writer.add(centre, writer.lead_regression(ahead, "shortcut.weight", "shortcut.bias"))
    centre = writer.reshape(centre, 1, sizes.horizon, sizes.targets, 1)
    writer.output("quantiles", writer.add(centre, change))
    return writer.finish()


def write_windows(writer: Writer, sizes: ForecastSizes) -> tuple[Value, Value | None, Value | None]:
    """The inputs of every forecaster: past targets, and past and future features where there are any."""
    past = writer.input("past_targets", 1, sizes.lookback, sizes.targets)
    features = None
    if sizes.past_features:
        features = writer.input("past_features", 1, sizes.lookback, sizes.past_features)
    ahead = None
    if sizes.future_features:
        ahead = writer.input("future_features", 1, sizes.horizon, sizes.future_features)
    return past, features, ahead


def _start(writer: Writer, model: DirectForecaster, past: Value, features: Value | None) -> list[LayerState]:
    """The decoder's initial states from the encoder's last output, as ``DirectForecaster._start``."""
    sizes, read = model.sizes, model.segments * model.segment
    x = writer.arithmetic(past, "subtract", writer.mean(past, axis=1))
    if features is not None:
        x = writer.concat([x, features], axis=2)
    x = writer.slice(x, 1, sizes.lookback - read, sizes.lookback)
    width = model.segment * (sizes.targets + sizes.past_features)
    x = writer.reshape(x, 1, model.segments, width)
    x = writer.activation(writer.linear(x, "embed.0.weight", "embed.0.bias"), "relu")
    outputs, _ = write_stack(writer, model.encoder, x, prefix="encoder.")
    last = writer.slice(outputs, 1, model.segments - 1, model.segments)
    hidden = model.encoder.output_size
    last = writer.reshape(last, 1, hidden)
    start = writer.activation(writer.linear(last, "start.weight", "start.bias"), "tanh")
    parts = CELL_STATES[cell_name(model._cell_of(model.decoder, 0))]
    places = iter(range(0, model.start.out_features, hidden))

    def state() -> dict[str, Value]:
        return {
            part: writer.slice(start, 1, place, place + hidden)
            for part, place in zip(parts, places, strict=False)
        }

    return [tuple(state() for _ in range(model.directions)) for _ in model.decoder.layers]
