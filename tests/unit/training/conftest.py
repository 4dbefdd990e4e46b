"""A small model with something to learn, and a watcher that keeps what it is told."""

from dataclasses import dataclass

import pytest
import torch
from torch import nn

from hiddenstate.training import TensorBatches, Trainer, TrainingSettings


class Small(nn.Module):
    """A recurrent model with dropout and with one parameter that is frozen."""

    def __init__(self) -> None:
        super().__init__()
        self.frozen = nn.Linear(2, 3).requires_grad_(False)
        self.recurrent = nn.GRU(3, 4, batch_first=True)
        self.dropout = nn.Dropout(0.3)
        self.norm = nn.BatchNorm1d(4)
        self.head = nn.Linear(4, 1)

    def forward(self, x):
        outputs, _ = self.recurrent(self.frozen(x))  # (batch, time, 4)
        return self.head(self.norm(self.dropout(outputs[:, -1])))  # (batch, 1)


def squared_error(model, batch):
    x, y = batch
    return nn.functional.mse_loss(model(x), y)


@dataclass
class Example:
    """A model and its data, trained with `fit`; after that `model` and `history` hold the outcome."""

    x: torch.Tensor
    y: torch.Tensor
    model: nn.Module

    def validate(self, model):
        return squared_error(model, (self.x, self.y)).item()

    def fit(self, settings, *, resume=False, validate=None, loss=squared_error, **options):
        self.model = build()
        batches = TensorBatches([self.x, self.y], settings)
        trainer = Trainer(settings, **options)
        self.history = trainer.fit(self.model, loss, batches, validate or self.validate, resume=resume)
        return self.history

    def weights(self):
        return {name: tensor.clone() for name, tensor in self.model.state_dict().items()}


def build():
    torch.manual_seed(7)
    return Small()


@pytest.fixture
def example():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(24, 5, 2, generator=generator)
    return Example(x, x.sum(dim=(1, 2), keepdim=False)[:, None], build())


class Recorder:
    """A watcher that writes down everything; `on` is called before each step is noted."""

    def __init__(self, on=lambda epoch, step: None):
        self.on = on
        self.events = []
        self.history = None

    def on_start(self, epochs, steps_per_epoch, done):
        self.events.append(("start", epochs, steps_per_epoch, done))

    def on_step(self, epoch, step, loss):
        self.events.append(("step", epoch, step))
        self.on(epoch, step)

    def on_epoch(self, epoch, best):
        self.events.append(("epoch", epoch.number, best))

    def on_end(self, history):
        self.events.append(("end",))
        self.history = history


@pytest.fixture
def recorder():
    return Recorder


@pytest.fixture
def settings():
    """Three epochs of three steps on the example."""
    return TrainingSettings(epochs=3, batch_size=8, learning_rate=0.01, schedule="constant")
