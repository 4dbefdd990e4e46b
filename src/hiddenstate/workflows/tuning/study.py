"""The trials of a search, in an SQLite file that Optuna keeps: what was cut off goes on from there."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, final

from hiddenstate.errors import OutputError
from hiddenstate.extras import needed
from hiddenstate.seeding import derive
from hiddenstate.workflows.tuning.space import Between, OneOf, Range, Space, Value

FILE = "trials.db"
NAME = "tune"
RANDOM_TRIALS = 6
"""Drawn at random before the search begins to learn from what it saw."""
UNPRUNED_TRIALS = 3
"""So many whole runs are seen before a bad one is cut short."""
UNPRUNED_EPOCHS = 2
"""A run is not judged before it has made so many passes."""


@final
class Study:
    """All trials of one search. Equal seeds give equal trials, in one go or in several."""

    def __init__(self, optuna: Any, study: Any, space: Space, seed: int) -> None:
        """Use `open`."""
        self._optuna, self._study, self._seed = optuna, study, seed
        self._distributions = {place: _distribution(optuna, part) for place, part in space.items()}

    @classmethod
    def open(cls, folder: Path, identity: str, space: Space, seed: int) -> Self:
        """The study in `folder`, or a new one.

        Raises `ExtraError` without Optuna, `OutputError` where the file cannot be written or belongs to another
        search.
        """
        optuna = needed("optuna", extra="tune", purpose="tune")
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        with _written(folder / FILE):
            folder.mkdir(parents=True, exist_ok=True)
            storage = optuna.storages.RDBStorage(f"sqlite:///{folder / FILE}")
            study = optuna.create_study(
                storage=storage,
                study_name=NAME,
                load_if_exists=True,
                pruner=optuna.pruners.MedianPruner(UNPRUNED_TRIALS, UNPRUNED_EPOCHS),
            )
            known = study.user_attrs.get("identity", identity)
            if known != identity:
                raise OutputError(
                    f"{folder}: expected the trials of the same data and settings, got those of others. "
                    "Use another --out, or --force to begin anew."
                )
            study.set_user_attr("identity", identity)
        return cls(optuna, study, space, seed)

    @property
    def trials(self) -> list[Any]:
        """All trials that ended by themselves or were pruned, in their order."""
        states = self._optuna.trial.TrialState
        return [trial for trial in self._study.trials if trial.state in (states.COMPLETE, states.PRUNED)]

    @property
    def whole(self) -> list[Any]:
        """Those that were not cut short."""
        return [trial for trial in self.trials if trial.state == self._optuna.trial.TrialState.COMPLETE]

    @property
    def spent(self) -> float:
        """Seconds of all trials so far."""
        return sum(float(trial.user_attrs.get("seconds", 0.0)) for trial in self._study.trials)

    def ask(self, first: Mapping[str, Value]) -> Any:
        """The next trial; the very first one takes the settings `first`."""
        states = self._optuna.trial.TrialState
        for trial in self._study.get_trials(deepcopy=False, states=(states.RUNNING,)):
            self._study.tell(trial.number, state=states.FAIL)  # left by a run that was killed
        done = len(self.trials)
        if not done and not self._study.get_trials(deepcopy=False, states=(states.WAITING,)):
            self._study.enqueue_trial(dict(first))
        # A sampler of its own for each trial: a resumed search draws what an uninterrupted one draws.
        seed = derive(self._seed, "trial", done) % 2**32
        self._study.sampler = self._optuna.samplers.TPESampler(n_startup_trials=RANDOM_TRIALS, seed=seed)
        return self._study.ask(self._distributions)

    def report(self, trial: Any, value: float, epoch: int) -> bool:
        """Note an epoch of a trial; True where it does worse than most did by then."""
        trial.report(value, epoch)
        return bool(trial.should_prune())

    def tell(self, trial: Any, value: float | None, seconds: float, note: str = "") -> None:
        """A trial ended with `value`, or without one where it was cut short."""
        states = self._optuna.trial.TrialState
        trial.set_user_attr("seconds", round(seconds, 3))
        trial.set_user_attr("note", note)
        if value is None:
            self._study.tell(trial, state=states.PRUNED)
        else:
            self._study.tell(trial, value)

    def drop(self, trial: Any, seconds: float) -> None:
        """A trial that was interrupted, or failed: it counts for nothing but its time."""
        trial.set_user_attr("seconds", round(seconds, 3))
        self._study.tell(trial, state=self._optuna.trial.TrialState.FAIL)

    def importances(self) -> dict[str, float]:
        """How much of the spread between whole trials each setting explains, the most important first."""
        values = {trial.value for trial in self.whole}
        if len(self.whole) < 4 or len(values) < 2:
            return {}
        evaluator = self._optuna.importance.FanovaImportanceEvaluator(
            seed=derive(self._seed, "importance") % 2**32
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return dict(self._optuna.importance.get_param_importances(self._study, evaluator=evaluator))

    def close(self) -> None:
        """Let go of the file."""
        self._study._storage.remove_session()


@contextmanager
def _written(file: Path) -> Iterator[None]:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (OSError, SQLAlchemyError) as error:
        reason = str(getattr(error, "orig", None) or getattr(error, "strerror", None) or error)
        raise OutputError(
            f"{file}: expected to be able to keep the trials here, got: {reason}. "
            "Free some space or choose another --out."
        ) from None


def _distribution(optuna: Any, part: Range) -> Any:
    kinds = optuna.distributions
    if isinstance(part, Between):
        return kinds.FloatDistribution(part.low, part.high, log=part.log)
    assert isinstance(part, OneOf)
    return kinds.CategoricalDistribution(part.values)
