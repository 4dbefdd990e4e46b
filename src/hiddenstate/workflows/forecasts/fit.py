"""Training the networks of a forecaster: choose the number of epochs, calibrate, train again on everything."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from torch import nn

from hiddenstate.data.panel import Panel
from hiddenstate.data.split import Span, Split
from hiddenstate.data.windows import Origins
from hiddenstate.errors import InputError
from hiddenstate.records import History
from hiddenstate.seeding import derive, seed_everything
from hiddenstate.settings import to_dict
from hiddenstate.tasks.forecast import ForecastTask
from hiddenstate.training import Trainer, TrainingSettings
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.forecasts.run_settings import ForecastRun


@dataclass(frozen=True)
class Fitted:
    """A trained forecaster."""

    task: ForecastTask
    models: tuple[nn.Module, ...]
    history: History
    """Of the first network, on the training part alone: what the number of epochs was chosen by."""


def fit_forecaster(panel: Panel, split: Split, run: ForecastRun, fitting: Fitting | None = None) -> Fitted:
    """Train the networks that `run` asks for.

    Each member is trained on the training part with early stopping on the validation part. Intervals
    are calibrated there, on windows that no network has learnt from. With ``split.refit`` each member
    is then trained anew on both parts for as many epochs as did best.
    Raises `InputError` where a part is too short for a window.
    """
    fitting = fitting or Fitting()
    task = ForecastTask.fit(panel, split.train, run.task, run.network, run.data.calendar)
    train = _some(task.origins(panel, split.train, training=True), task, panel, "training")
    validation = _some(task.origins(panel, split.validation), task, panel, "validation")
    stage = _Stage(panel, run, fitting)
    validate = task.validator(panel, validation)
    models, histories = [], []
    for member in range(run.task.members):
        fitting.announce(_stage_name("Training", member, run))
        model, history = stage.train(task, train, f"member{member}", run.training, validate)
        models.append(model)
        histories.append(history)
    task.calibrate(models, panel, validation)
    if run.split.refit and not any(history.stopped.startswith("interrupted") for history in histories):
        both = task.origins(panel, split.train.until(split.validation), training=True)
        for member, history in enumerate(histories):
            fitting.announce(_stage_name("Training again with the validation part", member, run))
            settings = replace(run.training, epochs=_epochs(history), patience=None, warmup_epochs=0.0)
            models[member], _ = stage.train(task, both, f"refit{member}", settings, validate=None)
    return Fitted(task, tuple(models), histories[0])


def learnt_span(split: Split, run: ForecastRun) -> Span:
    """The stretch of time that the final networks have learnt from."""
    return split.train.until(split.validation) if run.split.refit else split.train


@dataclass(frozen=True)
class _Stage:
    panel: Panel
    run: ForecastRun
    fitting: Fitting

    def train(
        self,
        task: ForecastTask,
        origins: Origins,
        name: str,
        settings: TrainingSettings,
        validate: Callable[[nn.Module], float] | None,
    ) -> tuple[nn.Module, History]:
        """One network from fresh weights; `validate` None keeps the last weights."""
        settings = replace(settings, seed=derive(settings.seed, name) % 2**31)
        seed_everything(settings.seed, "weights")
        model = task.build_model()
        trainer = Trainer(
            settings,
            watcher=self.fitting.watcher,
            checkpoints=self.fitting.folder(name),
            identity={"run": to_dict(self.run), "data": self.panel.digest()},
        )
        batches = task.batches(self.panel, origins, batch_size=settings.batch_size, seed=settings.seed)
        history = trainer.fit(model, task.loss, batches, validate, resume=self.fitting.resume)
        return model, history


def _some(origins: Origins, task: ForecastTask, panel: Panel, part: str) -> Origins:
    if len(origins):
        return origins
    raise InputError(
        f"{panel.source}: expected a {part} part with at least one window, got none: a window takes "
        f"{task.lookback} steps of look-back and {task.settings.horizon} of horizon without a long gap. "
        "Give more rows, or lower --lookback, --horizon or the shares of the split."
    )


def _epochs(history: History) -> int:
    return max(1, history.best_epoch or 1)


def _stage_name(text: str, member: int, run: ForecastRun) -> str:
    members = run.task.members
    return text if members == 1 else f"{text}: network {member + 1} of {members}"
