"""The comparison: sizes first, then every candidate with every seed, within the budget; then the verdict."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import HiddenstateError, InputError, TrainingError
from hiddenstate.workflows.comparing.arena import Answer, Arena, Bench, Candidate, Order
from hiddenstate.workflows.comparing.plan import Plan
from hiddenstate.workflows.comparing.runs import Ledger, Run
from hiddenstate.workflows.comparing.standing import FEWEST_BLOCKS, Contestant, Ranking, rank
from hiddenstate.workflows.comparing.timing import (
    microseconds_a_step,
    parameters_of,
    seconds_an_epoch,
    size_with,
)
from hiddenstate.workflows.fitting import Announce, silent

FOR_TRAINING = 0.7
"""Of the budget; the rest is for validating, answering and what the estimate missed."""
MOST_TIMES = 4
"""With equal time a fast candidate may train for so many times the recipe's epochs."""
LENIENCE = 2.0
"""A run may take so many times its share before it is cut off."""
SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2)
"""Of the training rows, for the learning curves; the whole is the fifth."""


@dataclass(frozen=True)
class Compared:
    """Everything that a comparison found."""

    arena: Arena
    plan: Plan
    contestants: tuple[Contestant, ...]
    counts: NDArray[np.float64]
    """(blocks,) test rows of each block."""
    ranking: Ranking
    ledger: Ledger
    curves: dict[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    """(share of the training rows, mean loss) of LSTM and GRU."""
    notes: tuple[str, ...] = ()


def compare_all(
    arena: Arena, plan: Plan, runs_file: Path, *, force: bool = False, announce: Announce = silent
) -> Compared:
    """Run what is not yet in `runs_file`, and rank everybody.

    Raises `InputError` for a budget that is too small, `TrainingError` where no candidate could be trained.
    """
    ledger = Ledger.open(runs_file, _identity(arena, plan), force=force)
    race = _Race(arena, plan, plan.chosen(arena.candidates), ledger, announce)
    race.measure_baselines()
    race.decide()
    race.train()
    curves = race.learning_curves() if plan.learning_curves else {}
    contestants = race.contestants()
    if not any(one.recurrent for one in contestants):
        failures = [f"{run.name}: {run.failure}" for run in ledger.runs if run.failure]
        raise TrainingError(
            f"expected at least one candidate that trains, got {len(failures)} failures "
            f"({'; '.join(failures[:2])}). Correct the data or the settings."
        )
    ranking = rank(contestants, race.counts, arena.metric)
    return Compared(arena, plan, contestants, race.counts, ranking, ledger, curves, tuple(race.notes()))


def _identity(arena: Arena, plan: Plan) -> str:
    """Runs are taken over where data, settings and what is held equal are the same; more seeds may be added."""
    text = f"{arena.identity()} {plan.equal} {plan.only} {plan.every} {arena.metric.key}"
    return hashlib.sha256(text.encode()).hexdigest()


class _Race:
    def __init__(
        self, arena: Arena, plan: Plan, candidates: Sequence[Candidate], ledger: Ledger, announce: Announce
    ) -> None:
        self.arena, self.plan, self.candidates = arena, plan, candidates
        self.ledger, self.announce = ledger, announce
        self.started = time.perf_counter()
        self.before = ledger.spent
        _, self.places = np.unique(arena.blocks, return_inverse=True)
        self.counts = np.bincount(self.places, weights=arena.known).astype(np.float64)

    @property
    def spent(self) -> float:
        """Seconds of all sessions so far."""
        return self.before + time.perf_counter() - self.started

    def measure_baselines(self) -> None:
        if any(run.seed < 0 for run in self.ledger.runs):
            return
        self.announce("The plain baselines")
        for name, answer in self.arena.rivals().items():
            self._keep(name, answer, seed=-1)

    def decide(self) -> None:
        """Find every candidate's size, weights, and time an epoch and a step; written down for a resumed run."""
        if self.ledger.shape:
            return
        self.announce("Sizes and speeds")
        reference = next((one for one in self.candidates if one.cell == "lstm"), self.candidates[0])
        wanted = parameters_of(self.arena.bench(reference, self.arena.hidden_size))
        measured = {}
        for candidate in self.candidates:
            size = self.arena.hidden_size
            if self.plan.equal == "parameters":
                size = size_with(lambda size, of=candidate: self.arena.bench(of, size), wanted)  # type: ignore[misc]
            measured[candidate.name] = self._measured(self.arena.bench(candidate, size), size)
        self._divide(measured)
        self.ledger.shape = measured
        self.ledger.save(self.spent)

    def _measured(self, bench: Bench, size: int) -> dict[str, Any]:
        return {
            "hidden_size": size,
            "parameters": parameters_of(bench),
            "epoch_seconds": seconds_an_epoch(bench),
            "step_us": microseconds_a_step(bench),
        }

    def _divide(self, measured: dict[str, dict[str, Any]]) -> None:
        """Give every candidate its epochs, within the budget."""
        seeds, recipe = self.plan.seeds, self.arena.epochs
        paces = {name: values["epoch_seconds"] for name, values in measured.items()}
        left = FOR_TRAINING * (self.plan.budget - self.spent)
        if self.plan.learning_curves:
            left *= 0.7
        if left < sum(paces.values()) * seeds:
            raise InputError(self._too_small(paces, left))
        for name, values in measured.items():
            if self.plan.equal == "time":
                values["epochs"] = int(
                    min(max(left / (len(paces) * seeds) / paces[name], 1), MOST_TIMES * recipe)
                )
            else:
                values["epochs"] = int(min(left / (sum(paces.values()) * seeds), recipe))

    def _too_small(self, paces: dict[str, float], left: float) -> str:
        need = sum(paces.values()) * self.plan.seeds / FOR_TRAINING + self.spent
        fitting, sum_so_far = [], 0.0
        for name, pace in sorted(paces.items(), key=lambda item: item[1]):
            sum_so_far += pace
            if sum_so_far <= left:
                fitting.append(name)
        room = f"There is room for one seed of: {', '.join(fitting)}" if fitting else "There is room for none"
        return (
            f"--budget: expected time for one epoch of {len(paces)} candidates x {self.plan.seeds} seeds, about "
            f"{need:.0f} s, got {self.plan.budget:.0f} s. {room}; raise the budget, or choose with --only and --seeds."
        )

    def train(self) -> None:
        """Seed by seed, so that a budget that ends leaves every candidate with as many runs as the others."""
        for seed in range(self.plan.seeds):
            for candidate in self.candidates:
                self._train(candidate, seed, 1.0)

    def _train(self, candidate: Candidate, seed: int, share: float) -> None:
        if (candidate.name, seed, share) in self.ledger.done():
            return
        if self.spent > self.plan.budget:
            return
        shape = self.ledger.shape[candidate.name]
        expected = shape["epoch_seconds"] * shape["epochs"] / FOR_TRAINING
        minutes = max(LENIENCE * expected, 1.0) / 60.0
        part = "" if share == 1.0 else f", {100 * share:.0f} % of the rows"
        left = max(self.plan.budget - self.spent, 0)
        self.announce(f"{candidate.name}, seed {seed + 1} of {self.plan.seeds}{part} ({left:.0f} s left)")
        order = Order(
            candidate=candidate,
            hidden_size=shape["hidden_size"],
            seed=seed,
            epochs=shape["epochs"],
            minutes=minutes,
            share=share,
        )
        try:
            self._keep(candidate.name, self.arena.run(order), seed=seed, share=share)
        except HiddenstateError as error:
            self.ledger.add(Run(candidate.name, seed, share, failure=str(error)), self.spent)

    def _keep(self, name: str, answer: Answer, *, seed: int, share: float = 1.0) -> None:
        # A row without known truth is without it for all, and is not counted either.
        losses = np.where(self.arena.known, answer.losses, 0.0)
        summed = self._by_block(losses)
        totals = None if answer.of is None else self._by_block(answer.of)
        self.ledger.add(Run.of(name, answer, summed, totals, seed=seed, share=share), self.spent)

    def _by_block(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(self.places, weights=values, minlength=len(self.counts)).astype(np.float64)

    def learning_curves(self) -> dict[str, tuple[tuple[float, float], ...]]:
        """LSTM and GRU on growing shares of the rows."""
        pair = lstm_and_gru(self.candidates)
        curves = {}
        for candidate in pair:
            for share in SHARES:
                self._train(candidate, 0, share)
        done = self.ledger.done()
        for candidate in pair:
            points = [
                (share, run.loss(self.counts))
                for share in (*SHARES, 1.0)
                if (run := done.get((candidate.name, 0, share))) is not None and not run.failure
            ]
            curves[candidate.name] = tuple(points)
        return curves

    def contestants(self) -> tuple[Contestant, ...]:
        """Whoever has at least one run."""
        found = []
        whole = [run for run in self.ledger.runs if run.share == 1.0 and not run.failure]
        for name in dict.fromkeys(run.name for run in whole):
            runs = [run for run in whole if run.name == name and run.seed < self.plan.seeds]
            shape = self.ledger.shape.get(name, {})
            values = [run.validation for run in runs if run.validation is not None]
            found.append(
                Contestant(
                    name,
                    np.array([run.sums for run in runs]),
                    float(np.mean(values)) if values else float("nan"),
                    shape.get("parameters"),
                    shape.get("step_us"),
                    shape.get("hidden_size"),
                    float(np.mean([run.seconds for run in runs])),
                    float(np.mean([run.epochs for run in runs])),
                    np.array([run.totals for run in runs]) if all(run.totals for run in runs) else None,
                )
            )
        return tuple(found)

    def notes(self) -> list[str]:
        """What a reader has to know beside the table."""
        lines = list(self.arena.notes)
        if len(self.counts) < FEWEST_BLOCKS:
            lines.append(
                f"The {self.arena.things} fall into {len(self.counts)} that are independent, and fewer than "
                f"{FEWEST_BLOCKS} tell nobody apart: test on more."
            )
        done = self.ledger.done()
        missing = [
            f"{candidate.name} (seed {seed + 1})"
            for seed in range(self.plan.seeds)
            for candidate in self.candidates
            if (candidate.name, seed, 1.0) not in done
        ]
        if missing:
            lines.append(f"The budget ended before {len(missing)} runs: {', '.join(missing[:6])}.")
        failed = [
            f"{run.name} (seed {run.seed + 1}): {run.failure}" for run in self.ledger.runs if run.failure
        ]
        lines += [f"Failed: {line}" for line in failed]
        epochs = {values["epochs"] for values in self.ledger.shape.values()}
        if min(epochs) < self.arena.epochs:
            lines.append(
                f"The recipe asks for {self.arena.epochs} epochs; the budget left time for {min(epochs)}"
                + (f" to {max(epochs)}" if len(epochs) > 1 else "")
                + ": more time may change the order."
            )
        return lines


def lstm_and_gru(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """An LSTM and a GRU that differ in nothing else; none where the comparison has no such pair."""
    for one in candidates:
        for other in candidates:
            same = (one.bidirectional, one.num_layers, one.attention) == (
                other.bidirectional,
                other.num_layers,
                other.attention,
            )
            if one.cell == "lstm" and other.cell == "gru" and same:
                return one, other
    return ()
