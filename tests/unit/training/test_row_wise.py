from copy import deepcopy

import torch
from torch import nn

from hiddenstate.data.text_batches import TextBatch
from hiddenstate.models.embed import Embed, EmbedSizes
from hiddenstate.training import Trainer, TrainingSettings
from hiddenstate.training.row_wise import RowWiseAdamW


class Reader(nn.Module):
    def __init__(self, words=6):
        super().__init__()
        self.embed = Embed(EmbedSizes(words=words, size=3))
        self.head = nn.Linear(3, 1)

    def forward(self, words):
        zeros = torch.zeros(len(words), dtype=torch.int64)
        return self.head(self.embed(TextBatch(words, zeros, zeros, zeros)).mean(1))


class Fixed:
    def __init__(self, words):
        self.words = words

    def __len__(self):
        return 3

    def epoch(self, number):
        return iter([self.words] * 3)


def trained(optimiser, words, **changes):
    torch.manual_seed(0)
    model = Reader()
    settings = TrainingSettings(epochs=4, optimiser=optimiser, learning_rate=0.05, clip_norm=0.1, **changes)
    Trainer(settings).fit(
        model, lambda model, batch: model(batch).square().mean(), Fixed(words), lambda model: 0.5
    )
    return model.state_dict()


def test_where_every_row_is_read_it_is_adamw():
    everything = torch.tensor([[1, 2, 3], [4, 5, 1]])
    plain, rows = (trained(name, everything, weight_decay=0.1) for name in ("adamw", "row_wise_adamw"))
    for name in plain:
        if name == "embed.table":  # padding is no word: only plain AdamW lets it decay
            torch.testing.assert_close(plain[name][1:], rows[name][1:])
        else:
            torch.testing.assert_close(plain[name], rows[name])


def test_rows_that_are_not_read_stay_as_they_are():
    torch.manual_seed(0)
    before = Reader().state_dict()["embed.table"]
    after = trained("row_wise_adamw", torch.tensor([[1, 2, 2, 0]]), weight_decay=0.5)["embed.table"]
    moved = (before != after).any(1).nonzero().flatten().tolist()
    assert moved == [1, 2]


def test_a_stored_state_goes_on_as_if_nothing_had_been():
    def optimiser(table):
        return RowWiseAdamW([table], lr=0.1)

    def step(table, optimiser):
        optimiser.zero_grad()
        nn.functional.embedding(torch.tensor([1, 1, 3]), table, sparse=True).square().sum().backward()
        optimiser.step()

    torch.manual_seed(0)
    first = nn.Parameter(torch.randn(4, 2))
    one = optimiser(first)
    step(first, one)
    second = nn.Parameter(first.detach().clone())
    two = optimiser(second)
    two.load_state_dict(deepcopy(one.state_dict()))
    step(first, one)
    step(second, two)
    assert torch.equal(first, second)
