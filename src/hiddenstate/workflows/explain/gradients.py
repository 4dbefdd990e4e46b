"""How far the gradient reaches back through the layers of the model that is explained."""

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor, nn

from hiddenstate import plots
from hiddenstate.inspection import gradient_flow, remedy

GRADIENTS = "gradients"


def gradient_sections(model: nn.Module, loss: Callable[[Any], Tensor]) -> Sequence[plots.Section]:
    """The flow of d loss / d state through every layer, and what to do where it vanishes or explodes."""
    flows = [flow for flow in gradient_flow(model, loss, weights="after training") if flow.distance >= 2]
    if not flows:
        return (plots.Text("How far the gradient reaches back", ["Too few steps were read to see it."]),)
    points = [f"{flow.name}: {remedy(flow)}" for flow in flows]
    return (
        plots.Chart(plots.gradient_flow(flows)),
        plots.Text("What to make of the gradients", points=points),
    )
