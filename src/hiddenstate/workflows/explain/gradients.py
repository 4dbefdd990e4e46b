"""How far the gradient reaches back through the layers of the model that is explained."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from hiddenstate import plots
from hiddenstate.inspection import gradient_flow, remedy
from hiddenstate.inspection.gradients import Entering
from hiddenstate.records import GradientFlow

GRADIENTS = "gradients"
_PLACE = re.compile(r"^(.*)\.layers\.(\d+)(?:\.forwards|\.backwards)?(, backward)?$")


def gradient_sections(
    model: nn.Module,
    loss: Callable[[Any], Tensor],
    *,
    fresh: Callable[[], nn.Module] | None = None,
    entering: Entering = "all",
) -> Sequence[plots.Section]:
    """The flow of d loss / d state through every layer, and what to do where it vanishes or explodes.

    `fresh` builds the same network with fresh weights, to show what training has changed. `entering` as in
    `gradient_flow`: "last" for an answer that reads every step.
    """
    flows = _flows(model, loss, "after training", entering)
    if not flows:
        return (plots.Text("How far the gradient reaches back", ["Too few steps were read to see it."]),)
    before: list[GradientFlow] = []
    if fresh is not None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            before = _flows(fresh(), loss, "fresh weights", entering)
    points = [f"{flow.name}: {remedy(flow)}" for flow in flows]
    return (
        plots.Chart(plots.gradient_flow([*before, *flows])),
        plots.Text("What to make of the gradients", points=points),
    )


def _flows(
    model: nn.Module, loss: Callable[[Any], Tensor], weights: str, entering: Entering
) -> list[GradientFlow]:
    """Of layers that read more than two steps, under the names that a reader knows."""
    found = gradient_flow(model, loss, weights=weights, entering=entering)
    names = layer_names([flow.name for flow in found])
    return [replace(flow, name=name) for flow, name in zip(found, names, strict=True) if flow.distance >= 2]


def layer_names(places: Sequence[str]) -> list[str]:
    """Layers in words, as short as they can be told apart: their stack is named where there are several.

    >>> layer_names(["reader.layers.0.forwards", "reader.layers.0.backwards, backward"])
    ['layer 1', 'layer 1, backward']
    >>> layer_names(["encoder.layers.0", "decoder.layers.0"])
    ['encoder, layer 1', 'decoder, layer 1']
    """
    found = [_PLACE.match(place) for place in places]
    several = len({match[1] for match in found if match}) > 1
    return [
        f"{match[1] + ', ' if several else ''}layer {int(match[2]) + 1}{match[3] or ''}" if match else place
        for match, place in zip(found, places, strict=True)
    ]
