"""What the report says of a model that is always on, or why it cannot be."""

from hiddenstate import plots
from hiddenstate.data.sound.gluing import BURST_DB, BURSTS, LONGEST_GAP, SHORTEST_GAP
from hiddenstate.plots.false_alarms import false_alarms, said
from hiddenstate.records.always_on import AlwaysOn
from hiddenstate.runtime.listening import WAYS_OUT
from hiddenstate.tasks.operating_points import LATE

TITLE = "Always on"
MEASURED = "How false alarms and misses were counted"
MOSTLY = 0.5
"""Share of the false alarms from which on their source is named."""
MISSES_GIVEN_UP = 0.05
"""Share of further misses for which the page names the threshold with the fewest false alarms."""


def always_on_sections(heard: AlwaysOn | str, noise: str | None) -> list[plots.Section]:
    """The curve and how it was measured; for a model that cannot listen the reason, which `heard` then is."""
    if isinstance(heard, str):
        return [
            plots.Text(
                TITLE,
                points=(
                    f"No curve of false alarms against misses: {heard}, so it cannot listen. {WAYS_OUT}",
                ),
            )
        ]
    others = f" and {heard.others:,} of no class" if heard.others else ""
    gaps = "a sound of the folder augment.noise" if noise else "pink noise"
    points = [
        f"Heard was a stream of {heard.seconds / 60:.1f} minutes, glued from {heard.sounds:,} validation "
        f"recordings{others}, with {SHORTEST_GAP:g} to {LONGEST_GAP:g} seconds between two of them. In "
        f"{100 * BURSTS:.0f} % of the gaps stands {gaps}, as loud as the recordings or up to {-BURST_DB[0]:g} dB "
        "quieter.",
        f"An answer is right if it is the label of a recording and comes at most {LATE:g} seconds after its end. Every "
        "other answer is a false alarm: in a gap, in noise, a second one, a wrong one.",
        f"At the model's own threshold of {heard.own.threshold:g}: {said(heard.own)}. {_advice(heard)} A flag of "
        "hiddenstate listen sets it.",
        *_noise(heard),
        f"No false alarm in a stream of this length still allows {3 * 3600 / heard.seconds:,.0f} an hour (95 %).",
        "Smoothing and the pause after an answer are those of hiddenstate listen. The epoch and the temperature were "
        "chosen on the same recordings, so expect a little more of both errors.",
    ]
    return [plots.Chart(false_alarms(heard)), plots.Text(MEASURED, points=points)]


def _noise(heard: AlwaysOn) -> list[str]:
    """Where false alarms come from, and what helps, if most of them are noise."""
    if heard.own.in_gaps < MOSTLY or not heard.own.false_alarms_per_hour:
        return []
    return [
        f"{100 * heard.own.in_gaps:.0f} % of the false alarms stand in the noise of the gaps: the network has learnt "
        "to tell its classes apart, not that there may be none. Recordings of such sounds under a --none-label raise "
        "the threshold."
    ]


def _advice(heard: AlwaysOn) -> str:
    """The threshold with the fewest false alarms that costs few misses."""
    bound = heard.own.missed + MISSES_GIVEN_UP
    best = min(
        (point for point in heard.points if point.missed <= bound),
        key=lambda point: (point.false_alarms_per_hour, point.missed),
    )
    if best.false_alarms_per_hour >= heard.own.false_alarms_per_hour:
        return f"No other threshold has fewer false alarms without {100 * MISSES_GIVEN_UP:.0f} % more misses."
    return f"With a threshold of {best.threshold:g}: {said(best)}."
