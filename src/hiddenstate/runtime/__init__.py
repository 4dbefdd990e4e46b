"""Trained models at work, one step at a time, without torch.

`Session` is a saved model; `Recurrence` is stacked recurrent layers made from plain arrays; `State` is what either
remembers between steps; `load_program` computes the program of a whole model.
"""

from hiddenstate.kernels.step_layer import Layer
from hiddenstate.runtime.recurrence import Recurrence
from hiddenstate.runtime.session import Session
from hiddenstate.runtime.state import State, StateError
from hiddenstate.runtime.whole import load_program

__all__ = ["Layer", "Recurrence", "Session", "State", "StateError", "load_program"]
