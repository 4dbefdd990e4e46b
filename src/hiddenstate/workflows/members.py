"""The networks of one model, each trained from a seed of its own; the same for every task that has members."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from torch import Tensor, nn

from hiddenstate.records import History
from hiddenstate.seeding import derive, seed_everything
from hiddenstate.training import Batches, Trainer, TrainingSettings
from hiddenstate.workflows.fitting import Fitting

Validate = Callable[[nn.Module], float]


class Trainable(Protocol):
    """What a task gives to training."""

    def build_model(self) -> nn.Module:
        """A network with fresh weights."""
        ...

    def loss(self, model: nn.Module, batch: Any) -> Tensor:
        """What training lowers."""
        ...


def train_members(
    task: Trainable,
    batches: Callable[[TrainingSettings], Batches],
    settings: Sequence[TrainingSettings],
    validate: Validate | None,
    *,
    fitting: Fitting,
    name: str = "member",
    said: str = "Training",
    identity: Mapping[str, Any] | None = None,
) -> tuple[tuple[nn.Module, ...], tuple[History, ...]]:
    """A network for each of `settings`, from fresh weights; `validate` None keeps the last weights.

    `batches` gives the rows for the settings with a member's own seed. `said` announces the stage, `name` is that
    of its checkpoints, `identity` what must be the same for a run to be gone on with.
    """
    models, histories = [], []
    for member, whole in enumerate(settings):
        fitting.announce(said if len(settings) == 1 else f"{said}: network {member + 1} of {len(settings)}")
        own = replace(whole, seed=derive(whole.seed, name, member))
        seed_everything(own.seed, "weights")
        model = task.build_model()
        trainer = Trainer(
            own,
            watcher=fitting.watcher,
            checkpoints=fitting.folder(f"{name}{member}"),
            identity=identity or {},
        )
        histories.append(trainer.fit(model, task.loss, batches(own), validate, resume=fitting.resume))
        models.append(model)
    return tuple(models), tuple(histories)
