"""The runs that are done, in a file beside the report: what was interrupted goes on from there."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hiddenstate.bundle.disk import write_file
from hiddenstate.errors import InputError, OutputError
from hiddenstate.workflows.comparing.arena import Answer

DIGITS = 8


@dataclass(frozen=True)
class Run:
    """One run that ended, well or not."""

    name: str
    """Of the candidate or baseline."""
    seed: int
    share: float = 1.0
    sums: tuple[float, ...] = ()
    """Loss of each block of test rows."""
    totals: tuple[float, ...] = ()
    """What it is counted against, where that is not the number of rows."""
    seconds: float = 0.0
    validation: float | None = None
    epochs: int = 0
    failure: str = ""
    """Why it has no result."""
    reach: tuple[float, float] | None = None
    """As `Reach`."""

    @classmethod
    def of(
        cls,
        name: str,
        answer: Answer,
        summed: NDArray[np.float64],
        totals: NDArray[np.float64] | None,
        *,
        seed: int,
        share: float = 1.0,
    ) -> Self:
        """What an answer leaves behind; `summed`: its losses by block, `totals`: what they are counted against."""
        validation = float(answer.validation)
        return cls(
            name,
            seed,
            share,
            tuple(round(float(value), DIGITS) for value in summed),
            () if totals is None else tuple(round(float(value), DIGITS) for value in totals),
            round(answer.seconds, 3),
            validation if np.isfinite(validation) else None,
            answer.epochs,
            reach=None if answer.reach is None else (answer.reach.middle, answer.reach.longest),
        )

    def loss(self, counts: NDArray[np.float64]) -> float:
        """Of all test rows; `counts`: rows of each block."""
        return sum(self.sums) / max(sum(self.totals) if self.totals else float(counts.sum()), 1e-300)

    @property
    def key(self) -> tuple[str, int, float]:
        """What makes it the only one of its sort."""
        return self.name, self.seed, self.share


@dataclass
class Ledger:
    """All runs of a comparison, written after each one."""

    path: Path
    identity: str
    shape: dict[str, Any] = field(default_factory=dict)
    """Sizes, epochs and timings that were decided before the first run."""
    runs: list[Run] = field(default_factory=list)
    spent: float = 0.0
    """Seconds of all sessions so far."""

    @classmethod
    def open(cls, path: Path, identity: str, *, force: bool) -> Self:
        """The ledger at `path`, or a new one.

        Raises `OutputError` where it belongs to another comparison, unless `force` allows to begin anew.
        """
        if not path.exists():
            return cls(path, identity)
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            if values["identity"] == identity:
                runs = [
                    Run(**{**run, "sums": tuple(run["sums"]), "totals": tuple(run["totals"])})
                    for run in values["runs"]
                ]
                return cls(path, identity, values["shape"], runs, values["spent"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            if force:
                return cls(path, identity)
            raise InputError(
                f"{path}: expected the finished runs of a comparison, got: {error}. Remove it, or use --force."
            ) from None
        if force:
            return cls(path, identity)
        raise OutputError(
            f"{path}: expected finished runs of the same data and settings, got those of others. "
            "Use another --out, or --force to begin anew."
        )

    def add(self, run: Run, spent: float) -> None:
        """Keep a run, and write the file whole."""
        self.runs.append(run)
        self.save(spent)

    def save(self, spent: float) -> None:
        """Write everything; `spent`: seconds of all sessions."""
        self.spent = spent
        write_file(self.path, (json.dumps(self.to_dict(), indent=1) + "\n").encode())

    def to_dict(self) -> dict[str, Any]:
        """For the file, and for ``results.json``."""
        return {
            "identity": self.identity,
            "spent": round(self.spent, 1),
            "shape": self.shape,
            "runs": [asdict(run) for run in self.runs],
        }

    def done(self) -> Mapping[tuple[str, int, float], Run]:
        """The runs by their key."""
        return {run.key: run for run in self.runs}
