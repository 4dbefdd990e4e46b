"""An answer at each of a sequence's last steps: recurrent layers and a linear head."""

from typing import final

from torch import Tensor, nn

from hiddenstate.layers import Stacked


@final
class LastSteps(nn.Module):
    """Read whole sequences of one length, answer at the last `answers` steps.

    >>> import torch
    >>> model = LastSteps(Stacked("gru", 2, hidden_size=4), answers=3, output_size=5)
    >>> model(torch.zeros(7, 20, 2)).shape
    torch.Size([7, 3, 5])
    """

    def __init__(self, recurrent: Stacked, *, answers: int, output_size: int) -> None:
        super().__init__()
        self.recurrent = recurrent
        self.answers = answers
        self.head = nn.Linear(recurrent.output_size, output_size)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, answers, output_size) from x (batch, time, input)."""
        outputs, _ = self.recurrent(x)  # (batch, time, features)
        answers: Tensor = self.head(outputs[:, -self.answers :])
        return answers
