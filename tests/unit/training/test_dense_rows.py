"""Adam on sparse gradients against torch's own on dense ones: the same bits."""

import pytest
import torch
from torch import nn
from torch.nn.functional import embedding

from hiddenstate.models.embed import Embed, EmbedSizes
from hiddenstate.training import TrainingSettings
from hiddenstate.training.dense_rows import AdamOnTables, AdamWOnTables
from hiddenstate.training.optimisers import build_optimiser

READ = ([1, 2, 2, 5], [3], [2, 2, 2], [0, 6])


def steps(kind, *, sparse, **settings):
    torch.manual_seed(0)
    table, other = nn.Parameter(torch.randn(7, 4)), nn.Parameter(torch.randn(4))
    optimiser = kind([table, other], lr=0.1, fused=True, **settings)
    generator = torch.Generator().manual_seed(1)
    for words in READ:
        optimiser.zero_grad()
        vectors = embedding(torch.tensor(words), table, sparse=sparse)
        (vectors * torch.randn(vectors.shape, generator=generator) * other).sum().backward()
        optimiser.step()
    return table, other, optimiser


@pytest.mark.parametrize(
    ("ours", "torchs"), [(AdamOnTables, torch.optim.Adam), (AdamWOnTables, torch.optim.AdamW)]
)
@pytest.mark.parametrize("weight_decay", [0.0, 0.3])
def test_every_row_moves_as_with_a_dense_gradient(ours, torchs, weight_decay):
    table, other, _ = steps(ours, sparse=True, weight_decay=weight_decay)
    expected_table, expected_other, _ = steps(torchs, sparse=False, weight_decay=weight_decay)
    assert torch.equal(table, expected_table)
    assert torch.equal(other, expected_other)


def test_a_step_leaves_the_sparse_gradient_and_nothing_in_the_table_of_zeros():
    table, _, optimiser = steps(AdamOnTables, sparse=True)
    assert table.grad.is_sparse
    assert not optimiser.zero_tables[table].any()
    assert "zero_tables" not in optimiser.state_dict()


def test_a_step_that_fails_leaves_no_gradient_in_the_table_of_zeros():
    table, _, optimiser = steps(AdamOnTables, sparse=True)
    optimiser.param_groups[0]["betas"] = None
    with pytest.raises(TypeError):
        optimiser.step()
    assert table.grad.is_sparse
    assert not optimiser.zero_tables[table].any()


@pytest.mark.parametrize(("name", "sparse"), [("adam", True), ("adamw", True), ("sgd", False)])
def test_the_embedding_gives_sparse_gradients_to_those_that_take_them(name, sparse):
    embed = Embed(EmbedSizes(words=6, size=3))
    build_optimiser(embed, TrainingSettings(optimiser=name))
    assert embed.sparse_gradients == sparse
