"""What a model that is always on makes of a long stream, for each threshold."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OperatingPoint:
    """The two errors of an always-on model at one threshold of the probability."""

    threshold: float
    missed: float
    """Share of the sounds that were not answered with their label."""
    false_alarms_per_hour: float
    """Answers that are not the right one for a sound that is just heard."""
    in_gaps: float = 0.0
    """Share of the false alarms that stand in no sound of the stream, but in the noise between them."""


@dataclass(frozen=True)
class AlwaysOn:
    """Operating points on one stream, by ascending threshold."""

    points: tuple[OperatingPoint, ...]
    sounds: int
    """Sounds of the classes in the stream."""
    others: int
    """Sounds of no class, which nothing should be answered to."""
    seconds: float
    """How long the stream is."""
    threshold: float
    """The model's own."""

    @property
    def own(self) -> OperatingPoint:
        """The point of the model's own threshold."""
        return min(self.points, key=lambda point: abs(point.threshold - self.threshold))
