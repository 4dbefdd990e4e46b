"""Every way to compute a model beside every other, on inputs that try them."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any, Self

import numpy as np

from hiddenstate.errors import HiddenstateError
from hiddenstate.parity.backends import BACKENDS, Subject, c_code, interpret
from hiddenstate.parity.certificate import REFERENCE, Certificate, Pair
from hiddenstate.parity.compare import difference, in_range, label_outputs, place_outputs
from hiddenstate.parity.steps import Arrays
from hiddenstate.parity.tolerance import tolerances
from hiddenstate.program.streaming import shares_of_steps


def certify(subject: Subject, *, seed: int = 0, only: Sequence[str] | None = None) -> Certificate:
    """Compute all cases in all ways of `BACKENDS`, or those named in `only`, and compare them.

    A way that cannot be tried here is listed with the reason, one that breaks is a failure.
    """
    tried = subject.cases(seed)
    backends = {name: backend for name, backend in BACKENDS.items() if only is None or name in only}
    missing = {name: why for name, backend in backends.items() if (why := backend.missing(subject))}
    exact = Standard.of(subject, subject.weights, tried)
    answers, failures = {REFERENCE: exact.answers}, []
    with tempfile.TemporaryDirectory(prefix="hiddenstate-") as folder:
        for name, backend in backends.items():
            if name not in missing:
                try:
                    answers[name] = _answers(backend.prepare(subject, Path(folder)), tried)
                except HiddenstateError as error:
                    failures.append(f"{name}: {error}")
    rounded = [name for name in answers if name in backends and backends[name].rounded]
    standards, int8 = dict.fromkeys(answers, exact), {}
    if rounded:
        own = Standard.of(subject, c_code(subject, "int8").weights, tried)
        standards |= dict.fromkeys(rounded, own)
        int8 = _int8_loss(subject, exact.answers, own.answers)
    if not all(in_range(values).all() for values in exact.answers["usual values"].values()):
        failures.append(f"{REFERENCE}: expected finite numbers for usual values, got others.")
    for name in list(answers)[1:]:
        failures += _failures(subject, name, tried, answers[name], standards[name])
    alike = [name for name in answers if name not in rounded]
    pairs = [_pair(subject, pair, tried, answers) for pair in combinations(alike, 2)]
    for name in rounded:
        own_answers = {REFERENCE: standards[name].answers, name: answers[name]}
        pairs.append(_pair(subject, (REFERENCE, name), tried, own_answers))
    rows = sum(len(next(iter(found.values()))) for found in exact.answers.values())
    return Certificate(subject.name, seed, rows, tuple(pairs), tuple(failures), missing, int8)


@dataclass(frozen=True)
class Standard:
    """What one way is held to."""

    answers: Mapping[str, Arrays]
    allowed: Mapping[str, Mapping[str, float]]

    @classmethod
    def of(cls, subject: Subject, weights: Arrays, tried: Mapping[str, Arrays]) -> Self:
        """The program in float64 with these weights, and how far from it float32 may be."""
        own = replace(subject, weights=weights)
        answers, plain = (_answers(interpret(own, kind), tried) for kind in (np.float64, np.float32))
        return cls(answers, {case: tolerances(answers[case], plain[case]) for case in tried})


def _answers(run: Any, tried: Mapping[str, Arrays]) -> dict[str, Arrays]:
    return {case: run(inputs) for case, inputs in tried.items()}


def _compared(
    subject: Subject, backends: Iterable[str], inputs: Arrays, expected: Arrays
) -> tuple[list[str], Any]:
    """The outputs to compare and the rows: a way by steps has no answer, and no share of steps, for no step."""
    program = subject.answers
    skipped = set(place_outputs(program))
    rows: Any = slice(None)
    if any(BACKENDS[name].by_steps for name in backends if name in BACKENDS):
        rows = inputs["lengths"] > 0
        if not rows.any():
            return [], rows
        shares = shares_of_steps(program)
        skipped |= {name for name, output in program.outputs.items() if output.value in shares}
    return [name for name in expected if name not in skipped], rows


def _failures(
    subject: Subject,
    name: str,
    tried: Mapping[str, Arrays],
    found: Mapping[str, Arrays],
    standard: Standard,
) -> list[str]:
    failures = []
    labels = label_outputs(subject.answers)
    for case, inputs in tried.items():
        outputs, rows = _compared(subject, [name], inputs, standard.answers[case])
        for output in outputs:
            if output not in found[case]:
                if output not in subject.answers.states.values():  # models keep states to themselves
                    failures.append(f'{name}: expected an output "{output}", got none.')
                continue
            expected, allowed = standard.answers[case][output][rows], standard.allowed[case][output]
            apart = difference(found[case][output][rows], expected, labels=output in labels)
            if not apart.largest <= allowed or apart.flips:
                failures.append(
                    f'{name}: "{output}" of {case}: expected at most {allowed:.1e} from the '
                    f"reference, got {apart.largest:.1e} at {list(apart.at)}, and {apart.flips} other labels."
                )
    return failures


def _pair(
    subject: Subject,
    names: tuple[str, str],
    tried: Mapping[str, Arrays],
    answers: Mapping[str, Mapping[str, Arrays]],
) -> Pair:
    """The largest difference of two ways, over all cases and outputs that both give."""
    labels, flips = label_outputs(subject.answers), 0
    worst = Pair(*names, 0.0, 0.0, 0)
    for case, inputs in tried.items():
        first, second = (answers[name][case] for name in names)
        outputs, rows = _compared(subject, names, inputs, first)
        for output in outputs:
            if output in second:
                apart = difference(second[output][rows], first[output][rows], labels=output in labels)
                flips += apart.flips
                if apart.largest >= worst.largest:
                    worst = Pair(*names, apart.largest, apart.mean, 0, case, output, apart.at)
    return replace(worst, flips=flips)


def _int8_loss(
    subject: Subject, exact: Mapping[str, Arrays], rounded: Mapping[str, Arrays]
) -> dict[str, float]:
    """Over the cases with usual values: the mean error of the first output, and how many labels stay."""
    labels = label_outputs(subject.program)
    errors, rows, flips = [], 0, 0
    for case in exact:
        if case not in ("usual values", "long sequences"):
            continue
        for output, values in exact[case].items():
            apart = difference(rounded[case][output], values, labels=output in labels)
            errors.append(apart.mean)
            if output in labels:
                rows += int(values.any(axis=-1).sum())  # scores of words: not those in padding
                flips += apart.flips
    found = {"mean_error": float(np.mean(errors))} if errors else {}
    return found | ({"label_agreement": 1.0 - flips / rows} if rows else {})
