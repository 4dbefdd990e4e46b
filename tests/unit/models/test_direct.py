import pytest
import torch

from hiddenstate.errors import SettingsError
from hiddenstate.models.direct import DirectForecaster, DirectSettings
from hiddenstate.models.forecast_windows import ForecastSizes, ForecastWindows

SIZES = ForecastSizes(
    lookback=15, horizon=6, cycle=7, targets=2, past_features=3, future_features=4, levels=3
)


def windows(batch=5, sizes=SIZES):
    torch.manual_seed(1)
    return ForecastWindows(
        torch.randn(batch, sizes.lookback, sizes.targets),
        torch.randn(batch, sizes.lookback, sizes.past_features),
        torch.randn(batch, sizes.horizon, sizes.future_features),
        torch.randn(batch, sizes.horizon, sizes.targets),
        torch.randn(batch, sizes.horizon, sizes.targets),
    )


def network(sizes=SIZES, **settings):
    torch.manual_seed(0)
    return DirectForecaster(sizes, DirectSettings(**{"hidden_size": 8, "dropout": 0.0, **settings})).eval()


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("bidirectional", [True, False])
def test_every_cell_and_direction_gives_a_quantile_per_step_and_target(cell, bidirectional):
    model = network(cell=cell, bidirectional=bidirectional, num_layers=2)
    assert model(windows()).shape == (5, 6, 2, 3)


@pytest.mark.parametrize(
    "changed",
    [
        {"cell": "lstm"},
        {"hidden_size": 9},
        {"num_layers": 2},
        {"bidirectional": False},
        {"segment": 5},
        {"embedding_size": 5},
        {"forget_bias": 2.0},
        {"shortcut": False},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_every_setting_changes_the_network(changed):
    plain, other = network().state_dict(), network(**changed).state_dict()
    same_names = plain.keys() == other.keys()
    assert not same_names or any(
        plain[name].shape != other[name].shape or not torch.equal(plain[name], other[name]) for name in plain
    )


def test_dropout_acts_in_training_only():
    model, batch = network(dropout=0.5), windows()
    torch.testing.assert_close(model(batch), model(batch))
    model.train()
    assert not torch.equal(model(batch), model(batch))


def test_the_forecast_is_a_correction_of_the_reference():
    batch, model = windows(), network()
    moved = batch._replace(reference=batch.reference + 2.5)
    torch.testing.assert_close(model(moved), model(batch) + 2.5)


def test_every_input_reaches_the_forecast_but_the_truth_does_not():
    batch = ForecastWindows(*(part.requires_grad_() for part in windows()))
    model = network()
    torch.nn.init.normal_(model.shortcut.weight)
    model(batch).sum().backward()
    for name in ("past_targets", "past_features", "future_features", "reference"):
        assert getattr(batch, name).grad.abs().sum() > 0, name
    assert batch.targets.grad is None


def test_whole_segments_up_to_the_origin_are_read():
    batch = windows()
    batch = batch._replace(past_features=batch.past_features.requires_grad_())
    network()(batch).sum().backward()
    reached = batch.past_features.grad.abs().sum(dim=(0, 2)) > 0  # (L,)
    assert reached.tolist() == [False] + [True] * 14  # 15 steps are two segments of 7 and one step too many


def test_the_encoder_reads_the_shape_of_the_past_and_not_its_level():
    batch, model = windows(), network()
    higher = batch._replace(past_targets=batch.past_targets + 3.0)
    torch.testing.assert_close(model(higher), model(batch))
    steeper = batch._replace(past_targets=batch.past_targets * 2.0)
    assert not torch.allclose(model(steeper), model(batch))


def test_a_lead_step_of_a_unidirectional_decoder_does_not_see_later_steps():
    model, batch = network(bidirectional=False), windows()
    later = batch.future_features.clone()
    later[:, 3:] += 1.0
    before, after = model(batch), model(batch._replace(future_features=later))
    torch.testing.assert_close(before[:, :3], after[:, :3])
    assert not torch.allclose(before[:, 3:], after[:, 3:])
    both = network()
    assert not torch.allclose(both(batch)[:, 0], both(batch._replace(future_features=later))[:, 0])


def test_the_shortcut_is_a_regression_of_its_own_for_each_lead_step():
    model, batch = network(), windows()
    with torch.no_grad():
        before = model(batch)
        model.shortcut.weight[4, 1, 0] = 1.0
        change = model(batch) - before
    expected = torch.zeros_like(change)
    expected[:, 4, 0] = batch.future_features[:, 4, 1, None]
    torch.testing.assert_close(change, expected)


def test_it_learns_a_target_that_depends_on_a_known_covariate_of_the_step():
    torch.manual_seed(0)
    sizes = ForecastSizes(
        lookback=4, horizon=6, cycle=1, targets=1, past_features=0, future_features=1, levels=1
    )
    model = DirectForecaster(sizes, DirectSettings(hidden_size=8, dropout=0.0, shortcut=False))
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(150):
        batch = windows(32, sizes)._replace(future_features=torch.randn(32, 6, 1))
        loss = (
            (model(batch) - batch.reference[..., None] - batch.future_features[..., None] ** 2) ** 2
        ).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.5  # the variance of a squared normal variable is 2


@pytest.mark.parametrize(
    ("setting", "value"), [("hidden_size", 0), ("num_layers", 0), ("segment", 0), ("dropout", 1.0)]
)
def test_settings_out_of_range_are_refused_by_name(setting, value):
    with pytest.raises(SettingsError, match=f"direct.{setting}: expected .*, got {value}"):
        DirectSettings(**{setting: value})
