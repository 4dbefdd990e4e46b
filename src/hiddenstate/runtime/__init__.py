"""Trained models at work, one step at a time, without torch.

`Recurrence` is stacked recurrent layers made from plain arrays; `State` is what they remember between steps.
"""

from hiddenstate.kernels.step_layer import Layer
from hiddenstate.runtime.recurrence import Recurrence
from hiddenstate.runtime.state import State, StateError

__all__ = ["Layer", "Recurrence", "State", "StateError"]
