"""Learning curve: loss on training and validation windows by epoch, and the learning rate below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hiddenstate.plots.drawing import READOUT
from hiddenstate.plots.numerals import finite, labelled, number, whole_ticks
from hiddenstate.plots.theme import LIGHT, nothing_to_draw, themed
from hiddenstate.records import Epoch, History

if TYPE_CHECKING:
    import altair as alt

TITLE = "Learning curve"
TRAIN = "training"
VALIDATION = "validation"
HEIGHT = 190
RATE_HEIGHT = 50
FEW = 12


def learning_curve(
    history: History, *, loss: str = "loss", unit: str = ""
) -> alt.VConcatChart | alt.LayerChart:
    """Draw training and validation loss by epoch, mark the epoch that was kept, and the learning rate.

    `loss` names what was minimised, for the axis: ``"pinball loss"``; `unit` is its unit (``""``: none).
    """
    import altair as alt

    epochs = history.epochs
    if not epochs:
        return nothing_to_draw(TITLE, "Nothing was trained: there is no epoch.")
    first, last = epochs[0].number, epochs[-1].number
    marks: dict[str, Any] = {"values": whole_ticks(first, last), "format": "d", "ticks": True}
    scale = alt.Scale(domain=[first, last] if last > first else [first - 1, first + 1], nice=False)
    x = alt.X("epoch:Q", scale=scale, axis=alt.Axis(**marks))
    # The lower panel labels the epochs for both.
    unlabelled = alt.X("epoch:Q", title=None, scale=scale, axis=alt.Axis(**{**marks, "labels": False}))
    upper = _losses(history, unlabelled, labelled(loss, unit))
    rates = alt.Chart(alt.InlineData(values=[_rate_row(epoch) for epoch in epochs]), height=RATE_HEIGHT)
    mark: dict[str, Any] = {
        "color": LIGHT["muted"],
        "strokeWidth": 1.75,
        "interpolate": "step-after",
        "aria": False,
    }
    rate = (rates.mark_line(**mark) if len(epochs) > 1 else rates.mark_point(color=LIGHT["muted"])).encode(
        x=x,
        y=alt.Y(
            "rate:Q",
            title="learning rate",
            scale=alt.Scale(zero=True),
            axis=alt.Axis(format=",f", tickCount=2),
        ),
    )
    return themed(alt.vconcat(upper, rate, bounds="flush", spacing=44), TITLE, _words(history, loss))


def _losses(history: History, x: alt.X, label: str) -> alt.LayerChart:
    import altair as alt

    rows: list[dict[str, Any]] = []
    for epoch in history.epochs:
        rows.append({"epoch": epoch.number, "name": TRAIN, "loss": finite(epoch.train_loss)})
        rows.append({"epoch": epoch.number, "name": VALIDATION, "loss": finite(epoch.validation_loss)})
    names = [VALIDATION, TRAIN]
    legend = alt.Legend(symbolType="stroke")
    # Few epochs get dots as well: a line needs two neighbours to be seen.
    dots = alt.OverlayMarkDef(size=36, opacity=1) if len(history.epochs) <= FEW else False
    curves = alt.Chart(alt.InlineData(values=rows), height=HEIGHT)
    lines = curves.mark_line(aria=False, point=dots).encode(
        x=x,
        y=alt.Y("loss:Q", title=label, scale=alt.Scale(zero=False), axis=alt.Axis(format=",f", tickCount=5)),
        color=alt.Color(
            "name:N", scale=alt.Scale(domain=names, range=[LIGHT["model"], LIGHT["first"]]), legend=legend
        ),
    )
    dashes = alt.Scale(domain=names, range=[[1, 0], [5, 3]])
    lines = lines.encode(strokeDash=alt.StrokeDash("name:N", scale=dashes, legend=legend))
    layers = [lines, *_kept(history, x)]
    read = alt.Chart(alt.InlineData(values=[_spoken(epoch) for epoch in history.epochs]))
    layers.append(
        read.mark_rule(color=LIGHT["muted"], opacity=0)
        .encode(x=x, description="say:N", tooltip="say:N")
        .properties(name=READOUT)
    )
    return alt.LayerChart(layer=layers)


def _kept(history: History, x: alt.X) -> list[alt.Chart]:
    """A dot and a word at the epoch whose weights were kept."""
    import altair as alt

    best = next((epoch for epoch in history.epochs if epoch.number == history.best_epoch), None)
    if best is None or finite(best.validation_loss) is None:
        return []
    first, last = history.epochs[0].number, history.epochs[-1].number
    along = (best.number - first) / max(last - first, 1)
    row = {"epoch": best.number, "loss": best.validation_loss, "text": f"kept: epoch {best.number}"}
    chart = alt.Chart(alt.InlineData(values=[row])).encode(x=x, y="loss:Q")
    words = chart.mark_text(
        align="left" if along < 0.2 else "right" if along > 0.8 else "center",
        dx=10 if along < 0.2 else 0,
        dy=-16,
        color=LIGHT["ink"],
        fontSize=12,
        fontWeight=600,
        aria=False,
    )
    dot = chart.mark_point(
        filled=True, size=90, opacity=1, color=LIGHT["model"], stroke=LIGHT["paper"], aria=False
    )
    return [dot, words.encode(text="text:N")]


def _rate_row(epoch: Epoch) -> dict[str, Any]:
    return {"epoch": epoch.number, "rate": finite(epoch.learning_rate)}


def _spoken(epoch: Epoch) -> dict[str, Any]:
    say = (
        f"epoch {epoch.number} | validation {number(epoch.validation_loss, 4)} | "
        f"training {number(epoch.train_loss, 4)} | learning rate {epoch.learning_rate:.2g}"
    )
    return {"epoch": epoch.number, "say": say}


def _words(history: History, loss: str) -> str:
    measured = [epoch for epoch in history.epochs if finite(epoch.validation_loss) is not None]
    if measured:
        text = f"{loss[0].upper()}{loss[1:]} on validation windows: {_at(measured[0])}"
        text += f", {_at(measured[-1])}." if len(measured) > 1 else "."
    else:
        text = f"{loss[0].upper()}{loss[1:]} on validation windows: never a finite number."
    best = next((epoch for epoch in measured if epoch.number == history.best_epoch), None)
    if best is not None:
        text += f" The weights of epoch {best.number} were kept ({number(best.validation_loss)})."
    return f"{text} Training ended: {history.stopped}." if history.stopped else text


def _at(epoch: Epoch) -> str:
    return f"{number(epoch.validation_loss)} after epoch {epoch.number}"
