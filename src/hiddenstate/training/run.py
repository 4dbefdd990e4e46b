"""Everything that changes while a model trains: one step of it, and its state out and in again."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from math import isfinite
from typing import Any, final

import torch
from torch import Tensor, nn

from hiddenstate.errors import ShapeError, TrainingError
from hiddenstate.records import Epoch, History
from hiddenstate.seeding import seed_everything
from hiddenstate.training.averaging import AveragedWeights
from hiddenstate.training.optimisers import build_optimiser
from hiddenstate.training.schedules import SCHEDULES
from hiddenstate.training.settings import TrainingSettings
from hiddenstate.training.stopping import best_epoch
from hiddenstate.training.weights import changing, restore, snapshot

Loss = Callable[[Any, Any], Tensor]
"""(model, batch) -> scalar."""


@final
class Run:
    """A model in training."""

    def __init__(self, model: nn.Module, settings: TrainingSettings, steps_per_epoch: int) -> None:
        self.model = model
        self.settings = settings
        self.steps_per_epoch = steps_per_epoch
        self.learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self.optimiser = build_optimiser(model, settings)
        self.schedule = SCHEDULES[settings.schedule](settings, steps_per_epoch)
        self.averaged: AveragedWeights | None = None
        if settings.average_decay is not None:
            self.averaged = AveragedWeights(self.learning, settings.average_decay)
        self.step = 0
        """Steps taken in all epochs."""
        self.rate = settings.learning_rate
        """Learning rate of the latest step."""
        self.step_in_epoch = 0
        self.epochs: list[Epoch] = []
        self.best: dict[str, Tensor] | None = None
        """Weights of the best epoch."""

    @property
    def number(self) -> int:
        """The epoch that is under way or comes next, counted from 1."""
        return len(self.epochs) + 1

    def begin_epoch(self) -> None:
        """Seed by the number of the epoch, so that a resumed run draws what an uninterrupted one does."""
        seed_everything(self.settings.seed, "epoch", self.number)
        self.model.train()
        self.step_in_epoch = 0

    def advance(self, batch: Any, loss: Loss) -> tuple[float, float]:
        """One step: forward, backward, clip, update. Returns the loss and the gradients' norm.

        Raises `TrainingError` when either is not finite; the weights are then as before the step.
        """
        self.step_in_epoch += 1
        self.rate = self.schedule.rate(self.step)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate
        self.optimiser.zero_grad(set_to_none=True)
        value = loss(self.model, batch)
        if value.ndim:
            raise ShapeError(
                f"expected a loss without axes, got one of shape {tuple(value.shape)}. Take its mean."
            )
        value.backward()  # type: ignore[no-untyped-call]
        norm = self._clip()
        train_loss, gradient_norm = value.item(), norm.item()
        if not (isfinite(train_loss) and isfinite(gradient_norm)):
            raise self._diverged(train_loss, gradient_norm)
        self.optimiser.step()
        self.step += 1
        if self.averaged is not None:
            self.averaged.update(self.step)
        return train_loss, gradient_norm

    def record(self, epoch: Epoch) -> bool:
        """Take in a validated epoch; True when it is the best so far, whose weights are then copied."""
        self.epochs.append(epoch)
        improved = best_epoch(self.epochs) is epoch
        if improved:
            with self.weights_to_keep():
                self.best = snapshot(self.model)
        return improved

    @contextmanager
    def weights_to_keep(self) -> Iterator[None]:
        """Within this block the model has the weights that are validated: the averages where on."""
        if self.averaged is None:
            yield
            return
        with self.averaged.in_place():
            yield

    def keep_best(self) -> None:
        """Leave the best weights in the model, ready for use; without a validated epoch the latest."""
        if self.best is not None:
            restore(self.model, self.best)
        elif self.averaged is not None:
            self.averaged.put(self.averaged.averages)
        self.optimiser.zero_grad(set_to_none=True)
        self.model.eval()

    def history(self, stopped: str) -> History:
        """The learning curve so far."""
        best = best_epoch(self.epochs)
        return History(tuple(self.epochs), best.number if best else None, stopped)

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor that a resumed run needs."""
        tensors = {f"model/{name}": tensor for name, tensor in changing(self.model).items()}
        tensors |= {f"best/{name}": tensor for name, tensor in (self.best or {}).items()}
        if self.averaged is not None:
            tensors |= {f"average/{index}": tensor for index, tensor in enumerate(self.averaged.averages)}
        for index, memory in self.optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser/{index}/{key}": v for key, v in memory.items() if isinstance(v, Tensor)}
        return tensors

    def facts(self) -> dict[str, Any]:
        """Everything else that a resumed run needs, as JSON has it."""
        return {
            "step": self.step,
            "schedule": self.schedule.state(),
            "epochs": [asdict(epoch) for epoch in self.epochs],
        }

    def go_on(self, facts: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
        """Take over the state of a saved run."""
        parts: dict[str, dict[str, Tensor]] = {"model": {}, "best": {}, "average": {}, "optimiser": {}}
        for name, tensor in tensors.items():
            part, _, rest = name.partition("/")
            parts[part][rest] = tensor
        restore(self.model, parts["model"])
        self.best = parts["best"] or None
        if self.averaged is not None:
            for index, average in enumerate(self.averaged.averages):
                average.copy_(parts["average"][str(index)])
        memory: dict[int, dict[str, Tensor]] = {}
        for name, tensor in parts["optimiser"].items():
            place, _, key = name.partition("/")
            memory.setdefault(int(place), {})[key] = tensor
        self.optimiser.load_state_dict({**self.optimiser.state_dict(), "state": memory})
        self.step = facts["step"]
        self.schedule.restore(facts["schedule"])
        self.epochs = [Epoch(**epoch) for epoch in facts["epochs"]]

    def _clip(self) -> Tensor:
        """Scale the gradients down to ``clip_norm``; their norm before."""
        gradients = []
        for parameter in self.learning:
            if parameter.grad is not None and parameter.grad.is_sparse:
                parameter.grad = parameter.grad.coalesce()  # a row that stands twice has one gradient
                gradients.append(parameter.grad.values())
            elif parameter.grad is not None:
                gradients.append(parameter.grad)
        norm = nn.utils.get_total_norm(gradients)
        if self.settings.clip_norm is not None:
            # As nn.utils.clip_grad_norm_, which does not take sparse gradients.
            scale = (self.settings.clip_norm / (norm + 1e-6)).clamp(max=1.0)
            torch._foreach_mul_(gradients, scale)
        return norm

    def _diverged(self, train_loss: float, gradient_norm: float) -> TrainingError:
        what = f"loss {train_loss:g}" if not isfinite(train_loss) else f"gradients of norm {gradient_norm:g}"
        clip = f"{self.settings.clip_norm:g}" if self.settings.clip_norm is not None else "not set"
        return TrainingError(
            f"epoch {self.number}, step {self.step_in_epoch}: expected a finite loss, got {what}. Lower "
            f"learning_rate (now {self.rate:g}) or clip_norm (now {clip}), and look for NaN or huge values "
            "in the data."
        )
