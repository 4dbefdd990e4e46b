"""A run in a process of its own that kills itself, or resumes and then repeats the whole uninterrupted.

Arguments: killed|resumed and the folder of the checkpoint. The second prints what came out as JSON.
"""

import json
import os
import signal
import sys
from pathlib import Path

import torch
from safetensors import safe_open
from torch import nn

from hiddenstate.training import SilentWatcher, TensorBatches, Trainer, TrainingSettings

SETTINGS = TrainingSettings(
    epochs=8,
    batch_size=8,
    learning_rate=0.2,
    schedule="plateau",
    decay_epochs=1,
    average_decay=0.9,
    patience=None,
)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.recurrent = nn.LSTM(2, 8, num_layers=2, dropout=0.4, batch_first=True)
        self.dropout = nn.Dropout(0.3)
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        outputs, _ = self.recurrent(x)
        return self.head(self.dropout(outputs[:, -1]))


class Killer:
    """Kills the process after the second step of epoch 5."""

    on_start = on_epoch = on_end = lambda *told: None

    def on_step(self, epoch, step, loss):
        if (epoch, step) == (5, 2):
            os.kill(os.getpid(), signal.SIGKILL)


class Listener(Killer):
    """Notes where a run began."""

    def on_start(self, epochs, steps_per_epoch, done):
        self.done = done

    def on_step(self, epoch, step, loss):
        pass


def train(watcher, folder, *, resume=False):
    """Train the same model on the same data; all that came of it, bit for bit."""
    torch.manual_seed(2)
    model = Model()
    x = torch.randn(40, 6, 2)
    y = x.sum(dim=(1, 2))[:, None]
    history = Trainer(SETTINGS, watcher=watcher, checkpoints=folder).fit(
        model,
        lambda model, batch: nn.functional.mse_loss(model(batch[0]), batch[1]),
        TensorBatches([x, y], SETTINGS),
        lambda model: nn.functional.mse_loss(model(x), y).item(),
        resume=resume,
    )
    with safe_open(folder / "checkpoint.safetensors", framework="pt") as file:
        saved = {name: file.get_tensor(name).tolist() for name in file.keys()}  # noqa: SIM118
    return {
        "weights": {name: tensor.tolist() for name, tensor in model.state_dict().items()},
        "saved": saved,
        "losses": [(epoch.train_loss, epoch.validation_loss) for epoch in history.epochs],
        "rates": [epoch.learning_rate for epoch in history.epochs],
        "best_epoch": history.best_epoch,
    }


def main(mode, folder):
    if mode == "killed":
        train(Killer(), folder)
        raise AssertionError("the run outlived its end")
    listener = Listener()
    outcome = {
        "resumed": train(listener, folder, resume=True),
        "uninterrupted": train(SilentWatcher(), folder / "uninterrupted"),
        "resumed_after": listener.done,
    }
    print(json.dumps(outcome))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
