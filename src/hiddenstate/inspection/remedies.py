"""What to do about a gradient that vanishes or explodes, in words."""

from hiddenstate.records import GradientFlow

REMEMBERS = 1.0
"""A forget bias from which on a new LSTM is no longer forgetful by itself."""


def remedy(flow: GradientFlow) -> str:
    """One or two sentences: what is wrong with this layer's gradient, and what to change.

    >>> import numpy as np
    >>> norms = {"h": 0.5 ** np.arange(40.0)}
    >>> remedy(GradientFlow("layer 1", "Elman RNN", "fresh weights", norms, 8))
    'Vanishes: what lies more than 11 steps back hardly teaches anything. Exchange the cell for an LSTM or a GRU.'
    """
    if flow.fate == "unknown":
        return "Nothing to compare: no gradient arrived at a step before the last one."
    if flow.fate == "carries":
        return f"Carries: it is of use over all {flow.distance} steps that were measured. Nothing to change."
    if flow.fate == "explodes":
        return (
            "Explodes: one long sequence can throw the weights far away. Clip the gradient by its norm "
            "(training.clip_norm = 1), and lower the learning rate if that is not enough."
        )
    what = f"what lies more than {flow.reach()} steps back hardly teaches anything"
    return f"Vanishes: {what}. {_against_vanishing(flow)}"


def _against_vanishing(flow: GradientFlow) -> str:
    if flow.keep_bias is None:
        return "Exchange the cell for an LSTM or a GRU."
    if flow.keep_bias[1] < REMEMBERS:
        return (
            f"Its gate that keeps starts at a bias of {flow.keep_bias[1]:.1f}: set forget_bias=1.0, or "
            '"chrono" with memory_steps.'
        )
    return 'For longer memories start it with forget_bias="chrono" and memory_steps, the longest distance that matters.'
