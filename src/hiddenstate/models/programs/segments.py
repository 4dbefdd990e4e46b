"""The program of the segment forecaster."""

from hiddenstate.models.programs.direct import write_windows
from hiddenstate.models.programs.stack import State, write_stack, writer_of
from hiddenstate.models.segments import SMALLEST_SPREAD, SegmentForecaster
from hiddenstate.program import Program, Writer
from hiddenstate.program.writer import Value


def segments_program(model: SegmentForecaster) -> Program:
    """The fields of `ForecastWindows` that it reads -> quantiles (B, H, C, Q), all in scaled units."""
    writer = writer_of("forecaster", model)
    sizes, settings = model.sizes, model.settings
    targets, features, ahead = write_windows(writer, sizes)
    past = writer.transpose(targets, 0, 2, 1)  # (B, C, L)
    level = _level(writer, model, past)  # (B, C, 1)
    shape = writer.arithmetic(past, "subtract", level)
    spread = writer.spread(past, axis=2, smallest=SMALLEST_SPREAD) if settings.rescale else None
    if spread is not None:
        shape = writer.arithmetic(shape, "divide", spread)
    written = _write(writer, model, _read(writer, model, shape, features), targets, ahead)  # (B, C, H, Q)
    if model.shortcut is not None:
        seasonal = _seasonal(writer, model, shape)  # (B, C, H)
        written = writer.add(written, writer.reshape(seasonal, 1, sizes.targets, sizes.horizon, 1))
    if spread is not None:
        written = writer.arithmetic(written, "multiply", writer.reshape(spread, 1, sizes.targets, 1, 1))
    written = writer.add(written, writer.reshape(level, 1, sizes.targets, 1, 1))
    writer.output("quantiles", writer.transpose(written, 0, 2, 1, 3))
    return writer.finish()


def _level(writer: Writer, model: SegmentForecaster, past: Value) -> Value:
    steps, cycle = model.sizes.lookback, min(model.sizes.cycle, model.sizes.lookback)
    if model.settings.level == "last":
        return writer.slice(past, 2, steps - 1, steps)
    read = cycle if model.settings.level == "cycle" else steps
    return writer.mean(writer.slice(past, 2, steps - read, steps), axis=2)


def _read(
    writer: Writer, model: SegmentForecaster, shape: Value, features: Value | None
) -> list[tuple[State, ...]]:
    """Final states (B·C, hidden) of the recurrent layers after the look-back."""
    sizes = model.sizes
    columns, width = sizes.targets, 1 + sizes.past_features
    steps = writer.reshape(shape, 1, columns, sizes.lookback, 1)
    if features is not None:
        shared = writer.reshape(features, 1, 1, sizes.lookback, sizes.past_features)
        steps = writer.concat([steps, writer.repeat(shared, 1, columns)], axis=3)
    missing = -sizes.lookback % model.read_steps
    steps = writer.pad(steps, 2, before=missing)
    count = (sizes.lookback + missing) // model.read_steps
    segments = writer.reshape(steps, columns, count, model.read_steps * width)
    embedded = writer.activation(writer.linear(segments, "embed.0.weight", "embed.0.bias"), "relu")
    _, states = write_stack(writer, model.recurrent, embedded, prefix="recurrent.")
    return states


def _write(
    writer: Writer,
    model: SegmentForecaster,
    states: list[tuple[State, ...]],
    targets: Value,
    ahead: Value | None,
) -> Value:
    """(B, C, H, Q) from one step for each column and segment ahead."""
    sizes, count, hidden = model.sizes, model.segments_ahead, model.recurrent.output_size
    position = writer.reshape(writer.parameter(targets, "position"), 1, 1, count, hidden)
    column = writer.reshape(writer.parameter(targets, "column"), 1, sizes.targets, 1, hidden)
    query = writer.add(position, column)  # (B, C, M, hidden)
    if ahead is not None:
        filled = writer.pad(ahead, 1, after=count * model.write_steps - sizes.horizon)
        by_segment = writer.reshape(filled, 1, 1, count, model.write_steps * sizes.future_features)
        query = writer.add(query, writer.linear(by_segment, "known.weight"))
    rows = writer.reshape(query, sizes.targets * count, 1, hidden)
    started = [
        tuple({part: writer.repeat(value, 0, count) for part, value in state.items()} for state in layer)
        for layer in states
    ]
    outputs, _ = write_stack(writer, model.recurrent, rows, prefix="recurrent.", states=started)
    written = writer.linear(outputs, "head.weight", "head.bias")  # (B·C·M, 1, segment·Q)
    whole = writer.reshape(written, 1, sizes.targets, count * model.write_steps, sizes.levels)
    return writer.slice(whole, 2, 0, sizes.horizon)


def _seasonal(writer: Writer, model: SegmentForecaster, shape: Value) -> Value:
    """(B, C, H) as `SeasonalRegression`."""
    sizes = model.sizes
    cycle = sizes.cycle
    rows = writer.reshape(shape, sizes.targets, sizes.lookback)
    if cycle > 1:
        rows = writer.add(rows, writer.convolution(rows, "shortcut.around.weight"))
    rows = writer.pad(rows, 1, before=-sizes.lookback % cycle)
    read, ahead = -(-sizes.lookback // cycle), -(-sizes.horizon // cycle)
    seasons = writer.transpose(
        writer.reshape(rows, sizes.targets, read, cycle), 0, 2, 1
    )  # (B·C, cycle, read)
    forecast = writer.transpose(writer.linear(seasons, "shortcut.weight"), 0, 2, 1)  # (B·C, ahead, cycle)
    flat = writer.slice(writer.reshape(forecast, sizes.targets, ahead * cycle), 1, 0, sizes.horizon)
    return writer.reshape(flat, 1, sizes.targets, sizes.horizon)
