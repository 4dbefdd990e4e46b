import pytest
import torch

from hiddenstate.cells import CELLS, LSTMCell
from hiddenstate.errors import SettingsError
from hiddenstate.layers import Bidirectional, DropoutSettings, Recurrent, Stacked, VariationalDropout


def test_the_mask_is_locked_in_time_and_differs_between_sequences_and_calls() -> None:
    torch.manual_seed(0)
    dropout, x = VariationalDropout(0.5), torch.ones(8, 5, 64)
    first, second = dropout(x), dropout(x)
    assert torch.equal(first, first[:, :1].expand_as(first))
    assert len({tuple(row.tolist()) for row in first[:, 0]}) == 8
    assert not torch.equal(first, second)


def test_kept_features_are_scaled_so_that_the_mean_stays() -> None:
    torch.manual_seed(0)
    dropped = VariationalDropout(0.2)(torch.ones(100, 1, 100))
    assert set(dropped.unique().tolist()) == {0.0, 1.25}
    # 10,000 draws of variance 0.25: a standard error of 0.005.
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.025)


def test_eval_mode_is_the_identity() -> None:
    x = torch.randn(2, 3, 4)
    assert torch.equal(VariationalDropout(0.9).eval()(x), x)
    layer = Stacked(
        "gru",
        4,
        hidden_size=5,
        num_layers=2,
        dropout=DropoutSettings(inputs=0.5, between_layers=0.5, recurrent=0.5),
    )
    plain = Stacked("gru", 4, hidden_size=5, num_layers=2)
    plain.load_state_dict(layer.state_dict())
    assert torch.equal(layer.eval()(x)[0], plain(x)[0])


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
@pytest.mark.parametrize("field", ["inputs", "between_layers", "recurrent"])
def test_a_share_outside_0_to_1_is_refused(field: str, share: float) -> None:
    with pytest.raises(SettingsError, match=f"{field}: expected a share from 0 to below 1"):
        DropoutSettings(**{field: share})


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("field", ["inputs", "between_layers", "recurrent"])
def test_each_setting_changes_what_training_sees(field: str, bidirectional: bool) -> None:
    torch.manual_seed(0)
    settings = DropoutSettings(**{field: 0.5})
    layer = Stacked("lstm", 4, hidden_size=5, num_layers=2, bidirectional=bidirectional, dropout=settings)
    x = torch.randn(3, 6, 4)
    first, second = layer(x)[0], layer(x)[0]
    assert not torch.equal(first, second)


def test_dropout_between_layers_leaves_the_first_layer_alone() -> None:
    layer = Stacked("lstm", 4, hidden_size=5, num_layers=2, dropout=DropoutSettings(between_layers=0.5))
    x = torch.randn(3, 6, 4)
    (first, _), (second, _) = layer(x)[1], layer(x)[1]
    assert torch.equal(first.h, layer(x)[1][0].h)
    assert not torch.equal(layer(x)[1][1].h, layer(x)[1][1].h)
    assert first.h.shape == second.h.shape


@pytest.mark.parametrize("name", CELLS)
def test_the_recurrent_mask_is_one_for_the_whole_sequence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    cell = CELLS[name](2, 16)
    seen = []
    step = cell.step

    def watch(x_t: torch.Tensor, state: tuple[torch.Tensor, ...], h_mask: torch.Tensor) -> object:
        seen.append(h_mask)
        return step(x_t, state, h_mask)

    monkeypatch.setattr(cell, "step", watch)
    layer = Recurrent(cell, recurrent_dropout=0.5, path="loop")
    layer(torch.randn(3, 4, 2))
    layer(torch.randn(3, 4, 2))
    assert all(mask is seen[0] for mask in seen[:4])
    assert not torch.equal(seen[0], seen[4])
    assert not torch.equal(seen[0][0], seen[0][1])
    assert set(seen[0].unique().tolist()) == {0.0, 2.0}


def test_both_directions_see_the_same_dropped_inputs() -> None:
    torch.manual_seed(0)
    cell, twin = LSTMCell(6, 4), LSTMCell(6, 4)
    twin.load_state_dict(cell.state_dict())
    layer = Bidirectional(cell, twin, input_dropout=0.5)
    # Of a single step, two equal cells must say the same in both directions.
    outputs, _ = layer(torch.randn(5, 1, 6))
    assert torch.equal(outputs[..., :4], outputs[..., 4:])
