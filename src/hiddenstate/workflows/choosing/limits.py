"""What the network has to live with once it is in use."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """``None``: no limit."""

    streaming: bool = False
    """Answers are wanted while the sequence is still coming: nothing may be read backwards."""
    step_us: float | None = None
    """Microseconds that a step may take."""
    memory: int | None = None
    """Bytes for weights and state."""
